// Figures of one measurement at growing sizes: each is compared with the smallest.
import { type Figure, figure } from "./figure.ts";
import type { Latency } from "./latency.ts";

/** One size; `first` is the figure of the smallest, undefined for that one itself. */
export function seriesFigure(
  given: { readonly id: string; readonly title: string },
  latency: Latency,
  first: Figure | undefined,
): Figure {
  return figure({
    ...given,
    value: latency.p50,
    unit: "ms",
    p99: latency.p99,
    reference: first === undefined ? null : { name: "smallest", value: first.value, p99: first.p99, cpuMicros: null },
    counts: { measured: latency.count },
  });
}
