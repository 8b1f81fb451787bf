// The bar of a step: a line of characters, one for each equal part of the run's time.
import type { ApiStep } from "@stepwright/protocol";
import { startOf } from "./run-times.ts";

/** The time that a bar covers. */
export interface BarAxis {
  readonly startAt: number;
  readonly endAt: number;
  /** What the run's clock shows; what comes later has not happened. */
  readonly now: number;
  /** Characters. */
  readonly width: number;
}

const signs = { work: "█", failed: "x", waiting: "─", backoff: "·", ahead: "╌" } as const;

type Sign = keyof typeof signs;

interface Stretch {
  readonly sign: Sign;
  readonly startAt: number;
  readonly endAt: number;
}

/** What hides what, where two fall on one character: a failed attempt must be seen. */
const order: readonly Sign[] = ["ahead", "backoff", "waiting", "work", "failed"];

/** Draws a step. Calls without length have a character all the same: with a virtual clock most have none. */
export function barOf(step: ApiStep, axis: BarAxis): string {
  const columns: (Sign | null)[] = Array.from({ length: axis.width }, () => null);
  for (const { sign, startAt, endAt } of stretchesOf(step, axis)) {
    const first = columnOf(startAt, axis);
    // A stretch ends before the column that begins where it ends.
    const last = Math.max(first, Math.ceil(exactColumn(endAt, axis)) - 1);
    for (let column = first; column <= Math.min(last, axis.width - 1); column += 1) {
      const before = columns[column] ?? null;
      if (before === null || order.indexOf(sign) > order.indexOf(before)) columns[column] = sign;
    }
  }
  return columns
    .map((sign) => (sign === null ? " " : signs[sign]))
    .join("")
    .trimEnd();
}

function stretchesOf(step: ApiStep, axis: BarAxis): readonly Stretch[] {
  switch (step.kind) {
    case "sleep":
    case "wait":
    case "invoke":
    case "signal":
      return waitStretches(step, axis);
    case "step":
    case "gateway":
    case "function":
      return callStretches(step, axis);
  }
}

function waitStretches(step: ApiStep, { now, endAt }: BarAxis): readonly Stretch[] {
  const startAt = startOf(step);
  const waited: Stretch = { sign: "waiting", startAt, endAt: step.endedAt ?? now };
  if (step.endedAt !== null) return [waited];
  const until = step.detail["until"];
  return [waited, { sign: "ahead", startAt: now, endAt: typeof until === "number" ? Math.max(until, now) : endAt }];
}

function callStretches(step: ApiStep, { now }: BarAxis): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let lastEndAt = step.queuedAt;
  for (const { status, startedAt, endedAt } of step.attempts) {
    if (startedAt > lastEndAt) stretches.push({ sign: "backoff", startAt: lastEndAt, endAt: startedAt });
    stretches.push({ sign: status === "failed" ? "failed" : "work", startAt: startedAt, endAt: endedAt });
    lastEndAt = endedAt;
  }
  if (step.endedAt !== null) {
    // The result of a step that another run has made, or that was kept: it has no attempt of its own.
    if (step.attempts.length === 0) stretches.push({ sign: "work", startAt: startOf(step), endAt: step.endedAt });
    return stretches;
  }
  if (step.status === "running")
    stretches.push({ sign: "work", startAt: Math.max(lastEndAt, startOf(step)), endAt: now });
  else if (now > lastEndAt) stretches.push({ sign: "backoff", startAt: lastEndAt, endAt: now });
  if (step.nextAttemptAt !== null && step.nextAttemptAt > now)
    stretches.push({ sign: "ahead", startAt: now, endAt: step.nextAttemptAt });
  return stretches;
}

function exactColumn(at: number, { startAt, endAt, width }: BarAxis): number {
  const length = endAt - startAt;
  return length <= 0 ? 0 : (Math.min(Math.max(at - startAt, 0), length) / length) * width;
}

function columnOf(at: number, axis: BarAxis): number {
  return Math.min(Math.floor(exactColumn(at, axis)), axis.width - 1);
}
