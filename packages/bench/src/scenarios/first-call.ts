// Event to first call: from the moment the sender starts to send until the app has the request.
import type { Bed } from "../bed.ts";
import { type Figures, figuresOf } from "../figures.ts";

const events = 500;
const warmUp = 50;

/** Latency, one event at a time. */
export async function measureFirstCall(bed: Bed): Promise<Figures> {
  const latencies: number[] = [];
  for (let index = 0; index < events + warmUp; index += 1) {
    const latency = await one(bed);
    if (index >= warmUp) latencies.push(latency);
  }
  return figuresOf(latencies);
}

function one(bed: Bed): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    bed.app.onCall((call) => resolve(call.at - start));
    bed.send("bench/steps.0", {}).catch(reject);
  });
}
