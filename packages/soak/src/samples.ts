// What is written down every few seconds, and how it is judged at the end.
import { type Allowance, medianOf, type Point, type Trend, trendOf } from "./trend.ts";

const mib = 1024 * 1024;

/** One line of the record. Sizes in MiB, times in milliseconds, counts since the last line. */
export interface Sample {
  readonly seconds: number;
  readonly rss: number;
  /** After a collection, on the lines that begin with one; null on the others. */
  readonly heapKept: number | null;
  readonly heap: number;
  readonly external: number;
  readonly handles: number;
  readonly wal: number;
  readonly database: number;
  readonly cpuShare: number;
  readonly firstCall: Percentiles;
  readonly step: Percentiles;
  readonly calls: number;
  readonly due: number;
  readonly setAside: number;
}

/** Of the latencies of one interval. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/** Takes percentiles of a list. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99) };
}

interface Judged {
  readonly name: string;
  readonly unit: string;
  readonly allowance: Allowance;
  readonly of: (sample: Sample) => number | null;
}

/** The figures that must not rise, with what they may grow over the measured part of a run. */
const judged: readonly Judged[] = [
  { name: "resident memory", unit: "MiB", allowance: { share: 0.1, least: 15 }, of: (sample) => sample.rss },
  { name: "heap that is kept", unit: "MiB", allowance: { share: 0.1, least: 5 }, of: (sample) => sample.heapKept },
  { name: "file handles", unit: "", allowance: { share: 0.1, least: 5 }, of: (sample) => sample.handles },
  { name: "size of the log", unit: "MiB", allowance: { share: 0.25, least: 8 }, of: (sample) => sample.wal },
  { name: "event to first call, p50", unit: "ms", allowance: { share: 0.25, least: 1 }, of: (s) => s.firstCall.p50 },
  { name: "event to first call, p99", unit: "ms", allowance: { share: 0.5, least: 15 }, of: (s) => s.firstCall.p99 },
  { name: "step to step, p50", unit: "ms", allowance: { share: 0.25, least: 1 }, of: (sample) => sample.step.p50 },
  { name: "step to step, p99", unit: "ms", allowance: { share: 0.5, least: 15 }, of: (sample) => sample.step.p99 },
  { name: "items due", unit: "", allowance: { share: 0.5, least: 50 }, of: (sample) => sample.due },
];

/** A figure with its trend. */
export interface Verdict {
  readonly name: string;
  readonly unit: string;
  readonly first: number;
  readonly last: number;
  readonly trend: Trend;
  readonly allowance: Allowance;
}

/** Judges every figure. */
export function judge(samples: readonly Sample[]): readonly Verdict[] {
  return judged.map(({ name, unit, allowance, of }) => {
    const points: Point[] = samples.flatMap((sample) => {
      const value = of(sample);
      return value === null ? [] : [{ at: sample.seconds, value }];
    });
    const ends = Math.max(1, Math.floor(points.length / 10));
    const middle = (part: readonly Point[]) => medianOf(part.map(({ value }) => value));
    const [first, last] = [middle(points.slice(0, ends)), middle(points.slice(-ends))];
    return { name, unit, first, last, allowance, trend: trendOf(points, allowance) };
  });
}

/** Bytes as MiB. */
export function inMib(bytes: number): number {
  return bytes / mib;
}
