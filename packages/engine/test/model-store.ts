// A store in memory that applies transitions literally and checks after each what must always hold.
// It stands in for a database in tests of the core: nothing of the core's logic is repeated here.
import {
  canonicalJson,
  eventJson,
  eventJsonRaw,
  type JsonText,
  type Millis,
  millis,
  type QueueItemId,
  type RunId,
  type StepId,
} from "@stepwright/protocol";
import {
  type Admission,
  admissionKeys,
  type AdmissionState,
  admit,
  assert,
  type BatchedEvent,
  type CronSchedule,
  type Decision,
  type Drop,
  type Effect,
  type EventRef,
  type Guard,
  isEnded,
  type LeasedItem,
  lifecycleData,
  type NewQueueItem,
  type OpenBatch,
  type Registry,
  type Run,
  type RunEvent,
  type RunState,
  type StepResult,
  type StoredEvent,
  type StoredPause,
  type Transition,
  type Work,
} from "../src/index.ts";

/** A queue item with what the store knows of it. */
export interface ModelItem {
  item: NewQueueItem;
  generation: number;
  isLeased: boolean;
}

interface StoredRun {
  run: Run;
  readonly events: readonly StoredEvent[];
  readonly steps: StepResult[];
}

/** The tables. Tests read them freely. */
export interface ModelStore {
  readonly items: Map<QueueItemId, ModelItem>;
  readonly pauses: Map<string, StoredPause>;
  /** By seq; events and pauses share one sequence. */
  readonly events: Map<number, StoredEvent>;
  readonly runs: Map<RunId, StoredRun>;
  readonly spans: Map<string, string>;
  readonly drops: readonly Drop[];
  /** Batches with their events, by id. */
  readonly batches: ReadonlyMap<string, { readonly batch: OpenBatch; readonly events: readonly BatchedEvent[] }>;
  /** Applies the transition and its children; false, and nothing changed, when a guard of its own fails. */
  commit(transition: Transition): boolean;
  /** Dispatches a due item. */
  lease(id: QueueItemId): LeasedItem;
  /** The lease is lost with its process: the item is due again, as it was. */
  loseLease(id: QueueItemId): void;
  /** Reads a run as the runtime does after a restart. */
  load(runId: RunId): RunState;
  /** The whole event as functions see it. */
  eventText(event: StoredEvent): JsonText;
  readonly highestSeq: number;
}

/** Makes an empty store. `registry` is read when a guard asks for its version. */
export function createModelStore(registry: () => Registry, now: () => Millis = () => millis(0)): ModelStore {
  const items = new Map<QueueItemId, ModelItem>();
  const pauses = new Map<string, StoredPause>();
  const events = new Map<number, StoredEvent>();
  const runs = new Map<RunId, StoredRun>();
  const spans = new Map<string, string>();
  const keys = new Map<string, number>();
  const crons = new Map<string, CronSchedule>();
  const drops: Drop[] = [];
  const batches = new Map<string, { batch: OpenBatch; readonly events: BatchedEvent[] }>();
  let seq = 0;

  const payload = (event: StoredEvent): JsonText => {
    if (event.lifecycleOf === null) return event.data ?? canonicalJson({});
    const about = runs.get(event.lifecycleOf);
    assert(about !== undefined, "a lifecycle event names a stored run");
    return lifecycleData(about.run, about.events.map(runEvent));
  };
  const runEvent = (event: StoredEvent): RunEvent => {
    const fields = { ...event, data: payload(event) };
    return { full: eventJson(fields), raw: eventJsonRaw(fields) };
  };
  const signalHolder = (signal: string) => [...pauses.values()].find((pause) => pause.signal === signal);

  const holds = (guard: Guard): boolean => {
    switch (guard.kind) {
      case "lease": {
        const found = items.get(guard.itemId);
        return found !== undefined && found.isLeased && found.generation === guard.generation;
      }
      case "runVersion":
        return runs.get(guard.runId)?.run.version === guard.version;
      case "pauseOpen":
        return pauses.has(guard.pauseId);
      case "itemAbsent":
        return !items.has(guard.itemId);
      case "keyFree":
        return (keys.get(guard.key) ?? -Infinity) <= guard.now;
      case "signalFree":
        return signalHolder(guard.signal) === undefined;
      case "noNewerPauses":
        return ![...pauses.values()].some((pause) => pause.eventName === guard.eventName && pause.seq > guard.afterSeq);
      case "registryVersion":
        return registry().version === guard.version;
      case "itemWaiting":
        return items.get(guard.itemId)?.isLeased === false;
      case "itemSetAside":
        return false;
      case "batchSize":
        return batches.get(guard.batchId)?.batch.count === guard.count;
    }
  };

  const enqueue = (item: NewQueueItem, refs: readonly number[]): void => {
    if (items.has(item.id)) return;
    items.set(item.id, { item: { ...item, work: withStoredEvent(item.work, refs) }, generation: 0, isLeased: false });
  };

  const isAwaited = (o: { readonly eventName: string; readonly registryVersion: number }): boolean =>
    registry().version !== o.registryVersion || [...pauses.values()].some((pause) => pause.eventName === o.eventName);

  const updateRun = (run: Run): void => {
    const stored = runs.get(run.id);
    assert(stored !== undefined, "only a stored run is updated");
    assert(!isEnded(stored.run.status), `run ${run.id} ended once and changes no more`);
    assert(run.version === stored.run.version + 1, "a run's version rises by one");
    stored.run = run;
    if (!isEnded(run.status)) return;
    for (const [id, { item }] of items) if (runOf(item.work) === run.id) items.delete(id);
    for (const [id, pause] of pauses) if (pause.runId === run.id) pauses.delete(id);
  };

  const release = (id: QueueItemId, item: NewQueueItem): void => {
    const found = items.get(id);
    assert(found?.isLeased === true, "only a leased item is given back");
    items.set(id, { item, generation: found.generation, isLeased: false });
  };

  const apply = (effect: Effect, refs: number[]): void => {
    switch (effect.kind) {
      case "putEvent":
        seq += 1;
        events.set(seq, { ...effect.event, seq });
        refs.push(seq);
        return;
      case "createRun": {
        assert(!runs.has(effect.run.id), "a run is created once");
        if (effect.idempotencyKey !== null) keys.set(effect.idempotencyKey, effect.keyExpiresAt ?? Infinity);
        runs.set(effect.run.id, {
          run: effect.run,
          events: effect.events.map((ref) => at(seqOf(ref, refs))),
          steps: [],
        });
        return;
      }
      case "updateRun":
        updateRun(effect.run);
        return;
      case "putStep": {
        const stored = runs.get(effect.runId);
        assert(stored !== undefined, "a step belongs to a stored run");
        assert(!stored.steps.some((step) => step.id === effect.step.id), `step ${effect.step.id} is stored once`);
        assert(effect.step.position === stored.steps.length, "steps are stored in the order they finish");
        stored.steps.push(effect.step);
        return;
      }
      case "putPause":
        if (pauses.has(effect.pause.id)) return;
        assert(
          effect.pause.signal === null || signalHolder(effect.pause.signal) === undefined,
          "a signal has one waiter",
        );
        seq += 1;
        pauses.set(effect.pause.id, { ...effect.pause, seq });
        return;
      case "closePause":
        pauses.delete(effect.pauseId);
        return;
      case "resolvePause":
        if (pauses.delete(effect.pauseId)) enqueue(effect.item, refs);
        return;
      case "enqueue":
        enqueue(effect.item, refs);
        return;
      case "enqueueIfAwaited":
        if (isAwaited(effect)) enqueue(effect.item, refs);
        return;
      case "dequeue":
        items.delete(effect.itemId);
        return;
      case "reschedule": {
        const found = items.get(effect.itemId);
        assert(found !== undefined, "only a queued item is rescheduled");
        // A batch that is full is due before its time, though nobody works on it yet.
        if (found.item.work.kind === "batch") found.isLeased = true;
        release(effect.itemId, { ...found.item, at: effect.at, attempt: effect.attempt });
        return;
      }
      case "resetAttempt": {
        const found = items.get(effect.itemId);
        assert(found?.isLeased === true, "only a leased item gets new attempts");
        found.item = { ...found.item, attempt: 0 };
        return;
      }
      case "releaseSignal": {
        const holder = signalHolder(effect.signal);
        if (holder !== undefined) pauses.set(holder.id, { ...holder, signal: null });
        return;
      }
      case "replaceWork":
        release(effect.item.id, { ...effect.item, work: withStoredEvent(effect.item.work, refs) });
        return;
      case "putSpan":
        spans.set(`${effect.span.runId} ${effect.span.id}`, effect.span.status);
        return;
      case "endSpan": {
        const id = `${effect.runId} ${effect.spanId}`;
        assert(spans.get(id) === "waiting", `the span ${id} is open before it is ended`);
        spans.set(id, effect.status);
        return;
      }
      case "changeMetadata":
      case "putAppSpans":
      case "putCancellation":
      case "noteCancellation":
      case "removeCancellation":
        throw new Error(`the model has no ${effect.kind}`);
      case "recordDrop":
        drops.push(effect.drop);
        return;
      case "putCron":
        crons.set(`${effect.schedule.functionId} ${effect.schedule.cron}`, effect.schedule);
        return;
      case "admit": {
        const { effects, transitions } = admit(effect.admission, admissionState(effect.admission), now());
        for (const one of effects) apply(one, refs);
        for (const one of transitions) commit(one, refs);
        return;
      }
      case "putKey":
        keys.set(effect.key, effect.expiresAt);
        return;
      case "putBatched": {
        const stored = { kind: "stored", seq: seqOf(effect.batched.event, refs) } as const;
        const events = batches.get(effect.batch.id)?.events ?? [];
        events.push({ ...effect.batched, event: stored });
        batches.set(effect.batch.id, { batch: effect.batch, events });
        return;
      }
      case "removeBatch":
        batches.delete(effect.batchId);
        return;
      case "moveRun":
      case "putArrival":
      case "putWindow":
      case "removeWindow":
      case "takeLock":
      case "setAside":
      case "forgetSetAside":
      case "putApp":
      case "removeApp":
      case "putFunction":
      case "archiveFunction":
      case "removeCron":
        throw new Error(`the model has no table for ${effect.kind}`);
    }
  };

  const admissionState = (admission: Admission): AdmissionState => {
    const { key, batchBucket } = admissionKeys(admission);
    const open = [...batches.values()].find(
      ({ batch }) => batch.bucket === batchBucket && !batch.isClosed && batch.closesAt > now(),
    );
    return {
      isKeyFree: key === null || (keys.get(key) ?? -Infinity) <= now(),
      arrivalAt: null,
      window: null,
      batch: open?.batch ?? null,
      holder: null,
    };
  };

  const at = (place: number): StoredEvent => {
    const event = events.get(place);
    assert(event !== undefined, "an event reference points at a stored event");
    return event;
  };

  const commit = (transition: Transition, inherited: readonly number[]): boolean => {
    const refs = [...inherited];
    if (!transition.guards.every(holds)) {
      for (const effect of transition.otherwise ?? []) apply(effect, refs);
      return false;
    }
    for (const effect of transition.effects) apply(effect, refs);
    for (const child of transition.children ?? []) commit(child, refs);
    return true;
  };

  const load = (runId: RunId): RunState => {
    const stored = runs.get(runId);
    assert(stored !== undefined, "only a stored run is loaded");
    const open = [
      ...[...items.values()].flatMap(({ item }) => (runOf(item.work) === runId ? (stepOf(item.work) ?? []) : [])),
      ...[...pauses.values()].flatMap((pause) => (pause.runId === runId ? (pause.stepId ?? []) : [])),
    ];
    return {
      run: stored.run,
      events: stored.events.map(runEvent),
      steps: new Map(stored.steps.map((step) => [step.id, step])),
      stack: stored.steps.map((step) => step.id),
      open: new Set(open),
      setAsideDiscovery: null,
    };
  };

  const assertAllGoOn = (): void => {
    for (const { run } of runs.values()) {
      if (isEnded(run.status)) continue;
      const goesOn =
        [...items.values()].some(({ item }) => runOf(item.work) === run.id && item.work.kind !== "runTimeout") ||
        [...pauses.values()].some((pause) => pause.runId === run.id && pause.kind !== "cancel");
      assert(goesOn, `unfinished run ${run.id} has an item or a pause`);
    }
  };

  return {
    items,
    pauses,
    events,
    runs,
    spans,
    drops,
    batches,
    commit(transition) {
      const isApplied = commit(transition, []);
      assertAllGoOn();
      return isApplied;
    },
    lease(id) {
      const found = items.get(id);
      assert(found !== undefined && !found.isLeased, "only a free item is leased");
      found.isLeased = true;
      found.generation += 1;
      return { ...found.item, generation: found.generation };
    },
    loseLease(id) {
      const found = items.get(id);
      if (found !== undefined) found.isLeased = false;
    },
    load,
    eventText: (event) => runEvent(event).full,
    get highestSeq() {
      return seq;
    },
  };
}

/** Commits a decision about a run; false when a guard failed. Also checks that memory and store agree on what is open. */
export function commitDecision(store: ModelStore, state: RunState, decision: Decision): boolean {
  if (!store.commit(decision.transition)) return false;
  if (isEnded(decision.run.status)) return true;
  const after = new Set(state.open);
  for (const id of decision.opened) after.add(id);
  for (const id of decision.closed) after.delete(id);
  const loaded = store.load(decision.run.id);
  assert(
    after.size === loaded.open.size && [...after].every((id) => loaded.open.has(id)),
    `open steps in memory (${[...after].join()}) are those of the store (${[...loaded.open].join()})`,
  );
  return true;
}

/** The earliest time at which a free item is due; null when there is none. */
export function nextDueAt(store: ModelStore): Millis | null {
  let earliest: Millis | null = null;
  for (const { item, isLeased } of store.items.values()) {
    if (!isLeased && (earliest === null || item.at < earliest)) earliest = item.at;
  }
  return earliest;
}

/** The run that the work is about. */
export function runOf(work: Work): RunId | null {
  return "runId" in work ? work.runId : null;
}

function stepOf(work: Work): StepId | null {
  return "stepId" in work ? work.stepId : null;
}

function seqOf(ref: EventRef, refs: readonly number[]): number {
  if (ref.kind === "stored") return ref.seq;
  const seq = refs[ref.index];
  assert(seq !== undefined, "an event reference points into its transition");
  return seq;
}

function withStoredEvent(work: Work, refs: readonly number[]): Work {
  const stored = (ref: EventRef): EventRef => ({ kind: "stored", seq: seqOf(ref, refs) });
  if (work.kind === "match") return { ...work, event: stored(work.event) };
  if (work.kind === "cancel" && work.event !== undefined) return { ...work, event: stored(work.event) };
  if (work.kind === "resume" && work.outcome.kind === "event") {
    return { ...work, outcome: { ...work.outcome, event: stored(work.outcome.event) } };
  }
  return work;
}
