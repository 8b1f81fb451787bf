// The time axis of a run: where a moment lies between 0 (its start) and 1 (its end or now).
// A run that works for 40 ms and sleeps for 7 days is unreadable to scale, so the axis can
// shorten the stretches in which nothing but waiting happens.
import { formatDuration } from "./duration.ts";

/** From one time to another. */
export interface Interval {
  readonly startAt: number;
  readonly endAt: number;
}

/** `time` is to scale; `compact` shortens idle stretches. */
export type AxisScale = "time" | "compact";

/** A labelled place on the axis; the label is the time since the start. */
export interface AxisTick {
  readonly left: number;
  readonly label: string;
}

/** An idle stretch that is drawn shorter than it was. */
export interface AxisBreak extends Interval {
  readonly left: number;
  readonly width: number;
}

/** A finished axis. */
export interface TimeAxis extends Interval {
  readonly scale: AxisScale;
  readonly breaks: readonly AxisBreak[];
  readonly ticks: readonly AxisTick[];
  /** Place of a moment, from 0 to 1; moments outside are moved to the nearer end. */
  place(at: number): number;
}

// Idle stretches below this are short enough to be drawn to scale by default.
const longIdleMs = 5 * 60_000;
// With less work than this share, the work would be thinner than a line.
const busyShareMin = 0.02;
const ticksMax = 6;
// As shares of the narrowest axis, which has about 310 pixels, be it on a telephone or beside the panel of a step.
const letterWidth = 6.2 / 310;
const labelGap = 8 / 310;

/** Makes the axis of a run that was busy at the given intervals. Without a scale it chooses the readable one. */
export function timeAxis(
  o: Interval & { readonly busy: readonly Interval[]; readonly scale: AxisScale | null },
): TimeAxis {
  const whole = { startAt: o.startAt, endAt: Math.max(o.endAt, o.startAt + 1) };
  const busy = merged(o.busy, whole);
  const scale = o.scale ?? readableScale(whole, busy);
  if (scale === "time" || busy.length === 0) return linearAxis(whole);
  return compactAxis(whole, busy);
}

/** The scale a run is readable in. */
export function readableScale(whole: Interval, busy: readonly Interval[]): AxisScale {
  const busyMs = sumOf(merged(busy, whole));
  const longestIdle = Math.max(0, ...gapsOf(merged(busy, whole), whole).map(lengthOf));
  return longestIdle >= longIdleMs && busyMs / lengthOf(whole) < busyShareMin ? "compact" : "time";
}

function linearAxis(whole: Interval): TimeAxis {
  const length = lengthOf(whole);
  const place = (at: number) => clamp((at - whole.startAt) / length);
  return { ...whole, scale: "time", breaks: [], ticks: linearTicks(length), place };
}

/** Round times at equal distances, as many as have room for their labels. */
function linearTicks(length: number): readonly AxisTick[] {
  for (let count = ticksMax; count > 1; count -= 1) {
    const step = tickStep(length / count);
    const ticks: AxisTick[] = [];
    for (let offset = 0; offset <= length; offset += step) {
      ticks.push({ left: offset / length, label: offset === 0 ? "0" : formatDuration(offset) });
    }
    if (ticks.every((tick, index) => hasRoom(ticks[index - 1], tick))) return ticks;
  }
  return [{ left: 0, label: "0" }];
}

/** On which side of its place a label stands: it must not leave the axis. */
export function labelSide(left: number): "right" | "middle" | "left" {
  if (left > 0.9) return "left";
  return left > 0 ? "middle" : "right";
}

function hasRoom(before: AxisTick | undefined, tick: AxisTick): boolean {
  return before === undefined || labelEdges(before).end + labelGap <= labelEdges(tick).start;
}

function labelEdges({ left, label }: AxisTick): { readonly start: number; readonly end: number } {
  const width = label.length * letterWidth;
  switch (labelSide(left)) {
    case "right":
      return { start: left, end: left + width };
    case "middle":
      return { start: left - width / 2, end: left + width / 2 };
    case "left":
      return { start: left - width, end: left };
  }
}

/** Gives every long idle stretch the same short length, and leaves the rest to scale. */
function compactAxis(whole: Interval, busy: readonly Interval[]): TimeAxis {
  const gaps = gapsOf(busy, whole);
  const gapMax = Math.max(1, sumOf(busy) / (gaps.length + 1));
  const pieces = [
    ...busy.map((piece) => ({ ...piece, isIdle: false })),
    ...gaps.map((piece) => ({ ...piece, isIdle: true })),
  ]
    .sort((a, b) => a.startAt - b.startAt)
    .map((piece) => ({ ...piece, isShortened: piece.isIdle && lengthOf(piece) > gapMax }));
  const drawnLength = (piece: Interval & { readonly isShortened: boolean }) =>
    piece.isShortened ? gapMax : lengthOf(piece);
  const total = pieces.reduce((sum, piece) => sum + drawnLength(piece), 0);

  let drawn = 0;
  const placed = pieces.map((piece) => {
    const left = drawn / total;
    drawn += drawnLength(piece);
    return { ...piece, left, width: drawnLength(piece) / total };
  });
  const place = (at: number): number => {
    const piece = placed.find((item) => at <= item.endAt) ?? placed.at(-1);
    if (piece === undefined) return 0;
    const share = lengthOf(piece) === 0 ? 0 : (at - piece.startAt) / lengthOf(piece);
    return clamp(piece.left + clamp(share) * piece.width);
  };
  const breaks = placed
    .filter((piece) => piece.isShortened)
    .map(({ startAt, endAt, left, width }) => ({ startAt, endAt, left, width }));
  return { ...whole, scale: "compact", breaks, ticks: compactTicks(whole, breaks), place };
}

/** The ends of the shortened stretches say when things went on. */
function compactTicks(whole: Interval, breaks: readonly AxisBreak[]): readonly AxisTick[] {
  const ticks: AxisTick[] = [{ left: 0, label: "0" }];
  for (const { endAt, left, width } of breaks) {
    const tick = { left: left + width, label: formatDuration(endAt - whole.startAt) };
    if (hasRoom(ticks.at(-1), tick)) ticks.push(tick);
  }
  return ticks;
}

const second = 1_000;
const roundSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
].map((seconds) => seconds * second);

/** The smallest round time that is not below this one. */
function tickStep(least: number): number {
  const round = roundSteps.find((step) => step >= least);
  if (least > second && round !== undefined) return round;
  const unit = least > second ? 86_400 * second : 1;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, least / unit))));
  const factor = [1, 2, 5, 10].find((item) => item * power * unit >= least) ?? 10;
  return factor * power * unit;
}

/** Sorts, cuts to the whole and joins what overlaps. */
function merged(intervals: readonly Interval[], whole: Interval): readonly Interval[] {
  const result: { startAt: number; endAt: number }[] = [];
  const cut = intervals
    .map((item) => ({ startAt: Math.max(item.startAt, whole.startAt), endAt: Math.min(item.endAt, whole.endAt) }))
    .filter((item) => item.endAt >= item.startAt)
    .sort((a, b) => a.startAt - b.startAt);
  for (const item of cut) {
    const last = result.at(-1);
    if (last !== undefined && item.startAt <= last.endAt) last.endAt = Math.max(last.endAt, item.endAt);
    else result.push({ ...item });
  }
  return result;
}

function gapsOf(busy: readonly Interval[], whole: Interval): readonly Interval[] {
  const starts = [whole.startAt, ...busy.map((item) => item.endAt)];
  const ends = [...busy.map((item) => item.startAt), whole.endAt];
  return starts
    .map((startAt, index) => ({ startAt, endAt: ends[index] ?? whole.endAt }))
    .filter((gap) => lengthOf(gap) > 0);
}

function sumOf(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, item) => sum + lengthOf(item), 0);
}

function lengthOf(item: Interval): number {
  return item.endAt - item.startAt;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
