// Step to step: the time between two calls of one run, with nothing else going on.
import type { Bed } from "../bed.ts";
import { type Figures, figuresOf } from "../figures.ts";

const runs = 20;
const steps = 50;

/** Latency from one call of a run to its next, one run at a time. */
export async function measureSteps(bed: Bed): Promise<Figures> {
  const gaps: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const times = await timesOfOneRun(bed);
    // The first run warms caches and pools.
    if (run > 0) gaps.push(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
  }
  return figuresOf(gaps);
}

function timesOfOneRun(bed: Bed): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    bed.app.onCall((call) => {
      times.push(call.at);
      if (call.isLast) resolve(times);
    });
    bed.send(`bench/steps.${steps}`, {}).catch(reject);
  });
}
