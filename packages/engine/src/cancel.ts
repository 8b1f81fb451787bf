// A run is cancelled: by request, by an event, or because it took too long.
import { defaultRunLimits, type Millis } from "@stepwright/protocol";
import { assert } from "./assert.ts";
import type { Transition } from "./effects.ts";
import { cancelRun, failRun } from "./finish-run.ts";
import { type CancelReason, leaseGuard, type LeasedItem } from "./queue-item.ts";
import { buildRegistry } from "./registry.ts";
import type { Run } from "./run.ts";
import { closeDraft, type Decision, type DecisionContext, openDraft, type RunState } from "./state.ts";

/** Cancels a run that has not ended. `item` is the queue item that asked, if one did. */
export function cancel(
  state: RunState,
  context: DecisionContext,
  reason: CancelReason,
  item: LeasedItem | null,
): Decision {
  const draft = openDraft(state, context);
  if (item !== null) draft.guards.push(leaseGuard(item));
  cancelRun(draft, reason);
  return closeDraft(draft);
}

/**
 * Cancels a run on nothing but its row, for a singleton whose next run takes over inside a commit. Ends of runs need
 * no more than that: their events are rendered when somebody reads them.
 */
export function cancelHolder(
  run: Run,
  options: { readonly reason: CancelReason; readonly now: Millis; readonly ids: readonly string[] },
): Transition {
  const ids = [...options.ids];
  const newId = () => {
    const id = ids.shift();
    assert(id !== undefined, "there is an id for each event of a run's end");
    return id;
  };
  const state: RunState = { run, events: [], steps: new Map(), stack: [], open: new Set(), setAsideDiscovery: null };
  const context: DecisionContext = { ...nowhere, now: options.now, newId };
  return cancel(state, context, options.reason, null).transition;
}

const nowhere = {
  fraction: () => 0,
  registry: buildRegistry({ version: -1, apps: [], functions: [] }),
  retry: { schedule: "doubling", intervalMs: null, hasJitter: false },
  takenSignals: new Set<string>(),
  limitsOf: () => defaultRunLimits,
} as const;

/** Ends a run whose function is not registered any more, or that has too many steps, without calling the app. */
export function refuseCall(
  state: RunState,
  context: DecisionContext,
  item: LeasedItem,
  error: { readonly name: string; readonly message: string },
): Decision {
  const draft = openDraft(state, context);
  draft.guards.push(leaseGuard(item));
  failRun(draft, { error: error.name, ...error });
  return closeDraft(draft);
}
