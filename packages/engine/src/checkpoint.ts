// A checkpoint: the app tells of finished steps while its call is still running (sdk-protocol.md §13).
import type { Op, StepwrightError } from "@stepwright/protocol";
import { opNotAllowed, runStateTooLarge, stepOutputTooLarge, utf8Bytes } from "@stepwright/protocol";
import type { Call } from "./call.ts";
import { deferAbort, deferAdd } from "./ops/defer.ts";
import { recordStepRun } from "./ops/step-run.ts";
import { leaseGuard } from "./queue-item.ts";
import { markStarted } from "./read-response.ts";
import { isEnded } from "./run.ts";
import { closeDraft, type Decision, type DecisionContext, type Draft, openDraft, type RunState } from "./state.ts";

/** A checkpoint that is refused as a whole, or a decision. */
export type CheckpointDecision =
  | {
      readonly kind: "decision";
      readonly decision: Decision;
      /** The run fails over a result that is too large, and the app is to know that it need not go on. */
      readonly tooLarge: StepwrightError | null;
    }
  | { readonly kind: "refused"; readonly error: StepwrightError };

/**
 * Stores the steps and gives the call's item a full set of attempts again. No new call is queued: the
 * app goes on by itself. The run's version rises, which the call that is under way does not mind.
 */
export function checkpoint(
  state: RunState,
  context: DecisionContext,
  call: Call,
  ops: readonly Op[],
): CheckpointDecision {
  const draft = openDraft(state, context);
  draft.guards.push(leaseGuard(call.item));
  markStarted(draft, call);
  for (const op of ops) {
    switch (op.op) {
      case "Step":
      case "StepRun":
        // A result may be more than the run can hold.
        if (!recordStepRun(draft, op, call))
          return { kind: "decision", decision: closeDraft(draft), tooLarge: tooLargeError(draft, op) };
        break;
      case "DeferAdd":
        deferAdd(draft, op);
        break;
      case "DeferAbort":
        deferAbort(draft, op);
        break;
      // Only tells that a step begins.
      case "StepPlanned":
      case "None":
        break;
      case "StepError":
      case "StepFailed":
      case "Sleep":
      case "WaitForEvent":
      case "InvokeFunction":
      case "AIGateway":
      case "Gateway":
      case "WaitForSignal":
      case "RunComplete":
      case "SyncRunComplete":
      case "DiscoveryRequest":
        return { kind: "refused", error: opNotAllowed({ op: op.op }) };
    }
  }
  if (!isEnded(draft.run.status)) draft.effects.push({ kind: "resetAttempt", itemId: call.item.id });
  return { kind: "decision", decision: closeDraft(draft), tooLarge: null };
}

function tooLargeError({ run, context }: Draft, op: Op): StepwrightError {
  const { stepOutputBytesMax, runStateBytesMax } = context.limitsOf(run.functionId);
  const bytes = op.data === null ? 0 : utf8Bytes(op.data);
  return bytes > stepOutputBytesMax
    ? stepOutputTooLarge({ stepId: op.displayName, bytes, max: stepOutputBytesMax })
    : runStateTooLarge({ runId: run.id, bytes: run.progress.stateLength, max: runStateBytesMax });
}
