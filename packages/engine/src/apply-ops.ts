// Turns the ops of one answer into effects: waits first, so that nothing the same answer does can slip past them.
import { isLazyOp, type Op, opsPerResponseMax } from "@stepwright/protocol";
import { canonicalJson } from "@stepwright/protocol";
import type { Call } from "./call.ts";
import { completeRun, failRun } from "./finish-run.ts";
import { deferAbort, deferAdd } from "./ops/defer.ts";
import { gateway } from "./ops/gateway.ts";
import { invoke } from "./ops/invoke.ts";
import { waitForSignal } from "./ops/signal.ts";
import { sleep } from "./ops/sleep.ts";
import { type RetryHints, stepError } from "./ops/step-error.ts";
import { stepPlanned } from "./ops/step-planned.ts";
import { stepRun } from "./ops/step-run.ts";
import { waitForEvent } from "./ops/wait-for-event.ts";
import { isEnded } from "./run.ts";
import { type Draft, hasResult, isOpen, patchProgress } from "./state.ts";
import { functionSpan } from "./step-span.ts";

/** Applies all ops. Returns whether the call's own item was kept for another attempt. */
export function applyOps(draft: Draft, ops: readonly Op[], call: Call, hints: RetryHints): boolean {
  if (ops.length > opsPerResponseMax) {
    failRun(draft, {
      error: "InngestErrFunctionOverflowed",
      name: "InngestErrFunctionOverflowed",
      message: `The app reported ${ops.length} steps at once; at most ${opsPerResponseMax} are allowed. Split the work over several runs.`,
    });
    return false;
  }
  markParallel(draft, ops);
  let isKept = false;
  for (const op of inOrder(ops)) {
    if (isEnded(draft.run.status)) break;
    isKept = applyOp(draft, op, call, hints) || isKept;
  }
  // The function waits for nothing, it only told of deferred calls (sdk-protocol.md §15).
  if (ops.every(isLazyOp) && draft.run.progress.defers !== draft.state.run.progress.defers) draft.needsDiscovery = true;
  return isKept;
}

/** Several ops in one answer begin a parallel section (sdk-protocol.md §10.3). */
function markParallel(draft: Draft, ops: readonly Op[]): void {
  const group = ops.filter((op) => !isLazyOp(op) && op.op !== "None" && op.op !== "RunComplete");
  if (group.length < 2) return;
  const waiting = group.filter((op) => isOpening(op) && !hasResult(draft, op.id)).map((op) => op.id);
  const race = group.filter((op) => op.parallelMode === "race").map((op) => op.id);
  const { progress } = draft.run;
  patchProgress(draft, {
    forceStepPlan: true,
    pending: [...new Set([...progress.pending, ...waiting])],
    race: [...new Set([...progress.race, ...race])],
  });
}

/** Waits first, and the end of the run last, wherever the app has put them. */
function inOrder(ops: readonly Op[]): readonly Op[] {
  const isFirst = (op: Op) => op.op === "WaitForEvent" || isLazyOp(op);
  const isLast = (op: Op) => op.op === "RunComplete" || op.op === "SyncRunComplete";
  return [...ops.filter(isFirst), ...ops.filter((op) => !isFirst(op) && !isLast(op)), ...ops.filter(isLast)];
}

function isOpening(op: Op): boolean {
  switch (op.op) {
    case "StepPlanned":
    case "Sleep":
    case "WaitForEvent":
    case "InvokeFunction":
    case "AIGateway":
    case "Gateway":
    case "WaitForSignal":
      return true;
    default:
      return false;
  }
}

function applyOp(draft: Draft, op: Op, call: Call, hints: RetryHints): boolean {
  // With request version 1 the SDK reports what is still pending again and again; that changes nothing.
  if (isOpening(op) && (hasResult(draft, op.id) || isOpen(draft, op.id))) return false;
  switch (op.op) {
    case "Step":
    case "StepRun":
      stepRun(draft, op, call);
      return false;
    case "StepError":
    case "StepFailed":
      return stepError(draft, op, call, hints);
    case "StepPlanned":
      stepPlanned(draft, op);
      return false;
    case "Sleep":
      sleep(draft, op);
      return false;
    case "WaitForEvent":
      waitForEvent(draft, op);
      return false;
    case "InvokeFunction":
      invoke(draft, op, call);
      return false;
    case "AIGateway":
    case "Gateway":
      gateway(draft, op);
      return false;
    case "WaitForSignal":
      waitForSignal(draft, op);
      return false;
    case "RunComplete":
    case "SyncRunComplete":
      draft.effects.push(functionSpan(draft, { call, status: "completed", error: null, retryAt: null }));
      completeRun(draft, op.data ?? canonicalJson(null));
      return false;
    case "DiscoveryRequest":
      draft.needsDiscovery = true;
      return false;
    case "DeferAdd":
      deferAdd(draft, op);
      return false;
    case "DeferAbort":
      deferAbort(draft, op);
      return false;
    case "None":
      return false;
  }
}
