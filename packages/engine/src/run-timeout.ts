// A run that has not started, or not ended, in time is cancelled (semantics.md §3.5).
import { asQueueItemId, type Millis, millis, type RunId } from "@stepwright/protocol";
import { cancel } from "./cancel.ts";
import type { Effect } from "./effects.ts";
import { leaseGuard, type LeasedItem, type Work } from "./queue-item.ts";
import { isEnded } from "./run.ts";
import { closeDraft, type Decision, type DecisionContext, openDraft, type RunState } from "./state.ts";

/** The item that cancels a run which takes longer than `limitMs` counted from `from`. */
export function runTimeout(
  runId: RunId,
  which: "start" | "finish",
  time: { readonly from: Millis; readonly limitMs: number },
): Effect {
  return {
    kind: "enqueue",
    item: {
      id: asQueueItemId(`${runId}:${which}-timeout`),
      lane: "system",
      at: millis(time.from + time.limitMs),
      attempt: 0,
      work: { kind: "runTimeout", runId, which, from: time.from },
    },
  };
}

/**
 * The time of a run is up: it is cancelled, unless it started in time, or the function's configuration has meanwhile
 * another limit (then the item waits for that) or none. Null: nothing is to be done.
 */
export function runTimedOut(
  state: RunState,
  context: DecisionContext,
  item: LeasedItem,
  work: Extract<Work, { kind: "runTimeout" }>,
): Decision | null {
  const { run } = state;
  if (isEnded(run.status) || (work.which === "start" && run.status !== "queued")) return null;
  const fn = context.registry.functions.get(run.functionId);
  // A removed function has no newer limit than the one the item was made for.
  if (fn !== undefined) {
    const limitMs = fn.config.timeouts[work.which === "start" ? "startMs" : "finishMs"];
    if (limitMs === null) return null;
    const at = millis(work.from + limitMs);
    if (at > context.now) return waitLonger(state, context, item, at);
  }
  return cancel(state, context, { kind: "timeout", which: work.which }, item);
}

function waitLonger(state: RunState, context: DecisionContext, item: LeasedItem, at: Millis): Decision {
  const draft = openDraft(state, context);
  draft.guards.push(leaseGuard(item));
  draft.effects.push({ kind: "reschedule", itemId: item.id, at, attempt: 0 });
  return closeDraft(draft);
}
