// The span of one attempt of a step or of the function body.
import { canonicalJson, type JsonText, type Millis, millis, type Op } from "@stepwright/protocol";
import { answerDetail } from "./answer-detail.ts";
import { type Call, isDiscovery } from "./call.ts";
import type { Effect } from "./effects.ts";
import type { Draft } from "./state.ts";

/** A step's attempt, with the SDK's own timing where it reports one. */
export function attemptSpan(
  draft: Draft,
  options: {
    readonly op: Op;
    readonly call: Call;
    readonly status: "completed" | "failed";
    readonly error: JsonText | null;
    /** When it is tried again; null when this was its last attempt. */
    readonly retryAt: Millis | null;
  },
): Effect {
  const { op, call } = options;
  const { now } = draft.context;
  // The app's clock may differ from ours: its durations are kept, its times only where they fit between call and answer.
  const startedAt = clamp(op.timing?.startedAt ?? call.startedAt, call.startedAt, now);
  const endedAt = op.timing === null ? now : clamp(millis(startedAt + op.timing.durationMs), startedAt, now);
  return {
    kind: "putSpan",
    span: {
      runId: draft.run.id,
      id: `${op.id}:${call.item.attempt}`,
      kind: "step",
      stepId: op.id,
      name: op.displayName,
      op: op.op,
      attempt: call.item.attempt,
      status: options.status,
      // A step that runs within a discovery call never waited in the queue: the call did, for whatever it finds.
      queuedAt: isDiscovery(call) || call.work.queuedAt > startedAt ? startedAt : call.work.queuedAt,
      startedAt,
      endedAt,
      error: options.error,
      detail: canonicalJson({
        ...answerDetail(call),
        ...(options.retryAt === null ? {} : { retryAt: options.retryAt }),
        ...(typeof op.opts["type"] === "string" ? { type: op.opts["type"] } : {}),
      }),
    },
  };
}

/** An attempt of the function body that failed, or ended the run. */
export function functionSpan(
  draft: Draft,
  options: {
    readonly call: Call;
    readonly status: "completed" | "failed";
    readonly error: JsonText | null;
    readonly retryAt: Millis | null;
  },
): Effect {
  const { call } = options;
  return {
    kind: "putSpan",
    span: {
      runId: draft.run.id,
      id: `fn:${call.item.id}:${call.item.attempt}`,
      kind: "function",
      stepId: call.work.stepId,
      name: options.status === "completed" ? "function" : "function error",
      op: "Function",
      attempt: call.item.attempt,
      status: options.status,
      queuedAt: call.work.queuedAt,
      startedAt: call.startedAt,
      endedAt: draft.context.now,
      error: options.error,
      detail: canonicalJson({
        ...answerDetail(call),
        ...(options.retryAt === null ? {} : { retryAt: options.retryAt }),
      }),
    },
  };
}

function clamp(value: Millis, low: Millis, high: Millis): Millis {
  if (value < low) return low;
  return value > high ? high : value;
}
