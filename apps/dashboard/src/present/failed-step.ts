// Finds the step a failed run failed in. The engine records a final error of a step twice,
// once where it happened and once where the function let it through; people mean the first.
import type { ApiRun, ApiStep } from "@stepwright/protocol";

/** The step whose error ended the run, or the function's own code; null if the run did not fail or nothing tells. */
export function failedStep(run: Pick<ApiRun, "status" | "steps" | "error">): ApiStep | null {
  if (run.status !== "failed") return null;
  const failed = run.steps.filter((step) => step.status === "failed");
  const source = failed.findLast(
    (step) => step.kind !== "function" && step.error !== null && step.error.message === run.error?.message,
  );
  return source ?? failed.findLast((step) => step.kind === "function") ?? failed.at(-1) ?? null;
}

/** The steps to show: without a `function` row that only repeats a step's error. */
export function shownSteps(run: Pick<ApiRun, "status" | "steps" | "error">): readonly ApiStep[] {
  const source = failedStep(run);
  if (source === null || source.kind === "function") return run.steps;
  return run.steps.filter(
    (step) => step.kind !== "function" || step.attempts.length > 1 || step.error?.message !== source.error?.message,
  );
}

/** The step an address names: by id, or by name for addresses that were typed. */
export function stepByKey(steps: readonly ApiStep[], key: string | undefined): ApiStep | null {
  if (key === undefined) return null;
  return steps.find((step) => step.id === key) ?? steps.find((step) => step.name === key) ?? null;
}

/** What an address calls a step: its name where that is enough, else its id. */
export function stepKey(steps: readonly ApiStep[], step: ApiStep): string {
  return steps.filter((other) => other.name === step.name).length === 1 ? step.name : step.id;
}
