// What it costs to wake one run of many: from sending the event that it waits for to its next call, while this many runs
// wait for other values of the same event.
import type { Bed } from "../bed.ts";
import { type Figures, figuresOf } from "../figures.ts";

const resumes = 300;
const warmUp = 30;

/** Latency from event to resumed call while `waiting` runs wait. */
export async function measureResumes(bed: Bed, waiting: number): Promise<Figures> {
  const count = Math.max(waiting, resumes + warmUp);
  const parked = Promise.withResolvers<void>();
  let seen = 0;
  bed.app.onCall(() => {
    seen += 1;
    if (seen === count) parked.resolve();
  });
  await bed.sendAll(Array.from({ length: count }, (_, key) => ({ name: "bench/wait", data: { key } })));
  await parked.promise;
  const latencies: number[] = [];
  for (let key = 0; key < resumes + warmUp; key += 1) {
    const latency = await resumeOne(bed, key);
    if (key >= warmUp) latencies.push(latency);
  }
  return figuresOf(latencies);
}

function resumeOne(bed: Bed, key: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    bed.app.onCall((call) => resolve(call.at - start));
    bed.send("bench/go", { key }).catch(reject);
  });
}
