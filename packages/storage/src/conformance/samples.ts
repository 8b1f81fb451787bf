// Samples of every noun, complete and valid, of which a test changes what it is about.
import {
  type App,
  callLane,
  gatewayLane,
  type Effect,
  type FunctionRecord,
  initialProgress,
  type NewEvent,
  type NewPause,
  type NewQueueItem,
  type Run,
  type Span,
  type StepResult,
  type Transition,
  type Work,
} from "@stepwright/engine";
import {
  type AppId,
  asAppId,
  asEventId,
  asFunctionId,
  asJsonText,
  asPauseId,
  asQueueItemId,
  asRunId,
  asStepId,
  type Millis,
  millis,
  type RunId,
  ulidOf,
} from "@stepwright/protocol";

/** The moment at which samples are made: any will do, as stores never look at a clock. */
export const start = millis(1_700_000_000_000);

/** The app of the samples. */
export const appId = asAppId("11111111-1111-5111-8111-111111111111");

/** The function of the samples. */
export const functionId = asFunctionId("22222222-2222-5222-8222-222222222222");

/** The lane of its calls. */
export const lane = callLane({ appId, functionId });
/** A lane of another kind. */
export const gateway = gatewayLane(asAppId("app-1"));

/** A time this long after `start`. */
export function after(ms: number): Millis {
  return millis(start + ms);
}

/** The ULID with this number at this time; ids of one time sort by their numbers. */
export function ulid(number: number, at: Millis = start): string {
  const entropy = new Uint8Array(10);
  new DataView(entropy.buffer).setUint32(6, number);
  return ulidOf(at, entropy);
}

/** The run id with this number. */
export function runId(number: number, at: Millis = start): RunId {
  return asRunId(ulid(number, at));
}

/** An event. */
export function event(number: number, changes: Partial<NewEvent> = {}): NewEvent {
  return {
    internalId: asEventId(ulid(number)),
    id: `event-${number}`,
    name: "shop/order.placed",
    data: asJsonText(`{"number":${number}}`),
    user: asJsonText("{}"),
    ts: start,
    v: null,
    meta: null,
    receivedAt: start,
    lifecycleOf: null,
    ...changes,
  };
}

/** A run that has just been made. */
export function run(number: number, changes: Partial<Run> = {}): Run {
  return {
    id: runId(number, changes.queuedAt),
    functionId,
    appId,
    functionSlug: "shop-pack",
    functionVersion: 1,
    status: "queued",
    triggerName: "shop/order.placed",
    triggerEventId: asEventId(ulid(number)),
    cron: null,
    batchId: null,
    originalRunId: null,
    invokedBy: null,
    queuedAt: start,
    startedAt: null,
    endedAt: null,
    output: null,
    error: null,
    version: 1,
    flow: null,
    progress: initialProgress,
    ...changes,
  };
}

/** A completed step. */
export function step(id: string, changes: Partial<StepResult> = {}): StepResult {
  return {
    id: asStepId(id),
    position: 0,
    op: "StepRun",
    name: id,
    status: "completed",
    memo: asJsonText('{"data":1}'),
    input: null,
    finishedAt: start,
    ...changes,
  };
}

/** A wait for `shop/order.paid` without a condition. */
export function pause(id: string, changes: Partial<NewPause> = {}): NewPause {
  return {
    id: asPauseId(id),
    kind: "event",
    runId: runId(1),
    stepId: asStepId("wait"),
    eventName: "shop/order.paid",
    signal: null,
    expression: null,
    terms: [],
    isSlow: false,
    expiresAt: null,
    createdAt: start,
    ...changes,
  };
}

/** A wait for a signal. */
export function signalPause(id: string, signal: string, changes: Partial<NewPause> = {}): NewPause {
  return pause(id, { kind: "signal", eventName: null, signal, ...changes });
}

/** A discovery call, due at once. */
export function item(id: string, changes: Partial<NewQueueItem> = {}): NewQueueItem {
  return { id: asQueueItemId(id), lane, at: start, attempt: 0, work: call(runId(1)), ...changes };
}

/** The work of calling the app for a run. */
export function call(id: RunId, stepId: string | null = null): Work {
  const target = stepId === null ? null : asStepId(stepId);
  return { kind: "call", runId: id, stepId: target, name: stepId === null ? null : `step ${stepId}`, queuedAt: start };
}

/** The span of a wait that is open. */
export function span(id: string, changes: Partial<Span> = {}): Span {
  return {
    runId: runId(1),
    id,
    kind: "wait",
    stepId: asStepId(id),
    name: id,
    op: "WaitForEvent",
    attempt: 0,
    status: "waiting",
    queuedAt: start,
    startedAt: start,
    endedAt: null,
    error: null,
    detail: asJsonText("{}"),
    ...changes,
  };
}

/** An app that has been synced. */
export function app(changes: Partial<App> = {}): App {
  return {
    id: appId,
    name: "shop",
    url: "http://localhost:3000/api/inngest",
    sdk: "js:v4.0.0",
    framework: "nextjs",
    appVersion: null,
    checksum: "abc",
    status: "synced",
    problem: null,
    createdAt: start,
    syncedAt: start,
    triedAt: start,
    pausedAt: null,
    ...changes,
  };
}

/** A function of that app. */
export function fn(changes: Partial<FunctionRecord> = {}): FunctionRecord {
  return {
    id: functionId,
    appId,
    slug: "shop-pack",
    version: 1,
    config: {
      slug: "shop-pack",
      name: "Pack",
      triggers: [],
      url: "http://localhost:3000/api/inngest?fnId=shop-pack&stepId=step",
      retries: 3,
      cancel: [],
      timeouts: { startMs: null, finishMs: null },
      concurrency: [],
      runConcurrency: null,
      throttle: null,
      rateLimit: null,
      debounce: null,
      batch: null,
      singleton: null,
      priority: null,
      idempotency: null,
    },
    createdAt: start,
    updatedAt: start,
    archivedAt: null,
    pausedAt: null,
    ...changes,
  };
}

/** Another app id. */
export function otherAppId(number: number): AppId {
  return asAppId(`33333333-3333-5333-8333-${String(number).padStart(12, "0")}`);
}

/** A transition without guards. */
export function apply(...effects: Effect[]): Transition {
  return { guards: [], effects };
}

/** The effect that makes the sample run of this number. */
export function createRun(number: number, changes: Partial<Run> = {}): Effect {
  return { kind: "createRun", run: run(number, changes), events: [], idempotencyKey: null, keyExpiresAt: null };
}

/** The effect that puts the item in. */
export function enqueue(id: string, changes: Partial<NewQueueItem> = {}): Effect {
  return { kind: "enqueue", item: item(id, changes) };
}

/** The effect that opens the pause. */
export function putPause(id: string, changes: Partial<NewPause> = {}): Effect {
  return { kind: "putPause", pause: pause(id, changes) };
}
