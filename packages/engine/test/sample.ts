// Small valid runs, functions, calls and answers that unit tests bend to their case.
import {
  asAppId,
  asEventId,
  asFunctionId,
  asPauseId,
  asQueueItemId,
  type QueueItemId,
  asRunId,
  asStepId,
  canonicalJson,
  defaultRunLimits,
  type FunctionConfig,
  type FunctionId,
  type JsonText,
  millis,
  type Op,
  parseOpList,
  type SdkAnswer,
  type StepId,
} from "@stepwright/protocol";
import type { Call } from "../src/call.ts";
import type { App, Effect, FunctionRecord, Transition } from "../src/effects.ts";
import type { StoredPause } from "../src/pause.ts";
import type { LeasedItem, Work } from "../src/queue-item.ts";
import { buildRegistry, type Registry } from "../src/registry.ts";
import { initialProgress, type Run, type RunProgress } from "../src/run.ts";
import type { DecisionContext, Draft, RunState } from "../src/state.ts";
import { openDraft } from "../src/state.ts";

/** The moment at which the samples play. */
export const noon = millis(Date.UTC(2026, 0, 15, 12));
export const appId = asAppId("app-1");
export const functionId = asFunctionId("fn-1");
export const runId = asRunId("run-1");
export const step = asStepId;

/** An app that has synced. */
export function sampleApp(over: Partial<App> = {}): App {
  return {
    id: appId,
    name: "shop",
    url: "http://localhost:3000/api/inngest",
    sdk: "js:v4.24.0",
    framework: "nodejs",
    appVersion: null,
    checksum: "sum-1",
    status: "synced",
    problem: null,
    createdAt: noon,
    syncedAt: noon,
    triedAt: noon,
    pausedAt: null,
    ...over,
  };
}

/** A configuration without flow control, triggered by `shop/order`. */
export function sampleConfig(over: Partial<FunctionConfig> = {}): FunctionConfig {
  return {
    slug: "shop-ship",
    name: "Ship",
    triggers: [{ kind: "event", event: "shop/order", expression: null }],
    url: "http://localhost:3000/api/inngest?fnId=shop-ship&stepId=step",
    retries: 2,
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
    ...over,
  };
}

/** A live function. */
export function sampleFunction(config: Partial<FunctionConfig> = {}, id: FunctionId = functionId): FunctionRecord {
  return {
    id,
    appId,
    slug: config.slug ?? "shop-ship",
    version: 1,
    config: sampleConfig(config),
    createdAt: noon,
    updatedAt: noon,
    archivedAt: null,
    pausedAt: null,
  };
}

/** A registry of the sample app with these functions. */
export function sampleRegistry(functions: readonly FunctionRecord[] = [sampleFunction()]): Registry {
  return buildRegistry({ version: 3, apps: [sampleApp()], functions });
}

/** A context whose ids count up and whose chance is the middle; retries are after one second. */
export function sampleContext(over: Partial<DecisionContext> = {}): DecisionContext {
  let made = 0;
  return {
    now: noon,
    newId: () => `id-${++made}`,
    fraction: () => 0.5,
    registry: sampleRegistry(),
    retry: { schedule: "doubling", intervalMs: 1_000, hasJitter: false },
    takenSignals: new Set(),
    limitsOf: () => defaultRunLimits,
    ...over,
  };
}

/** A running run whose first discovery call is out. */
export function sampleRun(over: Partial<Omit<Run, "progress">> = {}, progress: Partial<RunProgress> = {}): Run {
  return {
    id: runId,
    functionId,
    appId,
    functionSlug: "shop-ship",
    functionVersion: 1,
    status: "running",
    triggerName: "shop/order",
    triggerEventId: asEventId("event-1"),
    cron: null,
    batchId: null,
    originalRunId: null,
    invokedBy: null,
    queuedAt: noon,
    startedAt: noon,
    endedAt: null,
    output: null,
    error: null,
    version: 7,
    flow: null,
    ...over,
    progress: {
      ...initialProgress,
      requestVersion: 2,
      discovery: { itemId: asQueueItemId("run-1:d1"), retryAt: null },
      itemsMade: 1,
      ...progress,
    },
  };
}

/** The triggering event of the sample run. */
export const orderEvent = canonicalJson({
  data: { id: "A", n: 1 },
  id: "event-1",
  name: "shop/order",
  ts: noon,
  user: {},
});

/** A cached run: its finished steps by id with their memos, and its open steps. */
export function sampleState(
  options: {
    readonly run?: Partial<Omit<Run, "progress">>;
    readonly progress?: Partial<RunProgress>;
    readonly steps?: Readonly<Record<string, unknown>>;
    readonly open?: readonly string[];
    readonly setAsideDiscovery?: QueueItemId;
    readonly event?: JsonText;
  } = {},
): RunState {
  const steps = Object.entries(options.steps ?? {}).map(([id, memo], position) => ({
    id: step(id),
    position,
    op: "StepRun" as const,
    name: id,
    status: "completed" as const,
    memo: canonicalJson(memo),
    input: null,
    finishedAt: noon,
  }));
  const event = options.event ?? orderEvent;
  return {
    run: sampleRun(options.run, options.progress),
    events: [{ full: event, raw: event }],
    steps: new Map(steps.map((one) => [one.id, one])),
    stack: steps.map((one) => one.id),
    open: new Set((options.open ?? []).map(step)),
    setAsideDiscovery: options.setAsideDiscovery ?? null,
  };
}

/** A draft of a decision about such a run. */
export function sampleDraft(
  options: Parameters<typeof sampleState>[0] = {},
  context: Partial<DecisionContext> = {},
): Draft {
  return openDraft(sampleState(options), sampleContext(context));
}

/** A leased item. */
export function leased(work: Work, over: Partial<LeasedItem> = {}): LeasedItem {
  return { id: asQueueItemId("item-1"), lane: "system", at: noon, attempt: 0, generation: 1, work, ...over };
}

/** A call in flight: a discovery, or of one planned step. Three attempts are allowed. */
export function sampleCall(
  over: {
    readonly stepId?: StepId;
    readonly attempt?: number;
    readonly attemptsMax?: number;
    readonly completionsSeen?: number;
  } = {},
): Call {
  const stepId = over.stepId ?? null;
  const work = { kind: "call", runId, stepId, name: stepId, queuedAt: noon } as const;
  return {
    item: leased(work, {
      id: asQueueItemId(stepId === null ? "run-1:d1" : `run-1:${stepId}`),
      lane: `call:${appId}:${functionId}`,
      attempt: over.attempt ?? 0,
    }),
    work,
    startedAt: noon,
    completionsSeen: over.completionsSeen ?? 0,
    attemptsMax: over.attemptsMax ?? 3,
  };
}

/** An op as it is read from the wire. */
export function op(name: Op["op"], id: string, fields: Readonly<Record<string, unknown>> = {}): Op {
  const parsed = parseOpList([{ op: name, id, ...fields }]);
  const [only] = parsed.kind === "ops" ? parsed.ops : [];
  if (only === undefined) throw new Error(`not an op: ${JSON.stringify(parsed)}`);
  return only;
}

/** A failed step's op. */
export function failedOp(
  name: "StepError" | "StepFailed",
  id: string,
  error: Readonly<Record<string, unknown>> = {},
): Op {
  return op(name, id, { error: { name: "Error", message: "no", ...error } });
}

/** A 206 with these ops. */
export function answerOf(
  ops: readonly Op[],
  advice: Partial<Extract<SdkAnswer, { kind: "ops" }>> = {},
): Extract<SdkAnswer, { kind: "ops" }> {
  return { kind: "ops", noRetry: null, retryAt: null, requestVersion: 2, ...advice, ops };
}

/** An answer that the function threw. */
export function failure(
  advice: Partial<Extract<SdkAnswer, { kind: "failed" }>> = {},
): Extract<SdkAnswer, { kind: "failed" }> {
  return {
    kind: "failed",
    error: {
      error: "invalid status code: 500",
      name: "Error",
      message: "boom",
      stack: null,
      cause: null,
      raw: canonicalJson({ name: "Error", message: "boom" }),
    },
    noRetry: null,
    retryAt: null,
    requestVersion: null,
    ...advice,
  };
}

/** A stored pause of the sample run. */
export function samplePause(over: Partial<StoredPause> = {}): StoredPause {
  return {
    id: asPauseId("run-1:w"),
    kind: "event",
    runId,
    stepId: step("w"),
    eventName: "shop/paid",
    signal: null,
    expression: null,
    terms: [],
    isSlow: false,
    expiresAt: null,
    createdAt: noon,
    seq: 1,
    ...over,
  };
}

/** The effects of one kind, in order. */
export function effectsOf<K extends Effect["kind"]>(
  from: { readonly transition: Transition } | Draft | Transition | readonly Effect[],
  kind: K,
): readonly Extract<Effect, { kind: K }>[] {
  const effects = "transition" in from ? from.transition.effects : "effects" in from ? from.effects : from;
  return effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
}

/** Ids of the enqueued items, in order. */
export function enqueued(from: Parameters<typeof effectsOf>[0]): readonly string[] {
  return effectsOf(from, "enqueue").map((effect) => effect.item.id);
}
