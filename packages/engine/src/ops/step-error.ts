// `StepError` and `StepFailed`: a step threw.
import { asQueueItemId, type Millis, type Op, stepErrorJson } from "@stepwright/protocol";
import { attachMetadata } from "../attach-metadata.ts";
import { type Call, isDiscovery, isLastAttempt } from "../call.ts";
import { completeStep } from "../complete-step.ts";
import { spliceMemo } from "../finish-run.ts";
import { nextAttemptAt } from "../retry.ts";
import { type Draft, patchProgress } from "../state.ts";
import { attemptSpan } from "../step-span.ts";
import { continueAfter } from "./step-run.ts";

/** What the answer's headers say about trying again. */
export interface RetryHints {
  readonly noRetry: boolean | null;
  readonly retryAt: Millis | null;
}

/**
 * The step failed. With attempts left the same queue item is tried again and nothing is memoized;
 * otherwise the error becomes the step's result and the function may catch it.
 *
 * Returns whether the call's item was kept for another attempt.
 */
export function stepError(draft: Draft, op: Op, call: Call, hints: RetryHints): boolean {
  const isFinal = op.op === "StepFailed" || hints.noRetry === true || op.error?.noRetry === true || isLastAttempt(call);
  if (isFinal) {
    failStep(draft, op, call);
    return false;
  }
  const at = nextAttemptAt({
    attempt: call.item.attempt,
    now: draft.context.now,
    policy: draft.context.retry,
    fraction: draft.context.fraction,
    requestedAt: hints.retryAt,
  });
  draft.effects.push(attemptSpan(draft, { op, call, status: "failed", error: errorOf(op), retryAt: at }));
  attachMetadata(draft, op, call);
  retryCall(draft, call, at);
  return true;
}

/** Makes the call's item due again, one attempt later. */
export function retryCall(draft: Draft, call: Call, at: Millis): void {
  // An answer with several errors is one attempt: the first says when the next one is.
  if (draft.effects.some((effect) => effect.kind === "reschedule" && effect.itemId === call.item.id)) return;
  draft.effects.push({ kind: "reschedule", itemId: call.item.id, at, attempt: call.item.attempt + 1 });
  if (isDiscovery(call)) patchProgress(draft, { discovery: { itemId: asQueueItemId(call.item.id), retryAt: at } });
}

function failStep(draft: Draft, op: Op, call: Call): void {
  const error = errorOf(op);
  const isNew = completeStep(
    draft,
    {
      id: op.id,
      op: op.op,
      name: op.displayName,
      status: "failed",
      memo: spliceMemo("error", error),
      input: null,
    },
    call,
  );
  if (isNew) {
    draft.effects.push(attemptSpan(draft, { op, call, status: "failed", error, retryAt: null }));
    attachMetadata(draft, op, call);
  }
  continueAfter(draft, op, call);
}

function errorOf(op: Op) {
  return stepErrorJson(
    op.error ?? {
      name: "Error",
      message: "The step failed without an error.",
      stack: null,
      cause: null,
      data: null,
      noRetry: null,
    },
  );
}
