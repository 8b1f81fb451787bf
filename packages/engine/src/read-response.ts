// One answer of the app becomes one decision, together with the end of the queue item that asked.
import type { FunctionErrorBody, SdkAnswer } from "@stepwright/protocol";
import { applyOps } from "./apply-ops.ts";
import { type Call, isDiscovery, isLastAttempt } from "./call.ts";
import { callAfterCompletion, callAfterDiscovery, enqueueDiscovery, failsAsIdle } from "./discovery.ts";
import { completeRun, errorJson, failRun } from "./finish-run.ts";
import { type RetryHints, retryCall } from "./ops/step-error.ts";
import { leaseGuard } from "./queue-item.ts";
import { nextAttemptAt } from "./retry.ts";
import { isEnded } from "./run.ts";
import { runTimeout } from "./run-timeout.ts";
import {
  type Decision,
  type DecisionContext,
  closeDraft,
  type Draft,
  openDraft,
  patchProgress,
  type RunState,
} from "./state.ts";
import { functionSpan } from "./step-span.ts";

/** Decides what an answer changes. The transition holds only while the call's lease does: a late answer of an older dispatch is dropped. */
export function readResponse(state: RunState, context: DecisionContext, call: Call, answer: SdkAnswer): Decision {
  const draft = openDraft(state, context);
  draft.guards.push(leaseGuard(call.item));
  markStarted(draft, call);
  if (answer.kind !== "completed") fixRequestVersion(draft, answer);
  const isKept = apply(draft, call, answer);
  if (!isEnded(draft.run.status) && !isKept) endItem(draft, call);
  return closeDraft(draft);
}

/** Decides that the app is being called for the first time: the run is running from now on. */
export function startedCalling(state: RunState, context: DecisionContext, call: Call): Decision {
  const draft = openDraft(state, context);
  draft.guards.push(leaseGuard(call.item));
  markStarted(draft, call);
  return closeDraft(draft);
}

/** The first call makes the run `running` and starts the clock of its finish timeout. */
export function markStarted(draft: Draft, call: Call): void {
  if (draft.run.status !== "queued") return;
  draft.run = { ...draft.run, status: "running", startedAt: call.startedAt };
  const finishMs = draft.context.registry.functions.get(draft.run.functionId)?.config.timeouts.finishMs ?? null;
  if (finishMs !== null) {
    draft.effects.push(runTimeout(draft.run.id, "finish", { from: call.startedAt, limitMs: finishMs }));
  }
}

/** The first 206 fixes the request version of the run (sdk-protocol.md §5.3). */
function fixRequestVersion(draft: Draft, answer: Extract<SdkAnswer, { kind: "ops" | "failed" }>): void {
  if (answer.kind === "ops" && answer.requestVersion !== null && draft.run.progress.requestVersion === -1) {
    patchProgress(draft, { requestVersion: answer.requestVersion });
  }
}

/** Returns whether the call's item was kept for another attempt. */
function apply(draft: Draft, call: Call, answer: SdkAnswer): boolean {
  switch (answer.kind) {
    case "completed":
      draft.effects.push(functionSpan(draft, { call, status: "completed", error: null, retryAt: null }));
      completeRun(draft, answer.output);
      return false;
    case "ops":
      return applyOps(draft, answer.ops, call, answer);
    case "failed":
      return functionFailed(draft, call, answer.error, answer);
  }
}

/**
 * What SDK v4 answers, as final, when a checkpoint was answered with 409: it takes its call for a dead one. An answer that
 * counts belongs to the living one, so the 409 came from something on the way, and the function has done nothing wrong.
 */
const staleDispatch = "StaleDispatchError";

function functionFailed(draft: Draft, call: Call, error: FunctionErrorBody, hints: RetryHints): boolean {
  // v3 says "retry" even on the last attempt: attempts are counted here (sdk-protocol.md §10.4).
  if ((hints.noRetry === true && error.name !== staleDispatch) || isLastAttempt(call)) {
    draft.effects.push(functionSpan(draft, { call, status: "failed", error: errorJson(error), retryAt: null }));
    failRun(draft, error);
    return false;
  }
  const at = nextAttemptAt({
    attempt: call.item.attempt,
    now: draft.context.now,
    policy: draft.context.retry,
    fraction: draft.context.fraction,
    requestedAt: hints.retryAt,
  });
  draft.effects.push(functionSpan(draft, { call, status: "failed", error: errorJson(error), retryAt: at }));
  retryCall(draft, call, at);
  return true;
}

function endItem(draft: Draft, call: Call): void {
  draft.effects.push({ kind: "dequeue", itemId: call.item.id });
  if (isDiscovery(call)) {
    callAfterDiscovery(draft, call.completionsSeen);
  } else {
    settleTarget(draft, call);
  }
}

/**
 * A targeted call was answered without a result for its step. Whatever else the app reported was applied;
 * the step itself is no longer open, so the function is asked again rather than left hanging.
 */
function settleTarget(draft: Draft, call: Call): void {
  const target = call.work.stepId;
  if (target === null || draft.closed.has(target)) return;
  draft.closed.add(target);
  patchProgress(draft, { pending: draft.run.progress.pending.filter((id) => id !== target) });
  if (failsAsIdle(draft)) return;
  if (draft.run.progress.discovery === null && draft.needsDiscovery) enqueueDiscovery(draft, draft.context.now);
  else callAfterCompletion(draft, target);
}
