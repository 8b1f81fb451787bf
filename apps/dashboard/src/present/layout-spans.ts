// Where everything in a run's waterfall lies. Pure: the page only draws what this returns.
// Waiting is never booked as work: each attempt is its own segment, with the backoff between.
import type { ApiRun, ApiStep } from "@stepwright/protocol";
import { shownSteps } from "./failed-step.ts";
import { timeAxis, type AxisScale, type Interval, type TimeAxis } from "./time-axis.ts";

/** What went on in a stretch of time. */
export type SegmentKind = "queue" | "work" | "failed" | "backoff" | "sleep" | "wait";

/** A stretch of a row. `left` and `width` are shares of the axis. */
export interface Segment extends Interval {
  readonly kind: SegmentKind;
  readonly left: number;
  readonly width: number;
  /** Counted from 0; null for anything but an attempt. */
  readonly attempt: number | null;
  /** True while it goes on. */
  readonly isOpen: boolean;
}

/** One step's row. */
export interface SpanRow {
  readonly step: ApiStep;
  readonly segments: readonly Segment[];
  /** From its start to its end, or until now; of a step that has not begun, the time in the queue. */
  readonly durationMs: number;
}

/** Sums over all steps; steps side by side count each for themselves. */
export interface RunTotals {
  readonly workMs: number;
  /** Calls that the app did not answer: nobody's work. */
  readonly unansweredMs: number;
  readonly queueMs: number;
  readonly backoffMs: number;
  readonly sleepMs: number;
  readonly waitMs: number;
}

/** A run's waterfall. */
export interface Waterfall {
  readonly axis: TimeAxis;
  readonly rows: readonly SpanRow[];
  readonly totals: RunTotals;
}

type Stretch = Omit<Segment, "left" | "width">;

/**
 * Lays out the spans of a run, in order of start.
 *
 * Nothing lasts longer than the run: what is open when the run ends, ends with it. Without a scale the axis chooses one.
 */
export function layoutSpans(run: ApiRun, now: number, scale: AxisScale | null = null): Waterfall {
  const endAt = Math.max(run.endedAt ?? now, run.queuedAt);
  const rows = inOrder(shownSteps(run)).map((step) => ({ step, stretches: stretchesOf(step, endAt) }));
  const all = rows.flatMap((row) => row.stretches);
  // Backoff is idle too: a retry may be hours away.
  const busy = all.filter((item) => item.kind === "work" || item.kind === "failed" || item.kind === "queue");
  const axis = timeAxis({ startAt: run.queuedAt, endAt, busy: [firstQueue(run, endAt), ...busy], scale });
  const unansweredMs = unansweredOf(run.steps);
  return {
    axis,
    rows: rows.map(({ step, stretches }) => ({
      step,
      segments: stretches.map((item) => placed(item, axis)),
      durationMs: Math.max(0, Math.min(step.endedAt ?? endAt, endAt) - (step.startedAt ?? step.queuedAt)),
    })),
    totals: {
      workMs: Math.max(0, totalOf(all, "work") + totalOf(all, "failed") - unansweredMs),
      unansweredMs,
      queueMs: totalOf(all, "queue") + waitForStart(run, endAt),
      backoffMs: totalOf(all, "backoff"),
      sleepMs: totalOf(all, "sleep"),
      waitMs: totalOf(all, "wait"),
    },
  };
}

function stretchesOf(step: ApiStep, runEndAt: number): readonly Stretch[] {
  switch (step.kind) {
    case "sleep":
      return waitStretches(step, "sleep", runEndAt);
    case "wait":
    case "invoke":
    case "signal":
      return waitStretches(step, "wait", runEndAt);
    case "step":
    case "gateway":
    case "function":
      return attemptStretches(step, runEndAt);
  }
}

function waitStretches(step: ApiStep, kind: "sleep" | "wait", runEndAt: number): readonly Stretch[] {
  const startAt = step.startedAt ?? step.queuedAt;
  return [stretch(kind, startAt, step.endedAt ?? runEndAt, { isOpen: step.endedAt === null, endMax: runEndAt })];
}

function attemptStretches(step: ApiStep, runEndAt: number): readonly Stretch[] {
  const result: Stretch[] = [];
  const push = (
    kind: SegmentKind,
    startAt: number,
    endAt: number,
    facts: { readonly attempt?: number; readonly isOpen?: boolean } = {},
  ) => {
    // An attempt of 0 ms happened; a queue or backoff of 0 ms did not.
    if (endAt > startAt || facts.attempt !== undefined)
      result.push(stretch(kind, startAt, endAt, { ...facts, endMax: runEndAt }));
  };

  let lastEndAt: number | null = null;
  for (const attempt of step.attempts.toSorted((a, b) => a.attempt - b.attempt)) {
    pushIdle(push, { lastEndAt, queuedAt: attempt.queuedAt, startedAt: attempt.startedAt });
    push(attempt.status === "failed" ? "failed" : "work", attempt.startedAt, attempt.endedAt, {
      attempt: attempt.attempt,
    });
    lastEndAt = attempt.endedAt;
  }
  if (step.endedAt !== null) return result;

  const attempt = step.attempts.length;
  if (step.status === "running") {
    const startedAt =
      lastEndAt === null ? (step.startedAt ?? step.queuedAt) : Math.max(lastEndAt, step.nextAttemptAt ?? lastEndAt);
    pushIdle(push, { lastEndAt, queuedAt: lastEndAt === null ? step.queuedAt : startedAt, startedAt });
    push("work", startedAt, runEndAt, { attempt, isOpen: true });
  } else if (step.status === "retrying" && lastEndAt !== null) {
    push("backoff", lastEndAt, Math.min(runEndAt, step.nextAttemptAt ?? runEndAt), { isOpen: true });
    if (step.nextAttemptAt !== null) push("queue", step.nextAttemptAt, runEndAt, { isOpen: true });
  } else {
    push("queue", lastEndAt ?? step.queuedAt, runEndAt, { isOpen: true });
  }
  return result;
}

/** Splits the time before an attempt: after a failed one, backoff until it was due, then the queue. */
function pushIdle(
  push: (kind: SegmentKind, startAt: number, endAt: number) => void,
  o: { readonly lastEndAt: number | null; readonly queuedAt: number; readonly startedAt: number },
): void {
  if (o.lastEndAt === null) {
    push("queue", o.queuedAt, o.startedAt);
    return;
  }
  // The item of a retry is made when the attempt before fails; then its whole wait is backoff.
  const dueAt = o.queuedAt > o.lastEndAt ? Math.min(o.queuedAt, o.startedAt) : o.startedAt;
  push("backoff", o.lastEndAt, dueAt);
  push("queue", dueAt, o.startedAt);
}

function stretch(
  kind: SegmentKind,
  startAt: number,
  endAt: number,
  facts: { readonly attempt?: number; readonly isOpen?: boolean; readonly endMax: number },
): Stretch {
  const start = Math.min(startAt, facts.endMax);
  return {
    kind,
    startAt: start,
    endAt: Math.min(Math.max(endAt, start), facts.endMax),
    attempt: facts.attempt ?? null,
    isOpen: facts.isOpen ?? false,
  };
}

function placed(item: Stretch, axis: TimeAxis): Segment {
  const left = axis.place(item.startAt);
  return { ...item, left, width: axis.place(item.endAt) - left };
}

/** Before its first call a run stands in the queue, and no step tells of it. */
function waitForStart(run: ApiRun, endAt: number): number {
  const { startAt, endAt: startedAt } = firstQueue(run, endAt);
  return startedAt - startAt;
}

function firstQueue(run: ApiRun, endAt: number): Interval {
  return { startAt: run.queuedAt, endAt: run.startedAt ?? endAt };
}

function inOrder(steps: readonly ApiStep[]): readonly ApiStep[] {
  const startOf = (step: ApiStep) => step.startedAt ?? step.queuedAt;
  return steps.toSorted((a, b) => startOf(a) - startOf(b));
}

function unansweredOf(steps: readonly ApiStep[]): number {
  const attempts = steps.flatMap((step) => step.attempts);
  const unanswered = attempts.filter(({ error }) => error !== null && error.noAnswer !== null);
  return unanswered.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0);
}

function totalOf(stretches: readonly Stretch[], kind: SegmentKind): number {
  return stretches.reduce((sum, item) => (item.kind === kind ? sum + item.endAt - item.startAt : sum), 0);
}
