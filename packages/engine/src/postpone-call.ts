// A call that reached nobody, soon after the server started: the app may only be starting as well.
import { asQueueItemId, type Millis } from "@stepwright/protocol";
import { type Call, isDiscovery } from "./call.ts";
import { leaseGuard } from "./queue-item.ts";
import { closeDraft, type Decision, type DecisionContext, openDraft, patchProgress, type RunState } from "./state.ts";

/** Makes the call again at `at`. It counts as not made: no code ran, so the run keeps its attempts. */
export function postponeCall(state: RunState, context: DecisionContext, call: Call, at: Millis): Decision {
  const draft = openDraft(state, context);
  draft.guards.push(leaseGuard(call.item));
  draft.effects.push({ kind: "reschedule", itemId: call.item.id, at, attempt: call.item.attempt });
  if (isDiscovery(call)) patchProgress(draft, { discovery: { itemId: asQueueItemId(call.item.id), retryAt: at } });
  return closeDraft(draft);
}
