// Effects: what a decision changes, translated to the writes of each noun.
import {
  callLane,
  type Effect,
  type EventRef,
  type FunctionRecord,
  isEnded,
  type NewQueueItem,
  type Run,
  type Work,
} from "@stepwright/engine";
import { asRunId } from "@stepwright/protocol";
import { admitStart } from "./admit-start.ts";
import type { EffectScope } from "./effect-scope.ts";
import { registryVersion } from "./registry.ts";
import type { Tables } from "./tables.ts";

/** A key of something that is no run. */
const noRun = asRunId("");

/** Applies one effect; throws when it cannot be. */
export function applyEffect(tables: Tables, scope: EffectScope, effect: Effect): void {
  switch (effect.kind) {
    case "putEvent":
      scope.ownEvents.push(tables.events.put(effect.event));
      return;
    case "createRun":
      createRun(tables, scope, effect);
      return;
    case "updateRun":
      updateRun(tables, scope, effect.run);
      return;
    case "moveRun":
      tables.runs.move(effect.run);
      tables.locks.release(effect.run.id);
      tables.changedRuns.note(effect.run.id);
      return;
    case "putStep":
      tables.steps.put(effect.runId, effect.step);
      return;
    case "putPause":
      tables.pauses.open(effect.pause);
      tables.known.runs.waits(effect.pause.runId);
      return;
    case "closePause":
      tables.pauses.close(effect.pauseId);
      return;
    case "resolvePause":
      if (tables.pauses.close(effect.pauseId)) resolved(tables, scope, effect.item);
      return;
    case "releaseSignal":
      tables.pauses.releaseSignal(effect.signal);
      return;
    case "enqueue":
      enqueue(tables, scope, effect.item);
      return;
    case "enqueueIfAwaited":
      if (isAwaited(tables, effect)) enqueue(tables, scope, effect.item);
      return;
    case "dequeue":
      tables.queue.dequeue(scope.round, effect.itemId);
      return;
    case "reschedule":
      tables.queue.reschedule(scope.round, { id: effect.itemId, at: effect.at, attempt: effect.attempt });
      return;
    case "resetAttempt":
      tables.queue.resetAttempt(effect.itemId);
      return;
    case "replaceWork":
      tables.queue.replaceWork(scope.round, effect.item, storedWork(scope, effect.item.work));
      return;
    case "setAside":
      tables.queue.setAside(scope.round, { id: effect.itemId, reason: effect.reason, at: effect.at });
      return;
    case "forgetSetAside":
      tables.queue.forgetSetAside(effect.itemId);
      return;
    case "putSpan":
      tables.spans.put(effect.span);
      if (effect.span.endedAt === null) tables.known.runs.waits(effect.span.runId);
      return;
    case "endSpan":
      tables.spans.end(effect);
      return;
    case "admit":
      admitStart(tables, scope, effect.admission, applyEffect);
      return;
    case "putKey":
      tables.runs.putKey({ key: effect.key, runId: noRun, expiresAt: effect.expiresAt, now: scope.now });
      return;
    case "putArrival":
      tables.gates.setArrival(effect.id, effect.arrivalAt, scope.now);
      return;
    case "putWindow":
      tables.debounces.put(effect.window, seqOf(scope, effect.window.event));
      return;
    case "removeWindow":
      tables.debounces.remove(effect.windowId);
      return;
    case "putBatched":
      tables.batches.put(effect.batch, effect.batched, seqOf(scope, effect.batched.event));
      return;
    case "removeBatch":
      tables.batches.remove(effect.batchId);
      return;
    case "takeLock":
      tables.locks.take(effect.id, effect.runId);
      return;
    case "recordDrop":
      tables.recordDrop(effect.drop, seqOf(scope, effect.drop.event));
      return;
    case "putApp":
      tables.registry.putApp(effect.app);
      return;
    case "removeApp":
      tables.registry.removeApp(effect.appId, effect.at);
      return;
    case "putFunction":
      putFunction(tables, scope, effect.fn);
      return;
    case "archiveFunction":
      tables.registry.archiveFunction(effect.functionId, effect.at);
      return;
    case "changeMetadata":
      tables.changeMetadata(effect);
      return;
    case "putAppSpans":
      tables.putAppSpans(effect);
      return;
    case "putCancellation":
      tables.cancellations.put(effect.cancellation, effect.keptMax);
      return;
    case "noteCancellation":
      tables.cancellations.note(effect);
      return;
    case "removeCancellation":
      tables.cancellations.remove(effect.id);
      return;
    case "putCron":
      tables.crons.put(effect.schedule);
      return;
    case "removeCron":
      tables.crons.remove(effect.functionId, effect.cron);
      return;
  }
}

function createRun(tables: Tables, scope: EffectScope, effect: Extract<Effect, { kind: "createRun" }>): void {
  const seqs = effect.events.map((ref) => seqOf(scope, ref));
  tables.runs.create(effect.run, seqs);
  if (effect.idempotencyKey === null) return;
  tables.runs.putKey({
    key: effect.idempotencyKey,
    runId: effect.run.id,
    expiresAt: effect.keyExpiresAt,
    now: scope.now,
  });
}

/** Changed limits apply at once: whoever waits for the old ones is looked at again. */
function putFunction(tables: Tables, scope: EffectScope, fn: FunctionRecord): void {
  tables.registry.putFunction(fn);
  const lane = callLane({ appId: fn.appId, functionId: fn.id });
  tables.gates.forgetLimits(fn.id);
  tables.lines.standForRoom(lane);
  tables.lanes.changed(lane);
  scope.round.touched.add(lane);
}

/** An ended run needs nothing any more: its items, slots, pauses and open spans go with the commit that ends it. */
function updateRun(tables: Tables, scope: EffectScope, run: Run): void {
  tables.runs.update(run);
  if (!isEnded(run.status)) return;
  tables.changedRuns.note(run.id);
  if (run.flow?.start.some((gate) => gate.kind === "runs") === true) tables.gates.endRun(run.id);
  if (run.flow !== null && run.flow.lock !== null) tables.locks.release(run.id);
  tables.queue.dequeueOfRun(scope.round, run.id);
  if (tables.known.runs.get(run.id)?.hasWaits !== false) {
    tables.pauses.closeOfRun(run.id);
    tables.spans.endAll(run);
  }
  tables.known.runs.drop(run.id);
}

/** What a pause gives way to goes into the queue, and its event remembers whom it concerned. */
function resolved(tables: Tables, scope: EffectScope, item: NewQueueItem): void {
  enqueue(tables, scope, item);
  const { work } = item;
  if (work.kind === "resume" && work.outcome.kind === "event") {
    tables.events.putMatch(seqOf(scope, work.outcome.event), { runId: work.runId, stepId: work.stepId });
  } else if (work.kind === "cancel" && work.event !== undefined) {
    tables.events.putMatch(seqOf(scope, work.event), { runId: work.runId, stepId: null });
  }
}

function isAwaited(tables: Tables, o: { readonly eventName: string; readonly registryVersion: number }): boolean {
  return registryVersion(tables.counters) !== o.registryVersion || tables.pauseIndex.paths.of(o.eventName).length > 0;
}

function enqueue(tables: Tables, scope: EffectScope, item: NewQueueItem): void {
  tables.queue.enqueue(scope.round, item, storedWork(scope, item.work));
}

/** Work that points at an event of this transition points at the stored one from here on. */
function storedWork(scope: EffectScope, work: Work): Work {
  if (work.kind === "cancel" && work.event !== undefined) return { ...work, event: storedRef(scope, work.event) };
  if (work.kind === "match") return { ...work, event: storedRef(scope, work.event) };
  if (work.kind === "resume" && work.outcome.kind === "event") {
    return { ...work, outcome: { ...work.outcome, event: storedRef(scope, work.outcome.event) } };
  }
  return work;
}

function storedRef(scope: EffectScope, ref: EventRef): EventRef {
  return ref.kind === "stored" ? ref : { kind: "stored", seq: seqOf(scope, ref) };
}

function seqOf(scope: EffectScope, ref: EventRef): number {
  if (ref.kind === "stored") return ref.seq;
  const events = scope.ownEvents.length > 0 ? scope.ownEvents : scope.inheritedEvents;
  const seq = events[ref.index];
  if (seq === undefined) throw new Error(`event ${ref.index} of the transition is not there; it puts ${events.length}`);
  return seq;
}
