// Measures the same thing on the floor and on the server, with the same sender and the same app.
import type { Bed } from "./bed.ts";
import { type Figure, figure } from "./figure.ts";
import type { Latency } from "./latency.ts";
import type { Measured } from "./measured-window.ts";
import type { Context } from "./scenario.ts";
import { warmUp } from "./warm-up.ts";

/** A rate with what was counted. */
export interface Rate extends Measured {
  readonly counts: Readonly<Record<string, number>>;
}

/** A rate of the server beside that of the floor. */
export async function rateBesideFloor(
  context: Context,
  given: { readonly id: string; readonly title: string; readonly per: string },
  measure: (bed: Bed) => Promise<Rate>,
): Promise<Figure> {
  const floor = await context.on("floor", `${given.id}-floor`, measure);
  const server = await context.on("server", given.id, measure);
  return figure({
    id: given.id,
    title: given.title,
    value: server.perSecond,
    unit: "per s",
    cpuMicros: server.cpuMicros,
    cpuPer: given.per,
    reference: { name: "floor", value: floor.perSecond, p99: null, cpuMicros: floor.cpuMicros },
    counts: { ...server.counts, writtenBytes: Math.round(server.writtenBytes ?? 0) },
  });
}

/** Latencies with what the process spent on one. */
export interface TimedLatency extends Latency {
  readonly cpuMicros: number | null;
}

/** A latency of the server beside that of the floor; both have worked for a while before. */
export async function latencyBesideFloor(
  context: Context,
  given: { readonly id: string; readonly title: string; readonly per: string },
  measure: (bed: Bed) => Promise<TimedLatency>,
): Promise<Figure> {
  const measureWarm = async (bed: Bed): Promise<TimedLatency> => {
    await warmUp(bed, context.size);
    return measure(bed);
  };
  const floor = await context.on("floor", `${given.id}-floor`, measureWarm);
  const server = await context.on("server", given.id, measureWarm);
  return figure({
    id: given.id,
    title: given.title,
    value: server.p50,
    unit: "ms",
    p99: server.p99,
    reference: { name: "floor", value: floor.p50, p99: floor.p99, cpuMicros: floor.cpuMicros },
    cpuMicros: server.cpuMicros,
    cpuPer: given.per,
    counts: { measured: server.count },
  });
}
