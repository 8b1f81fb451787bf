// What a run that is started again keeps, and what of it can be changed.
import type { ApiRun, ApiStep, JsonValue } from "@stepwright/protocol";

type Times = Pick<ApiRun, "originalRunId" | "queuedAt">;

/** Says whether a step's result came with the run from the one that it was started again from. */
export function isKept(run: Times, step: Pick<ApiStep, "kind" | "endedAt" | "attempts">): boolean {
  // It is stored when the run is made, and whatever the run itself does comes later.
  const isThereAtOnce = step.endedAt !== null && step.endedAt <= run.queuedAt;
  return run.originalRunId !== null && step.kind !== "function" && step.attempts.length === 0 && isThereAtOnce;
}

/** The steps whose results a run from this step keeps: those that began before it, and have one. */
export function keptSteps(run: Pick<ApiRun, "steps">, from: ApiStep): readonly ApiStep[] {
  const startOf = (step: ApiStep) => step.startedAt ?? step.queuedAt;
  return run.steps.filter(
    (step) =>
      step.id !== from.id &&
      step.kind !== "function" &&
      (step.status === "completed" || step.status === "failed" || step.status === "timedOut") &&
      startOf(step) < startOf(from),
  );
}

/** Says whether a run can be started again from this step. */
export function canBegin(step: Pick<ApiStep, "kind" | "startedAt">): boolean {
  return step.kind !== "function" && step.startedAt !== null;
}

/** The arguments of a step that may be given others; null where none are recorded, so that others would change nothing. */
export function argumentsOf(step: ApiStep): readonly JsonValue[] | null {
  return (step.kind === "step" || step.kind === "gateway") && Array.isArray(step.input) ? step.input : null;
}

/** The data that a run's event had; null where it cannot be replaced: a run of several events, or of one that is not stored any more. */
export function eventDataOf({ events }: Pick<ApiRun, "events">): JsonValue | null {
  const [event, ...others] = events;
  return event === undefined || others.length > 0 ? null : event.data;
}
