// What the benchmarks ask the server under measurement through its own API.
import { setTimeout as delay } from "node:timers/promises";
import type { Subject } from "./subject.ts";

const lookEveryMs = 20;

/** Reads a path of the dashboard's API. Throws unless the answer is 200. */
export async function readApi(subject: Subject, path: string): Promise<unknown> {
  const answer = await fetch(`${subject.url}${path}`, {
    headers: { authorization: `Bearer ${subject.signingKeyHash}` },
  });
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
  return answer.json();
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
