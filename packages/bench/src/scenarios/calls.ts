// Calls per second with 64 runs in flight, each of ten steps one after another.
import type { Bed } from "../bed.ts";

const runsInFlight = 64;
const runs = 1_000;
const steps = 10;

/** Returns calls per second over the whole series, the first 10 % (warm-up) left out. */
export async function measureCalls(bed: Bed): Promise<number> {
  const callsExpected = runs * (steps + 1);
  const warmUp = Math.floor(callsExpected / 10);
  let calls = 0;
  let started = 0;
  let warmAt = 0;
  return new Promise((resolve, reject) => {
    const startOne = () => {
      if (started === runs) return;
      started += 1;
      bed.send(`bench/steps.${steps}`, { run: started }).catch(reject);
    };
    bed.app.onCall((call) => {
      calls += 1;
      if (calls === warmUp) warmAt = call.at;
      if (call.isLast) startOne();
      if (calls === callsExpected) resolve((callsExpected - warmUp) / ((call.at - warmAt) / 1000));
    });
    for (let index = 0; index < runsInFlight; index += 1) startOne();
  });
}
