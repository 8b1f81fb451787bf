// A run that lost its work: it is asked again from what is stored, rather than left for ever (semantics.md §12.4).
import { enqueueDiscovery } from "./discovery.ts";
import { closeDraft, type Decision, type DecisionContext, openDraft, patchProgress, type RunState } from "./state.ts";

/** Queues a fresh discovery call. */
export function redrive(state: RunState, context: DecisionContext): Decision {
  const draft = openDraft(state, context);
  patchProgress(draft, { pending: [], race: [], owed: 0 });
  enqueueDiscovery(draft, context.now);
  return closeDraft(draft);
}
