// Event to first call: from the moment the sender starts to send until the app has the request.
import type { Bed } from "../bed.ts";
import { latencyBesideFloor, type TimedLatency } from "../compare-with-floor.ts";
import { latencyOf } from "../latency.ts";
import type { Scenario, Size } from "../scenario.ts";

const events: Readonly<Record<Size, number>> = { smoke: 10, full: 1_000 };

export const firstCall: Scenario = {
  name: "first-call",
  about: "From sending an event to the first call of the run it starts, one at a time.",
  measure: async (context) => [
    await latencyBesideFloor(context, { id: "first-call", title: "event to first call", per: "run" }, (bed) =>
      measureFirstCalls(bed, events[context.size]),
    ),
  ],
};

/** Latency of `count` events, one after the other, after a tenth as many to warm up. */
export async function measureFirstCalls(bed: Bed, count: number): Promise<TimedLatency> {
  const warmUp = Math.ceil(count / 10);
  const latencies: number[] = [];
  for (let index = 0; index < count + warmUp; index += 1) {
    if (index === warmUp) bed.window.open();
    const latency = await one(bed);
    if (index >= warmUp) latencies.push(latency);
  }
  return { ...latencyOf(latencies), cpuMicros: bed.window.close(count).cpuMicros };
}

async function one(bed: Bed): Promise<number> {
  const called = Promise.withResolvers<number>();
  const start = performance.now();
  bed.app.onCall((call) => called.resolve(call.at - start));
  // Waits for the acknowledgement too: it must not run into the next measurement.
  await bed.send("bench/steps-0");
  return called.promise;
}
