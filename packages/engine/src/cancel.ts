// A run is cancelled: by request, by an event, or because it took too long.
import { cancelRun, failRun } from "./finish-run.ts";
import type { CancelReason, LeasedItem } from "./queue-item.ts";
import { isEnded } from "./run.ts";
import { closeDraft, type Decision, type DecisionContext, openDraft, type RunState } from "./state.ts";

/** Cancels a run that has not ended. `item` is the queue item that asked, if one did. */
export function cancel(
  state: RunState,
  context: DecisionContext,
  reason: CancelReason,
  item: LeasedItem | null,
): Decision {
  const draft = openDraft(state, context);
  if (item !== null) draft.guards.push({ kind: "lease", itemId: item.id, generation: item.generation });
  cancelRun(draft, reason);
  return closeDraft(draft);
}

/** Says whether a start or finish timeout still applies: a run that started in time is not late. */
export function isLate(state: RunState, which: "start" | "finish"): boolean {
  if (isEnded(state.run.status)) return false;
  return which === "finish" || state.run.status === "queued";
}

/** Ends a run whose function is not registered any more, or that has too many steps, without calling the app. */
export function refuseCall(
  state: RunState,
  context: DecisionContext,
  item: LeasedItem,
  error: { readonly name: string; readonly message: string },
): Decision {
  const draft = openDraft(state, context);
  draft.guards.push({ kind: "lease", itemId: item.id, generation: item.generation });
  failRun(draft, { error: error.name, ...error });
  return closeDraft(draft);
}
