// A function's backlog: its runs that have not started yet, which may be dropped or moved to another function.
import { asQueueItemId, isJsonObject, type JsonValue, type Millis, millis, parseJsonText } from "@stepwright/protocol";
import { assert } from "../assert.ts";
import type { App, FunctionRecord, Transition } from "../effects.ts";
import { callItem, startFlow } from "../queue-item.ts";
import type { Registry } from "../registry.ts";
import type { Run } from "../run.ts";
import { closeDraft, type Decision, type DecisionContext, openDraft, patchProgress, type RunState } from "../state.ts";
import { firstCallOf } from "../start-run.ts";
import { runFlow } from "./run-flow.ts";

/** Pauses a function or has it go on: what is in flight ends, nothing else is called meanwhile, new runs are skipped (semantics.md §10.3). */
export function pauseFunction(registry: Registry, fn: FunctionRecord, pausedAt: Millis | null): Transition {
  return {
    guards: [{ kind: "registryVersion", version: registry.version }],
    effects: [{ kind: "putFunction", fn: { ...fn, pausedAt } }],
  };
}

/**
 * Pauses an app as `pauseFunction` each of its functions, those it registers later included, or has it go on: functions that
 * were paused by themselves stay so. Its functions are written as they are, so that those who wait for them are looked at.
 */
export function pauseApp(registry: Registry, app: App, pausedAt: Millis | null): Transition {
  const functions = [...registry.functions.values()].filter((fn) => fn.appId === app.id);
  return {
    guards: [{ kind: "registryVersion", version: registry.version }],
    effects: [
      { kind: "putApp", app: { ...app, pausedAt } },
      ...functions.map((fn) => ({ kind: "putFunction", fn }) as const),
    ],
  };
}

/** Says whether the run waits for its first call. */
export function isWaitingToStart(state: RunState): boolean {
  return state.run.status === "queued" && state.run.startedAt === null;
}

/**
 * Gives a run that has not started to another function. It keeps its age, its events and its cancel listeners, and comes
 * under the limits of the other function, but for its singleton. Holds only while the first call has not gone out.
 */
export function moveRun(state: RunState, context: DecisionContext, to: FunctionRecord): Decision {
  assert(isWaitingToStart(state), "only a run that has not started is moved");
  const draft = openDraft(state, context);
  // What was to be given to a step of the other function means nothing to this one.
  const { input: _, discovery, ...progress } = draft.run.progress;
  const firstCallId = discovery?.itemId ?? firstCallOf(draft.run.id);
  const [event] = state.events;
  assert(event !== undefined, "a run has at least one triggering event");
  const { now } = context;
  const trigger = parseJsonText(event.full);
  const invokers = draft.run.flow?.invokers ?? [];
  draft.run = {
    ...draft.run,
    functionId: to.id,
    appId: to.appId,
    functionSlug: to.slug,
    functionVersion: to.version,
    flow: runFlow(to, { event: trigger, now, lock: null, invokers }),
    progress: { ...progress, discovery },
  };
  const itemId = asQueueItemId(`${firstCallId}:moved:${context.newId()}`);
  draft.guards.push({ kind: "itemWaiting", itemId: firstCallId });
  draft.effects.push(
    { kind: "moveRun", run: draft.run },
    { kind: "dequeue", itemId: firstCallId },
    {
      kind: "enqueue",
      item: callItem(draft.run, {
        id: itemId,
        at: startOf(draft.run, trigger, now),
        flow: startFlow(draft.run),
        queuedAt: draft.run.queuedAt,
      }),
    },
  );
  patchProgress(draft, { discovery: { itemId, retryAt: null } });
  return closeDraft(draft);
}

/** An event that lies ahead starts its run when its time has come, whichever function gets it; a batch or a rerun waits for nothing. */
function startOf({ batchId, originalRunId }: Run, trigger: JsonValue, now: Millis): Millis {
  const ts = isJsonObject(trigger) ? trigger["ts"] : null;
  const isAhead = batchId === null && originalRunId === null && typeof ts === "number" && ts > now;
  return isAhead ? millis(ts) : now;
}
