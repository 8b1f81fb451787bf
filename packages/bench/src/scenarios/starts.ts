// What a start costs while others wait: from the answer that frees the slot to the next call, with this many calls queued,
// each with a key of its own up to ten thousand keys, and limits of one call per key and one in all.
import type { Bed } from "../bed.ts";
import type { Figure } from "../figure.ts";
import { type Latency, latencyOf } from "../latency.ts";
import type { Scenario, Size } from "../scenario.ts";
import { seriesFigure } from "../series.ts";

const starts: Readonly<Record<Size, number>> = { smoke: 5, full: 400 };
const queuedCalls: Readonly<Record<Size, readonly number[]>> = { smoke: [1, 50], full: [1, 1_000, 100_000] };
const keysMax = 10_000;

export const freedSlots: Scenario = {
  name: "starts",
  about: "From a freed slot to the next call of a gated function, by how many calls wait.",
  async measure(context) {
    const figures: Figure[] = [];
    for (const queued of queuedCalls[context.size]) {
      const latency = await context.on("server", `starts-${queued}`, (bed) =>
        measureStarts(bed, { queued, count: starts[context.size] }),
      );
      figures.push(
        seriesFigure(
          { id: `starts/${queued}`, title: `freed slot to next call, ${queued.toLocaleString("en")} waiting` },
          latency,
          figures[0],
        ),
      );
    }
    return figures;
  },
};

async function measureStarts(
  bed: Bed,
  { queued, count }: { readonly queued: number; readonly count: number },
): Promise<Latency> {
  const warmUp = Math.ceil(count / 10);
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
    if (seen > warmUp + 1 && latencies.length < count) latencies.push(call.at - freedAt);
    if (latencies.length === count) done.resolve();
    // As many wait as before.
    await bed.sendAll([event(sent)]);
    sent += 1;
    freedAt = performance.now();
  });
  await bed.sendAll(Array.from({ length: queued + 1 }, (_, number) => event(number)));
  sent = queued + 1;
  opened.resolve();
  await done.promise;
  bed.app.onCall(() => undefined);
  return latencyOf(latencies);
}
