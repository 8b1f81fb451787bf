// What a start costs while others wait: from the answer that frees the slot to the next call, with this many calls queued,
// each with a key of its own up to ten thousand keys, and limits of one call per key and one in all.
import type { Bed } from "../bed.ts";
import { type Figures, figuresOf } from "../figures.ts";

const starts = 400;
const warmUp = 40;
const keysMax = 10_000;

/** Latency from freed slot to next call while `queued` calls wait. */
export async function measureStarts(bed: Bed, queued: number): Promise<Figures> {
  const event = (number: number) => ({ name: "bench/gated", data: { key: `k${number % keysMax}` } });
  const opened = Promise.withResolvers<void>();
  const latencies: number[] = [];
  let sent = 0;
  let seen = 0;
  let freedAt = 0;
  const done = Promise.withResolvers<void>();
  bed.app.onCall(async (call) => {
    seen += 1;
    await opened.promise;
    if (seen > warmUp + 1) latencies.push(call.at - freedAt);
    if (latencies.length === starts) done.resolve();
    // As many wait as before.
    await bed.sendAll([event(sent)]);
    sent += 1;
    freedAt = performance.now();
  });
  await bed.sendAll(Array.from({ length: queued + 1 }, (_, number) => event(number)));
  sent = queued + 1;
  opened.resolve();
  await done.promise;
  return figuresOf(latencies);
}
