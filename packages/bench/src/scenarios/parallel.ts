// A run of ten steps side by side, from sending its event to its last call, one run at a time.
import type { Bed } from "../bed.ts";
import { latencyBesideFloor, type TimedLatency } from "../compare-with-floor.ts";
import { latencyOf } from "../latency.ts";
import type { Scenario, Size } from "../scenario.ts";

const runs: Readonly<Record<Size, number>> = { smoke: 3, full: 300 };

export const parallel: Scenario = {
  name: "parallel",
  about: "A run of ten steps side by side, from its event to its last call, one at a time.",
  measure: async (context) => [
    await latencyBesideFloor(context, { id: "parallel", title: "run of 10 parallel steps", per: "run" }, (bed) =>
      measureParallel(bed, runs[context.size]),
    ),
  ],
};

/** How long `count` runs take, one after the other, after a tenth as many to warm up. */
export async function measureParallel(bed: Bed, count: number): Promise<TimedLatency> {
  const warmUp = Math.ceil(count / 10);
  const latencies: number[] = [];
  for (let run = 0; run < count + warmUp; run += 1) {
    if (run === warmUp) bed.window.open();
    const ended = Promise.withResolvers<number>();
    const start = performance.now();
    bed.app.onCall((call) => {
      if (call.isLast) ended.resolve(call.at - start);
    });
    await bed.send("bench/parallel-10");
    const latency = await ended.promise;
    if (run >= warmUp) latencies.push(latency);
  }
  return { ...latencyOf(latencies), cpuMicros: bed.window.close(count).cpuMicros };
}
