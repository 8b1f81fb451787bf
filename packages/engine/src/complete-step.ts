// A step gets its result.
import { type JsonText, type OpName, runStateBytesMax, type StepId } from "@stepwright/protocol";
import { failRun } from "./finish-run.ts";
import { type Draft, hasResult, patchProgress, stepCount } from "./state.ts";
import type { StepResult } from "./step.ts";

/** What is known of a finished step. */
export interface StepOutcome {
  readonly id: StepId;
  readonly op: OpName;
  readonly name: string;
  readonly status: StepResult["status"];
  readonly memo: JsonText;
  readonly input: JsonText | null;
}

/**
 * Stores a step's result and takes the step out of its parallel group.
 *
 * The first result wins: false when there is one already, which callers treat as done.
 */
export function completeStep(draft: Draft, outcome: StepOutcome): boolean {
  draft.closed.add(outcome.id);
  removeFromGroup(draft, outcome.id);
  if (hasResult(draft, outcome.id)) return false;
  const step: StepResult = { ...outcome, position: stepCount(draft), finishedAt: draft.context.now };
  draft.newSteps.push(step);
  draft.effects.push({ kind: "putStep", runId: draft.run.id, step });
  const stateLength = draft.run.progress.stateLength + outcome.memo.length;
  patchProgress(draft, { stateLength, ...(draft.run.progress.idleAnswers === undefined ? {} : { idleAnswers: 0 }) });
  const lengthMax = draft.context.limitsOf?.(draft.run.functionId)?.stateBytesMax ?? runStateBytesMax;
  if (stateLength > lengthMax) {
    failRun(draft, {
      error: "InngestErrStateOverflowed",
      name: "InngestErrStateOverflowed",
      message: `The run's events and step results take ${stateLength} bytes; at most ${lengthMax} are kept. Return less from your steps, for example a reference to stored data.`,
    });
  }
  return true;
}

function removeFromGroup(draft: Draft, stepId: StepId): void {
  const { pending } = draft.run.progress;
  if (pending.includes(stepId)) patchProgress(draft, { pending: pending.filter((id) => id !== stepId) });
}
