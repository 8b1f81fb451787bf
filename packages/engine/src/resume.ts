// Timers, events, signals and ended runs wake a run.
import { canonicalJson, type JsonText, asPauseId } from "@stepwright/protocol";
import { completeStep, type StepOutcome } from "./complete-step.ts";
import { callAfterCompletion } from "./discovery.ts";
import { spliceMemo } from "./finish-run.ts";
import { timeoutItemId } from "./ops/wait-for-event.ts";
import { leaseGuard, type LeasedItem, resumeItemId, type Work } from "./queue-item.ts";
import type { Span } from "./span.ts";
import { closeDraft, type Decision, type DecisionContext, type Draft, openDraft, type RunState } from "./state.ts";

const nothing = canonicalJson(null);

/** A sleep is over: its memo is null. */
export function wake(
  state: RunState,
  context: DecisionContext,
  item: LeasedItem,
  work: Extract<Work, { kind: "wake" }>,
): Decision {
  const draft = openItemDraft(state, context, item);
  finishWait(draft, {
    outcome: { id: work.stepId, op: "Sleep", status: "completed", memo: nothing },
    spanStatus: "completed",
    detail: {},
  });
  return closeDraft(draft);
}

/** A wait has lasted too long: null for events and signals, an error for an invoked run (sdk-protocol.md §6). */
export function timeOut(
  state: RunState,
  context: DecisionContext,
  item: LeasedItem,
  work: Extract<Work, { kind: "timeout" }>,
): Decision {
  const draft = openItemDraft(state, context, item);
  // What came in time wins, even if its item has not been worked on yet.
  draft.guards.push({ kind: "itemAbsent", itemId: resumeItemId(work.runId, work.stepId) });
  draft.effects.push({ kind: "closePause", pauseId: asPauseId(`${work.runId}:${work.stepId}`) });
  const op = { event: "WaitForEvent", signal: "WaitForSignal", invoke: "InvokeFunction" } as const;
  finishWait(draft, {
    outcome: {
      id: work.stepId,
      op: op[work.waitKind],
      status: "timedOut",
      memo: work.waitKind === "invoke" ? spliceMemo("error", invokeTimeoutError) : nothing,
    },
    spanStatus: "timedOut",
    detail: {},
  });
  return closeDraft(draft);
}

const invokeTimeoutError = canonicalJson({
  error: "InngestInvokeTimeoutError: Timed out waiting for invoked function to complete",
  message: "Timed out waiting for invoked function to complete",
  name: "InngestInvokeTimeoutError",
});

/** What came for a wait, ready to be memoized. `eventText` is the whole matched event. */
export function resume(
  state: RunState,
  context: DecisionContext,
  item: LeasedItem,
  options: {
    readonly work: Extract<Work, { kind: "resume" }>;
    readonly event: { readonly text: JsonText; readonly internalId: string } | null;
  },
): Decision {
  const draft = openItemDraft(state, context, item);
  const { work } = options;
  draft.effects.push({ kind: "dequeue", itemId: timeoutItemId(work.runId, work.stepId) });
  switch (work.outcome.kind) {
    case "event":
      finishWait(draft, {
        // The bare event, never wrapped (sdk-protocol.md §6).
        outcome: { id: work.stepId, op: "WaitForEvent", status: "completed", memo: options.event?.text ?? nothing },
        spanStatus: "completed",
        detail: options.event === null ? {} : { matchedEventId: options.event.internalId },
      });
      break;
    case "signal":
      finishWait(draft, {
        outcome: {
          id: work.stepId,
          op: "WaitForSignal",
          status: "completed",
          memo: spliceMemo(
            "data",
            `{"data":${work.outcome.data},"signal":${canonicalJson(work.outcome.signal)}}` as JsonText,
          ),
        },
        spanStatus: "completed",
        detail: {},
      });
      break;
    case "invoked": {
      const isError = work.outcome.memo.startsWith('{"error":');
      finishWait(draft, {
        outcome: {
          id: work.stepId,
          op: "InvokeFunction",
          status: isError ? "failed" : "completed",
          memo: work.outcome.memo,
        },
        spanStatus: isError ? "failed" : "completed",
        detail: work.outcome.childRunId === null ? {} : { childRunId: work.outcome.childRunId },
      });
      break;
    }
  }
  return closeDraft(draft);
}

function openItemDraft(state: RunState, context: DecisionContext, item: LeasedItem): Draft {
  const draft = openDraft(state, context);
  draft.guards.push(leaseGuard(item));
  draft.effects.push({ kind: "dequeue", itemId: item.id });
  return draft;
}

function finishWait(
  draft: Draft,
  options: {
    readonly outcome: Omit<StepOutcome, "name" | "input">;
    readonly spanStatus: Span["status"];
    readonly detail: Readonly<Record<string, unknown>>;
  },
): void {
  const { outcome } = options;
  // The name is on the span; the step's own row gets its id, which every reader falls back to.
  const isNew = completeStep(draft, { ...outcome, name: outcome.id, input: null });
  if (!isNew) return;
  draft.effects.push({
    kind: "endSpan",
    runId: draft.run.id,
    spanId: outcome.id,
    status: options.spanStatus,
    endedAt: draft.context.now,
    error: null,
    detail: canonicalJson(options.detail),
  });
  callAfterCompletion(draft, outcome.id);
}
