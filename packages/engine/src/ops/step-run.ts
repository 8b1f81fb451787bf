// `StepRun`: the app ran a step and tells its result.
import { canonicalJson, isLargerThan, type JsonText, type Op, utf8Bytes } from "@stepwright/protocol";
import { attachMetadata } from "../attach-metadata.ts";
import { type Call, isDiscovery } from "../call.ts";
import { completeStep } from "../complete-step.ts";
import { callAfterCompletion, goesOnAlone, isGroupOpen } from "../discovery.ts";
import { failRun, spliceMemo } from "../finish-run.ts";
import type { Draft } from "../state.ts";
import { attemptSpan } from "../step-span.ts";

/** Stores the result and lets the function go on from it. A second result for the same step changes nothing but still goes on. */
export function stepRun(draft: Draft, op: Op, call: Call): void {
  if (recordStepRun(draft, op, call)) continueAfter(draft, op, call);
}

/** Stores the result without going on: the app is still running and will (checkpoint). False when the run failed over it. */
export function recordStepRun(draft: Draft, op: Op, call: Call): boolean {
  const data = op.data ?? canonicalJson(null);
  const { stepOutputBytesMax } = draft.context.limitsOf(draft.run.functionId);
  if (isLargerThan(data, stepOutputBytesMax)) {
    failRun(draft, {
      error: "output_too_large",
      name: "StepOutputTooLarge",
      message: `Step "${op.displayName}" returned ${utf8Bytes(data)} bytes; at most ${stepOutputBytesMax} are stored. Return a reference to stored data instead.`,
    });
    return false;
  }
  const isNew = completeStep(
    draft,
    {
      id: op.id,
      op: op.op,
      name: op.displayName,
      status: "completed",
      // The legacy `Step` op carries its memo as it is (sdk-protocol.md §8.1).
      memo: op.op === "Step" ? data : spliceMemo("data", data),
      input: inputOf(op),
    },
    call,
  );
  if (isNew) {
    draft.effects.push(attemptSpan(draft, { op, call, status: "completed", error: null, retryAt: null }));
    attachMetadata(draft, op, call);
  }
  return draft.run.status === "queued" || draft.run.status === "running";
}

/** After a step's result, success or final failure: the answering discovery is followed by another, others decide by the group. */
export function continueAfter(draft: Draft, op: Op, call: Call): void {
  if (!isDiscovery(call)) {
    callAfterCompletion(draft, op.id);
  } else if (!isGroupOpen(draft) || goesOnAlone(draft, op.id)) {
    draft.needsDiscovery = true;
  }
}

function inputOf(op: Op): JsonText | null {
  const { input } = op.opts;
  return input === undefined ? null : canonicalJson(input);
}
