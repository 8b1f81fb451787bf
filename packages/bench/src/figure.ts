// One figure of a report: what was reached, and what it is compared with.

/** A measured figure. */
export interface Figure {
  /** Stable over versions: the history and the targets go by it, for example `calls/20-steps`. */
  readonly id: string;
  readonly title: string;
  /** A rate (higher is better) or a cost (lower is better). */
  readonly value: number;
  readonly unit: "per s" | "ms" | "µs" | "MB" | "%";
  /** Of latencies, whose `value` is the median; null for others. */
  readonly p99: number | null;
  /** What it is compared with, in the same unit; null when there is nothing. */
  readonly reference: Reference | null;
  /** CPU time of the measured process per `cpuPer`; null where it cannot be read or means nothing. */
  readonly cpuMicros: number | null;
  /** What a rate counts: one of these took `cpuMicros`. */
  readonly cpuPer: string | null;
  /** What happened meanwhile, for checks that nothing was lost. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What a figure is compared with. */
export interface Reference {
  /** `floor`, or another measurement of the same run. */
  readonly name: string;
  readonly value: number;
  readonly p99: number | null;
  readonly cpuMicros: number | null;
}

/** How many times worse than its reference the figure is; null without one. */
export function ratioOf(figure: Figure): number | null {
  if (figure.reference === null) return null;
  const { value } = figure.reference;
  return figure.unit === "per s" ? value / figure.value : figure.value / value;
}

/** How many times as much CPU time as its reference it took; null where one of them is unknown. */
export function cpuRatioOf({ cpuMicros, reference }: Figure): number | null {
  return cpuMicros === null || reference === null || reference.cpuMicros === null
    ? null
    : cpuMicros / reference.cpuMicros;
}

/** A figure with what most have not. */
export function figure(given: Pick<Figure, "id" | "title" | "value" | "unit"> & Partial<Figure>): Figure {
  return { p99: null, reference: null, cpuMicros: null, cpuPer: null, counts: {}, ...given };
}
