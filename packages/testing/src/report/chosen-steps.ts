// Which steps of a run a report shows: all of a short one; of a long one its ends, and what did not simply go well.
import type { ApiRun, ApiStep } from "@stepwright/protocol";

/** A step, or how many are left out in its place. */
export type ChosenStep =
  | { readonly kind: "step"; readonly step: ApiStep }
  | { readonly kind: "gap"; readonly steps: number };

/** Chooses at most `stepsMax` steps, in their order. */
export function chooseSteps(run: ApiRun, stepsMax: number): readonly ChosenStep[] {
  const steps = stepsToShow(run);
  const chosen = chosenIndexes(steps, stepsMax);
  const result: ChosenStep[] = [];
  let left = 0;
  steps.forEach((step, index) => {
    if (!chosen.has(index)) {
      left += 1;
      return;
    }
    if (left > 0) result.push({ kind: "gap", steps: left });
    left = 0;
    result.push({ kind: "step", step });
  });
  return left > 0 ? [...result, { kind: "gap", steps: left }] : result;
}

/**
 * The steps without a row of the function that tells nothing of its own.
 *
 * The engine records a final error of a step twice, where it happened and where the function let it through; and a function
 * whose last call ended it has a row or none, as its SDK calls.
 */
export function stepsToShow({ status, steps, error }: Pick<ApiRun, "status" | "steps" | "error">): readonly ApiStep[] {
  const failed = steps.filter((step) => step.kind !== "function" && step.status === "failed");
  const isRepeated = status === "failed" && failed.some((step) => step.error?.message === error?.message);
  return steps.filter((step) => {
    if (step.kind !== "function" || step.attempts.length > 1) return true;
    return step.status !== "completed" && !(isRepeated && step.error?.message === error?.message);
  });
}

function chosenIndexes(steps: readonly ApiStep[], stepsMax: number): ReadonlySet<number> {
  if (steps.length <= stepsMax) return new Set(steps.keys());
  const atEnds = Math.max(1, Math.floor(stepsMax / 4));
  const chosen = new Set<number>();
  const choose = (index: number) => {
    if (chosen.size < stepsMax) chosen.add(index);
  };
  for (let index = 0; index < atEnds; index += 1) {
    choose(index);
    choose(steps.length - 1 - index);
  }
  steps.forEach((step, index) => {
    if (step.status !== "completed" || step.attempts.length > 1) choose(index);
  });
  for (let index = atEnds; chosen.size < stepsMax && index < steps.length; index += 1) choose(index);
  return chosen;
}
