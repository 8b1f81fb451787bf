// Step to step: the time between two calls of one run, with nothing else going on.
import type { Bed } from "../bed.ts";
import { latencyBesideFloor, type TimedLatency } from "../compare-with-floor.ts";
import { latencyOf } from "../latency.ts";
import type { Scenario, Size } from "../scenario.ts";

// The first run warms caches and pools.
const runs: Readonly<Record<Size, number>> = { smoke: 2, full: 30 };
const steps = 50;

export const stepToStep: Scenario = {
  name: "steps",
  about: "From one call of a run to its next, one run at a time.",
  measure: async (context) => [
    await latencyBesideFloor(context, { id: "steps", title: "step to step", per: "step" }, (bed) =>
      measureSteps(bed, runs[context.size]),
    ),
  ],
};

/** The gaps between calls of `count` runs of 50 steps, those of the first left out. */
export async function measureSteps(bed: Bed, count: number): Promise<TimedLatency> {
  const gaps: number[] = [];
  for (let run = 0; run < count; run += 1) {
    if (run === 1) bed.window.open();
    const times = await timesOfOneRun(bed);
    if (run > 0) gaps.push(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
  }
  return { ...latencyOf(gaps), cpuMicros: bed.window.close(gaps.length).cpuMicros };
}

function timesOfOneRun(bed: Bed): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    bed.app.onCall((call) => {
      times.push(call.at);
      if (call.isLast) resolve(times);
    });
    bed.send(`bench/steps-${steps}`).catch(reject);
  });
}
