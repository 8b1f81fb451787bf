// Whether a series of measurements goes up over a run: the rule by which a soak fails.

/** One measurement. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** How much a figure may grow over the measured part of a run. */
export interface Allowance {
  /** Of its median. */
  readonly share: number;
  /** Growth below this is none, in the figure's own unit: it keeps small figures from failing by noise. */
  readonly least: number;
}

/** What became of a figure. */
export interface Trend {
  readonly median: number;
  /** By how much it has grown from the first to the last point, by its slope. */
  readonly growth: number;
  /** Chance that a series without a trend looks like this one or worse. */
  readonly chance: number;
  readonly isRising: boolean;
}

/** The first part of a run is left out: caches fill, code is compiled, the database gets its first pages. */
const warmUpShare = 0.2;
/** A growth that chance brings about more often than this is no trend. */
const chanceMax = 0.01;

/** Leaves out the warm-up. */
export function measuredPart(points: readonly Point[]): readonly Point[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const from = first.at + (last.at - first.at) * warmUpShare;
  return points.filter(({ at }) => at >= from);
}

/**
 * Judges a series without its warm-up.
 *
 * The slope is the median of the slopes between all pairs of points (Theil-Sen): up to a quarter of the points may be anything,
 * such as the moment of a garbage collection, without moving it. It is a trend when the growth is over both parts of the
 * allowance and a rank test (Mann-Kendall) finds it unlikely to be chance.
 */
export function trendOf(points: readonly Point[], allowance: Allowance): Trend {
  const measured = measuredPart(points);
  const median = medianOf(measured.map(({ value }) => value));
  const growth = slopeOf(measured) * ((measured.at(-1)?.at ?? 0) - (measured[0]?.at ?? 0));
  const chance = chanceOf(measured);
  const isOver = growth > allowance.least && growth > allowance.share * median;
  return { median, growth, chance, isRising: isOver && chance < chanceMax };
}

/** The middle of a list; 0 for none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function slopeOf(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [index, a] of points.entries())
    for (const b of points.slice(index + 1)) if (b.at !== a.at) slopes.push((b.value - a.value) / (b.at - a.at));
  return medianOf(slopes);
}

/** The one-sided probability of the rank statistic, by its normal approximation. */
function chanceOf(points: readonly Point[]): number {
  const n = points.length;
  if (n < 3) return 1;
  let rises = 0;
  for (const [index, a] of points.entries())
    for (const b of points.slice(index + 1)) rises += Math.sign(b.value - a.value);
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return upperTail((rises - 1) / deviation);
}

/** P(Z > z) of the normal distribution (Abramowitz and Stegun 26.2.17). */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.231_641_9 * z);
  const poly =
    t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}
