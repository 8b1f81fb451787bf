// What a run that is started again keeps, and what of it can be changed.
import type { ApiRun, ApiStep, JsonValue } from "@stepwright/protocol";

type Times = Pick<ApiRun, "originalRunId" | "queuedAt">;

/** Says whether a step's result came with the run from the one that it was started again from. */
export function isKept(run: Times, step: Pick<ApiStep, "kind" | "endedAt" | "attempts">): boolean {
  // It is stored when the run is made, and whatever the run itself does comes later.
  const isThereAtOnce = step.endedAt !== null && step.endedAt <= run.queuedAt;
  return run.originalRunId !== null && step.kind !== "function" && step.attempts.length === 0 && isThereAtOnce;
}

/**
 * The steps whose results a run from this step keeps: those that began before it, and have one.
 *
 * Short steps begin in the same millisecond; the run tells them in the order in which they came.
 */
export function keptSteps(run: Pick<ApiRun, "steps">, from: ApiStep): readonly ApiStep[] {
  const startOf = (step: ApiStep) => step.startedAt ?? step.queuedAt;
  const place = run.steps.findIndex(({ id }) => id === from.id);
  return run.steps.filter(
    (step, index) =>
      step.id !== from.id &&
      step.kind !== "function" &&
      (step.status === "completed" || step.status === "failed" || step.status === "timedOut") &&
      (startOf(step) < startOf(from) || (startOf(step) === startOf(from) && index < place)),
  );
}

/** Says whether a run can be started again from this step. */
export function canBegin(step: Pick<ApiStep, "kind" | "startedAt">): boolean {
  return step.kind !== "function" && step.startedAt !== null;
}

/** What can be given to a step in place of its own: its arguments, or fields of the question that it asks a model. */
export interface StepInput {
  readonly label: string;
  /** What it was; of a question nothing is recorded, and what is given takes the place of its fields one by one. */
  readonly value: readonly JsonValue[];
}

/** Null where nothing is recorded that others could take the place of. */
export function inputOf({ kind, input, detail }: Pick<ApiStep, "kind" | "input" | "detail">): StepInput | null {
  if (kind === "gateway" && detail["isInference"] === true)
    return { label: "Fields of the request's body to replace, in a list", value: Array.isArray(input) ? input : [{}] };
  return kind === "step" && Array.isArray(input) ? { label: "Arguments of the step", value: input } : null;
}

/** The data that a run's event had; null where it cannot be replaced: a run of several events, or of one that is not stored any more. */
export function eventDataOf({ events }: Pick<ApiRun, "events">): JsonValue | null {
  const [event, ...others] = events;
  return event === undefined || others.length > 0 ? null : event.data;
}
