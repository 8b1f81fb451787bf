// A run is cancelled: by request, by an event, or because it took too long.
import { isJsonObject, type Millis, millis, parseJsonText } from "@stepwright/protocol";
import { assert } from "./assert.ts";
import type { FunctionRecord, Transition } from "./effects.ts";
import { cancelRun, failRun } from "./finish-run.ts";
import type { CancelReason, LeasedItem } from "./queue-item.ts";
import { buildRegistry } from "./registry.ts";
import { isEnded, type Run } from "./run.ts";
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
  const state: RunState = { run, events: [], steps: new Map(), stack: [], open: new Set() };
  const context: DecisionContext = { ...nowhere, now: options.now, newId };
  return cancel(state, context, options.reason, null).transition;
}

const nowhere = {
  fraction: () => 0,
  registry: buildRegistry({ version: -1, apps: [], functions: [] }),
  retry: { schedule: "doubling", intervalMs: null, hasJitter: false },
  takenSignals: new Set<string>(),
} as const;

/** Says whether a start or finish timeout still applies: a run that started in time is not late. */
export function isLate(state: RunState, which: "start" | "finish"): boolean {
  if (isEnded(state.run.status)) return false;
  return which === "finish" || state.run.status === "queued";
}

/**
 * A run's start or finish timeout fires: the run is cancelled, unless it is late no longer.
 *
 * The timeout counts as it is configured now (semantics.md §3.5): one that was taken away does nothing, one that was
 * extended fires again at its new time. `fn` null: the function is unknown, and the timeout stays as it was.
 */
export function runTimedOut(
  state: RunState,
  context: DecisionContext,
  item: LeasedItem,
  options: { readonly which: "start" | "finish"; readonly fn: FunctionRecord | null },
): Decision | null {
  const { which, fn } = options;
  if (!isLate(state, which)) return null;
  const lateAt = fn === null ? context.now : lateFrom(state, which, fn);
  if (lateAt === null) return null;
  if (lateAt <= context.now) return cancel(state, context, { kind: "timeout", which }, item);
  const draft = openDraft(state, context);
  draft.guards.push({ kind: "lease", itemId: item.id, generation: item.generation });
  draft.effects.push({ kind: "reschedule", itemId: item.id, at: lateAt, attempt: 0 });
  return closeDraft(draft);
}

/** From when on the run is late; null when it never is. */
function lateFrom({ run, events }: RunState, which: "start" | "finish", fn: FunctionRecord): Millis | null {
  const { startMs, finishMs } = fn.config.timeouts;
  if (which === "finish") return finishMs === null || run.startedAt === null ? null : millis(run.startedAt + finishMs);
  return startMs === null ? null : millis(Math.max(run.queuedAt, dueAt(run, events)) + startMs);
}

/** The `ts` of the event, which a run is not called before; a run again is for now. */
function dueAt(run: Run, [first]: RunState["events"]): number {
  if (first === undefined || run.originalRunId !== null) return run.queuedAt;
  const event = parseJsonText(first.full);
  const ts = isJsonObject(event) ? event["ts"] : null;
  return typeof ts === "number" ? ts : run.queuedAt;
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
