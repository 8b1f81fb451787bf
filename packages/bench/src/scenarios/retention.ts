// What a sweep of old runs takes from the work that goes on: calls per second with 64 runs in flight, and how long an event
// waits for its acknowledgement, before the sweep and while it goes on.
import { setTimeout as delay } from "node:timers/promises";
import type { Bed } from "../bed.ts";
import { type Figures, figuresOf } from "../figures.ts";

/** Runs that are old enough to go. */
export const oldRuns = 200_000;
/** How long ago the first of them was made: all ended more than the 30 days ago that completed runs are kept. */
export const oldestAgoMs = 40 * 86_400_000;

const runsInFlight = 64;
const windowMs = 30_000;
const probeEveryMs = 20;
const sweepDeadlineMs = 120_000;

/** The figures of one window. */
export interface Window {
  readonly callsPerSecond: number;
  readonly acknowledged: Figures;
  /** Old runs removed in it. */
  readonly removed: number;
}

/** Measures both windows. */
export async function measureRetention(bed: Bed): Promise<{ readonly before: Window; readonly during: Window }> {
  let calls = 0;
  let failure: Error | null = null;
  const startOne = () => {
    bed.send("bench/steps.10", {}).catch((error: unknown) => (failure = error as Error));
  };
  bed.app.onCall((call) => {
    calls += 1;
    if (call.isLast) startOne();
  });
  for (let index = 0; index < runsInFlight; index += 1) startOne();

  const measure = async (): Promise<Window> => {
    const startedAt = performance.now();
    const callsBefore = calls;
    const { removed: removedBefore } = await retentionOf(bed);
    const latencies: number[] = [];
    while (performance.now() < startedAt + windowMs) {
      if (failure !== null) throw failure;
      const sentAt = performance.now();
      await bed.send("bench/nobody", {});
      latencies.push(performance.now() - sentAt);
      await delay(probeEveryMs);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const { removed } = await retentionOf(bed);
    return {
      callsPerSecond: (calls - callsBefore) / seconds,
      acknowledged: figuresOf(latencies),
      removed: removed.runs - removedBefore.runs,
    };
  };

  await delay(5_000);
  const before = await measure();
  const deadline = performance.now() + sweepDeadlineMs;
  while (!(await retentionOf(bed)).isSweeping) {
    if (performance.now() > deadline) throw new Error("no sweep has begun");
    await delay(100);
  }
  const during = await measure();
  return { before, during };
}

interface Retention {
  readonly isSweeping: boolean;
  readonly removed: { readonly runs: number };
}

async function retentionOf({ server }: Bed): Promise<Retention> {
  const response = await fetch(`${server.url}/api/retention`, {
    headers: { authorization: `Bearer ${server.signingKeyHash}` },
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return (await response.json()) as Retention;
}
