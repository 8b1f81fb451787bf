// When things of a run were, as far as the run itself tells.
import type { ApiRun, ApiStep } from "@stepwright/protocol";
import { isEnded } from "../run-status.ts";

/** When a step began, as far as it has. */
export function startOf(step: ApiStep): number {
  return step.startedAt ?? step.queuedAt;
}

/** The last time at which something is known to have happened in a run: its end, or what the clock showed at least. */
export function lastKnownAt(run: ApiRun): number {
  if (run.endedAt !== null) return run.endedAt;
  return Math.max(run.queuedAt, run.startedAt ?? 0, ...run.steps.map(lastKnownOf));
}

/** The last time that a run speaks of: when its open waits end, for one that has not ended. */
export function horizonOf(run: ApiRun): number {
  const ends = run.doing.flatMap(({ at }) => (at === null ? [] : [at]));
  return Math.max(lastKnownAt(run), ...(isEnded(run) ? [] : ends));
}

function lastKnownOf(step: ApiStep): number {
  const tries = step.attempts.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]);
  // A step that waits to be called may be queued for later.
  const queuedAt = step.status === "queued" ? 0 : step.queuedAt;
  return Math.max(queuedAt, step.startedAt ?? 0, step.endedAt ?? 0, ...tries);
}
