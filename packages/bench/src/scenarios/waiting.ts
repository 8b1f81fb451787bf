// Waiting runs: what it costs to wake one of many, from sending the event that it waits for to its next call, and what
// memory the server has while they wait.
import { setTimeout as delay } from "node:timers/promises";
import type { Bed } from "../bed.ts";
import { type Figure, figure } from "../figure.ts";
import { type Latency, latencyOf } from "../latency.ts";
import { residentMegabytes } from "../process-meter.ts";
import type { Scenario, Size } from "../scenario.ts";
import { seriesFigure } from "../series.ts";
import { untilQuiet } from "../server-api.ts";

const resumes: Readonly<Record<Size, number>> = { smoke: 5, full: 300 };
/** How long a server is left alone before its memory is looked at. */
const restMs: Readonly<Record<Size, number>> = { smoke: 0, full: 30_000 };
const waitingRuns: Readonly<Record<Size, readonly number[]>> = { smoke: [10, 100], full: [1_000, 10_000, 100_000] };

export const waiting: Scenario = {
  name: "waiting",
  about: "From an event to the next call of the one run that waits for it, by how many wait; and the memory they take.",
  async measure(context) {
    const latencies: Figure[] = [];
    const memory: Figure[] = [];
    for (const count of waitingRuns[context.size]) {
      const words = `${count.toLocaleString("en")} waiting`;
      const { latency, resident, parked } = await context.on("server", `waiting-${count}`, (bed) =>
        measureResumes(bed, { count, resumed: resumes[context.size], restMs: restMs[context.size] }),
      );
      latencies.push(
        seriesFigure(
          { id: `waiting/${count}/resume`, title: `event to resumed call, ${words}` },
          latency,
          latencies[0],
        ),
      );
      memory.push(
        figure({
          id: `waiting/${count}/memory`,
          title: `memory of the server, ${words}`,
          value: resident,
          unit: "MB",
          counts: { parked },
        }),
      );
    }
    return [...latencies, ...memory];
  },
};

/**
 * Latency of `resumed` resumes, one after the other, while `count` runs wait, and the memory of the server after them, once it
 * has been left alone for `restMs`: what the burst of their starts has left behind is collected then.
 */
export async function measureResumes(
  bed: Bed,
  { count, resumed, restMs: rest = 0 }: { readonly count: number; readonly resumed: number; readonly restMs?: number },
): Promise<{ readonly latency: Latency; readonly resident: number; readonly parked: number }> {
  const warmUp = Math.ceil(resumed / 10);
  const parked = Promise.withResolvers<void>();
  const seen = new Set<string>();
  bed.app.onCall((call) => {
    seen.add(call.runId);
    if (seen.size === count) parked.resolve();
  });
  await bed.sendAll(Array.from({ length: count }, (_, key) => ({ name: "bench/wait", data: { key } })));
  await parked.promise;
  // The last of them have been called; their waits are stored once nothing is in flight.
  await untilQuiet(bed.subject, "bench-wait");
  const latencies: number[] = [];
  for (let key = 0; key < Math.min(count, resumed + warmUp); key += 1) {
    const latency = await resumeOne(bed, key);
    if (key >= warmUp) latencies.push(latency);
  }
  await delay(rest);
  return { latency: latencyOf(latencies), resident: residentMegabytes(bed.subject.pid), parked: seen.size };
}

async function resumeOne(bed: Bed, key: number): Promise<number> {
  const called = Promise.withResolvers<number>();
  const start = performance.now();
  bed.app.onCall((call) => called.resolve(call.at - start));
  await bed.send("bench/go", { key });
  return called.promise;
}
