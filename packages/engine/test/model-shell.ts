// The least shell around the core that tests can drive: works on items that call nobody, and takes events in.
import { asEventId, canonicalJson, defaultRunLimits, type JsonText, millis, parseJsonText } from "@stepwright/protocol";
import {
  acceptEvent,
  assert,
  batchKey,
  buildRegistry,
  cancel,
  closeDraft,
  continueMatch,
  cronTicked,
  type DecisionContext,
  type FunctionRecord,
  gatewayAnswered,
  type GatewayRequest,
  type GatewayResult,
  isEnded,
  type LeasedItem,
  type MatchInput,
  type NewEvent,
  type NewQueueItem,
  openDraft,
  probesFor,
  type Registry,
  resume,
  resumeItemId,
  runTimedOut,
  type RunState,
  startFunction,
  type StoredEvent,
  timeOut,
  type Transition,
  wake,
  type Work,
} from "../src/index.ts";
import { commitDecision, createModelStore, type ModelStore } from "./model-store.ts";
import { sampleApp } from "./sample.ts";

/** A world in memory: the store, the functions, a clock that stands until it is moved, and ids. */
export interface World {
  readonly store: ModelStore;
  readonly registry: Registry;
  now: number;
  readonly newId: () => string;
  /** Answers the requests of `step.fetch` and `step.ai.infer`. */
  readonly gateway: (request: GatewayRequest) => GatewayResult;
}

/** Makes a world in which these functions are registered. */
export function createWorld(options: {
  readonly functions: readonly FunctionRecord[];
  readonly now: number;
  readonly newId?: () => string;
  readonly gateway?: World["gateway"];
}): World {
  const registry = buildRegistry({ version: 1, apps: [sampleApp()], functions: options.functions });
  let made = 0;
  const world: World = {
    store: createModelStore(
      () => registry,
      () => millis(world.now),
    ),
    registry,
    now: options.now,
    newId: options.newId ?? (() => `id-${++made}`),
    gateway: options.gateway ?? (() => ({ kind: "failed", message: "nobody is there" })),
  };
  return world;
}

/** What decisions may ask of the world. */
export function contextOf(world: World): DecisionContext {
  const signals = [...world.store.pauses.values()].flatMap((pause) => pause.signal ?? []);
  return {
    now: millis(world.now),
    newId: world.newId,
    fraction: () => 0,
    registry: world.registry,
    retry: { schedule: "doubling", intervalMs: 1_000, hasJitter: false },
    takenSignals: new Set(signals),
    limitsOf: () => defaultRunLimits,
  };
}

/** Takes an event in, as a sender would. */
export function sendEvent(
  world: World,
  event: { readonly id?: string; readonly name: string; readonly data: unknown; readonly ts?: number },
): void {
  const internalId = asEventId(event.id ?? world.newId());
  const row: NewEvent & { readonly data: JsonText } = {
    internalId,
    id: internalId,
    name: event.name,
    data: canonicalJson(event.data),
    user: canonicalJson({}),
    ts: millis(event.ts ?? world.now),
    v: null,
    meta: null,
    receivedAt: millis(world.now),
    lifecycleOf: null,
  };
  const input = matchInput(world, {
    event: { ...row, seq: Infinity },
    ref: { kind: "inTransition", index: 0 },
    cursor: { functionsAfter: null, pausesAfter: 0 },
  });
  const isApplied = world.store.commit(acceptEvent(input, row));
  assert(isApplied, "an event is taken in");
}

/** Sends a signal; false when nobody waits for it. */
export function sendSignal(world: World, signal: string, data: JsonText): boolean {
  const pause = [...world.store.pauses.values()].find((one) => one.signal === signal);
  if (pause === undefined || pause.stepId === null) return false;
  const { runId, stepId } = pause;
  const work: Work = { kind: "resume", runId, stepId, outcome: { kind: "signal", signal, data } };
  const item: NewQueueItem = {
    id: resumeItemId(runId, stepId),
    lane: "system",
    at: millis(world.now),
    attempt: 0,
    work,
  };
  return world.store.commit({
    guards: [{ kind: "pauseOpen", pauseId: pause.id }],
    effects: [{ kind: "resolvePause", pauseId: pause.id, item }],
  });
}

/** Works on a leased item that does not call an app. */
export function workOnSystemItem(world: World, item: LeasedItem): void {
  const { work } = item;
  switch (work.kind) {
    case "call":
      throw new Error("a call is not for the system");
    case "batch":
      startBatch(world, item, work);
      return;
    case "backlog":
    case "cancellation":
    case "debounce":
      throw new Error(`the model has no ${work.kind}`);
    case "cron":
      tick(world, item, work);
      return;
    case "wake":
      decide(world, item, work, (state) => wake(state, contextOf(world), item, work));
      return;
    case "timeout":
      decide(world, item, work, (state) => timeOut(state, contextOf(world), item, work));
      return;
    case "resume":
      decide(world, item, work, (state) =>
        resume(state, contextOf(world), item, { work, event: resumingEvent(world, work) }),
      );
      return;
    case "cancel":
      decide(world, item, work, (state) => cancel(state, contextOf(world), work.reason, item));
      return;
    case "runTimeout":
      decide(world, item, work, (state) => runTimedOut(state, contextOf(world), item, work));
      return;
    case "gateway":
      decide(world, item, work, (state) => {
        const draft = openDraft(state, contextOf(world));
        draft.guards.push({ kind: "lease", itemId: item.id, generation: item.generation });
        const attemptsMax = (world.registry.functions.get(state.run.functionId)?.config.retries ?? 0) + 1;
        gatewayAnswered(draft, { item, work, result: world.gateway(work.request), attemptsMax });
        return closeDraft(draft);
      });
      return;
    case "match": {
      const event = eventAt(world, work);
      const input = matchInput(world, { event, ref: work.event, cursor: work.cursor });
      const isApplied = world.store.commit(continueMatch(input, item));
      assert(isApplied, "a match goes on");
    }
  }
}

function decide(
  world: World,
  item: LeasedItem,
  work: { readonly runId: RunState["run"]["id"] },
  make: (state: RunState) => ReturnType<typeof wake> | null,
): void {
  const state = world.store.load(work.runId);
  const decision = isEnded(state.run.status) ? null : make(state);
  if (decision === null) {
    const drop: Transition = {
      guards: [{ kind: "lease", itemId: item.id, generation: item.generation }],
      effects: [{ kind: "dequeue", itemId: item.id }],
    };
    world.store.commit(drop);
  } else {
    commitDecision(world.store, state, decision);
  }
}

/** A batch that is full or old enough becomes one run. */
function startBatch(world: World, item: LeasedItem, work: Extract<Work, { kind: "batch" }>): void {
  const found = world.store.batches.get(work.batchId);
  const fn = world.registry.functions.get(work.functionId);
  const [first, ...rest] = found?.events ?? [];
  assert(fn !== undefined && first !== undefined, "a batch has events, and its function is registered");
  const event = eventAt(world, first);
  const text = world.store.eventText(event);
  const started = startFunction({
    origin: "batch",
    fn,
    trigger: { ...event, ref: first.event, value: parseJsonText(text), length: text.length },
    moreEvents: rest.map((one) => one.event),
    idempotencyKey: batchKey(fn, work.batchId),
    cron: null,
    invokedBy: null,
    batch: { id: work.batchId, invokers: [] },
    originalRunId: null,
    now: millis(world.now),
    newId: world.newId,
  });
  const isApplied = world.store.commit({
    guards: [
      { kind: "lease", itemId: item.id, generation: item.generation },
      { kind: "batchSize", batchId: work.batchId, count: rest.length + 1 },
    ],
    effects: [
      { kind: "dequeue", itemId: item.id },
      { kind: "removeBatch", batchId: work.batchId },
    ],
    children: [started.transition],
  });
  assert(isApplied, "a batch starts");
}

function tick(world: World, item: LeasedItem, work: Extract<Work, { kind: "cron" }>): void {
  const fn = world.registry.functions.get(work.functionId);
  const trigger = fn?.config.triggers.find((one) => one.kind === "cron" && one.text === work.cron);
  assert(fn !== undefined && trigger?.kind === "cron", "a tick is of a registered schedule");
  const now = millis(world.now);
  world.store.commit(cronTicked({ fn, trigger, item, tick: work.tick, policy: "latest", now, newId: world.newId }));
}

function resumingEvent(world: World, work: Extract<Work, { kind: "resume" }>) {
  if (work.outcome.kind !== "event") return null;
  const event = eventAt(world, { event: work.outcome.event });
  return { text: world.store.eventText(event), internalId: event.internalId };
}

function eventAt(world: World, work: Pick<Extract<Work, { kind: "match" }>, "event">): StoredEvent {
  assert(work.event.kind === "stored", "a queued reference points at a stored event");
  const event = world.store.events.get(work.event.seq);
  assert(event !== undefined, "a queued reference points at a stored event");
  return event;
}

function matchInput(
  world: World,
  match: Pick<MatchInput, "ref" | "cursor"> & { readonly event: StoredEvent },
): MatchInput {
  const { event } = match;
  const text = world.store.eventText(event);
  const value = parseJsonText(text);
  const candidates = [...world.store.pauses.values()]
    .filter((pause) => pause.eventName === event.name && pause.seq > match.cursor.pausesAfter && pause.seq < event.seq)
    .sort((a, b) => a.seq - b.seq);
  return {
    ...match,
    event: { ...event, value, length: text.length },
    registry: world.registry,
    pauses: candidates,
    hasMorePauses: false,
    probes: probesFor([], { name: event.name, value }),
    highestPauseSeq: world.store.highestSeq,
    now: millis(world.now),
    newId: world.newId,
  };
}
