// What the benchmarks ask the server under measurement through its own API.
import { setTimeout as delay } from "node:timers/promises";
import type { Subject } from "./subject.ts";

const lookEveryMs = 20;

/** Asks a path of the dashboard's API. Throws unless the answer is 200. */
export async function readApi(subject: Subject, path: string, method: "GET" | "POST" = "GET"): Promise<unknown> {
  const answer = await fetch(`${subject.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${subject.signingKeyHash}` },
  });
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** What the server under measurement says of its sweeps. */
export interface Sweeps {
  readonly isSweeping: boolean;
  /** Since the server has started. */
  readonly removed: Readonly<Record<"runs" | "steps" | "spans" | "events" | "keys", number>>;
  readonly bytes: number;
  readonly freeBytes: number;
}

/** Reads how far the sweep of old data has come. */
export async function readSweeps(subject: Subject): Promise<Sweeps> {
  return (await readApi(subject, "/api/retention")) as Sweeps;
}

/** Has the server begin a sweep; resolves when it has. */
export async function beginSweep(subject: Subject): Promise<void> {
  await readApi(subject, "/api/retention/sweep", "POST");
}

/** Waits until a function has no call in flight and none that waits for one: what its answers asked for is then stored. */
export async function untilQuiet(subject: Subject, slug: string): Promise<void> {
  for (;;) {
    const { inFlight, waiting } = (await readApi(subject, `/api/functions/${slug}/queue`)) as {
      readonly inFlight: number;
      readonly waiting: number;
    };
    if (inFlight + waiting === 0) return;
    await delay(lookEveryMs);
  }
}
