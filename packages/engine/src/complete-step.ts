// A step gets its result.
import { type JsonText, type OpName, type StepId, utf8Bytes } from "@stepwright/protocol";
import type { Call } from "./call.ts";
import { failRun } from "./finish-run.ts";
import { type Draft, hasResult, isOpen, patchProgress, stepCount } from "./state.ts";
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
 * The first result wins: false when there is one already, which callers treat as done. `tellsOf` is the call that told of
 * the result; null when the step's own item or pause brings it.
 */
export function completeStep(draft: Draft, outcome: StepOutcome, tellsOf: Call | null = null): boolean {
  if (!isOutElsewhere(draft, outcome.id, tellsOf)) draft.closed.add(outcome.id);
  removeFromGroup(draft, outcome.id);
  if (hasResult(draft, outcome.id)) return false;
  const step: StepResult = { ...outcome, position: stepCount(draft), finishedAt: draft.context.now };
  draft.newSteps.push(step);
  draft.effects.push({ kind: "putStep", runId: draft.run.id, step });
  const stateLength = draft.run.progress.stateLength + utf8Bytes(outcome.memo);
  patchProgress(draft, { stateLength, ...(draft.run.progress.idleAnswers === undefined ? {} : { idleAnswers: 0 }) });
  const { runStateBytesMax } = draft.context.limitsOf(draft.run.functionId);
  if (stateLength > runStateBytesMax) {
    failRun(draft, {
      error: "InngestErrStateOverflowed",
      name: "InngestErrStateOverflowed",
      message: `The run's events and step results take ${stateLength} bytes; at most ${runStateBytesMax} are kept. Return less from your steps, for example a reference to stored data.`,
    });
  }
  return true;
}

/**
 * Code that changed under a run may run a step in the function that it had planned before. The planned call is still to
 * come, so the step stays open until that one has ended.
 */
function isOutElsewhere(draft: Draft, stepId: StepId, call: Call | null): boolean {
  return call !== null && call.work.stepId !== stepId && isOpen(draft, stepId);
}

function removeFromGroup(draft: Draft, stepId: StepId): void {
  const { pending } = draft.run.progress;
  if (pending.includes(stepId)) patchProgress(draft, { pending: pending.filter((id) => id !== stepId) });
}
