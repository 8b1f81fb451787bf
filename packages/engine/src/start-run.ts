// A function starts: the run, its first call, its cancel listeners, its start timeout. What its flow control has a say in
// is left to the commit (flow/admit.ts).
import { interpolate, planIndex } from "@stepwright/expressions";
import type { CancelConfig, EventId, JsonValue, Millis, QueueItemId, RunId, StepId } from "@stepwright/protocol";
import {
  asPauseId,
  asQueueItemId,
  asRunId,
  canonicalJson,
  idempotencyMs,
  millis,
  parseDurationOrInstant,
  pauseDefaultMs,
} from "@stepwright/protocol";
import { answerInvoker, invocationError } from "./answer-invoker.ts";
import type { Effect, FunctionRecord, Transition } from "./effects.ts";
import type { EventRef } from "./event.ts";
import type { Admission } from "./flow/admission.ts";
import { batcher } from "./flow/batch.ts";
import { debouncer } from "./flow/debounce.ts";
import type { Drop, SkipReason } from "./flow/drop.ts";
import { rateLimiter } from "./flow/rate-limit.ts";
import { runFlow } from "./flow/run-flow.ts";
import { type SingletonLock, singletonLock } from "./flow/singleton.ts";
import type { FromStep } from "./from-step.ts";
import { callItem, startFlow } from "./queue-item.ts";
import { pausedSince } from "./registry.ts";
import { initialProgress, type Invoker, invokersOf, type Run } from "./run.ts";
import { runTimeout } from "./run-timeout.ts";

/**
 * Where a start comes from, which decides what it is under (semantics.md §2, §4.7, §10.4): events and invocations under
 * everything, crons not under batching; a rerun, and what a debounce or a batch lets go, only under what comes after these.
 */
export type StartOrigin = "event" | "cron" | "invoke" | "rerun" | "debounce" | "batch";

/** What starts a run. */
export interface StartRequest {
  readonly origin: StartOrigin;
  readonly fn: FunctionRecord;
  readonly trigger: {
    readonly ref: EventRef;
    readonly internalId: EventId;
    readonly name: string;
    readonly ts: Millis;
    /** The whole event, parsed, for expressions. */
    readonly value: JsonValue;
    /** Length of its canonical text, for the state limit. */
    readonly length: number;
  };
  /** Further events of the run, after the trigger. */
  readonly moreEvents?: readonly EventRef[];
  /** While the key is remembered no second run is made for it; null: always a new run. */
  readonly idempotencyKey: string | null;
  readonly cron: string | null;
  readonly invokedBy: Invoker | null;
  /** The batch that is started, with the steps that wait for further events of it. */
  readonly batch?: { readonly id: string; readonly invokers: readonly Invoker[] };
  readonly originalRunId: RunId | null;
  /** The run does not begin at the beginning. */
  readonly fromStep?: FromStep;
  readonly now: Millis;
  readonly newId: () => string;
}

/** The key under which an event starts a function at most once (semantics.md §4.9). */
export function eventKey(fn: FunctionRecord, eventId: string): string {
  return `${fn.id}:event:${eventId}`;
}

/** The key under which one tick starts a function at most once, whichever of its crons it came from. */
export function tickKey(fn: FunctionRecord, tick: Millis): string {
  return `${fn.id}:tick:${tick}`;
}

/** The key under which a batch is started once. */
export function batchKey(fn: FunctionRecord, batchId: string): string {
  return `${fn.id}:batch:${batchId}`;
}

/** A start to be committed. */
export interface StartedFunction {
  /** Of the run, if one is made; null when the event joins others first. */
  readonly runId: RunId | null;
  readonly transition: Transition;
}

/** Events of a run that a singleton takes the place of: two of its end, and one per deferred call. */
const spareIdsMax = 24;

/**
 * Starts a function: makes its run, unless its flow control decides otherwise inside the commit.
 *
 * The transition stands on its own, so that a run that exists already undoes nothing else.
 */
export function startFunction(request: StartRequest): StartedFunction {
  const { fn, trigger, origin, newId, now } = request;
  const input = { event: trigger.value, now };
  const isWhole = origin === "event" || origin === "invoke";
  const batch = isWhole ? batcher(fn, input, newId) : null;
  const isLimited = isWhole || origin === "cron";
  const limit = isLimited ? rateLimiter(fn, input) : ({ kind: "none" } as const);
  const debounce = isLimited && batch === null ? debouncer(fn, input, newId) : null;
  const lock = singletonLock(fn, input);
  const started = startRun(request, lock);
  const { run } = started;
  if (batch === null && limit.kind === "none" && debounce === null && lock === null) {
    return { runId: run.id, transition: started.transition };
  }
  const admission: Admission = {
    functionId: fn.id,
    event: { ref: trigger.ref, internalId: trigger.internalId, ts: trigger.ts, length: trigger.length },
    invokedBy: request.invokedBy,
    key: repetitionKey(request, { isBatched: batch !== null, isDebounced: debounce !== null }),
    batcher: batch,
    limiter: limit.kind === "limiter" ? limit.limiter : null,
    keyError: limit.kind === "error" ? { option: limit.option, message: limit.message } : null,
    debouncer: debounce,
    lock,
    start: { run, transition: started.transition },
    spareIds: lock?.mode === "cancel" ? Array.from({ length: spareIdsMax }, newId) : [],
  };
  return {
    runId: batch === null && debounce === null ? run.id : null,
    transition: { guards: [], effects: [{ kind: "admit", admission }] },
  };
}

/** What tells a repetition before anything is charged for it. Only our own ids tell one of an event that joins others. */
function repetitionKey(
  { fn, trigger, idempotencyKey, now }: StartRequest,
  how: { readonly isBatched: boolean; readonly isDebounced: boolean },
): Admission["key"] {
  const expiresAt = millis(now + idempotencyMs);
  if (how.isBatched) return { text: `${fn.id}:batched:${trigger.internalId}`, expiresAt };
  if (how.isDebounced) return { text: `${fn.id}:debounced:${trigger.internalId}`, expiresAt };
  return idempotencyKey === null ? null : { text: idempotencyKey, expiresAt };
}

/**
 * Makes a run that is called as soon as its time has come: at once, or at the event's `ts` if that lies ahead.
 * The run of a paused function is made skipped.
 */
function startRun(
  request: StartRequest,
  lock: SingletonLock | null,
): { readonly run: Run; readonly transition: Transition } {
  const { fn, trigger, now } = request;
  const runId = asRunId(request.newId());
  const firstCallId = firstCallOf(runId);
  const step = stepCalledFirst(request.fromStep);
  const isBatch = request.batch !== undefined;
  const startsAt = trigger.ts > now && !isBatch ? trigger.ts : now;
  const invokers = request.batch?.invokers ?? [];
  const memoized = request.fromStep?.memoized ?? [];
  const run: Run = {
    id: runId,
    functionId: fn.id,
    appId: fn.appId,
    functionSlug: fn.slug,
    functionVersion: fn.version,
    status: "queued",
    triggerName: trigger.name,
    triggerEventId: trigger.internalId,
    cron: request.cron,
    batchId: request.batch?.id ?? null,
    originalRunId: request.originalRunId,
    invokedBy: request.invokedBy,
    queuedAt: now,
    startedAt: null,
    endedAt: null,
    output: null,
    error: null,
    version: 1,
    flow: runFlow(fn, { event: trigger.value, now, lock: lock?.id ?? null, invokers }),
    progress: {
      ...initialProgress,
      itemsMade: 1,
      discovery: step === null ? { itemId: firstCallId, retryAt: null } : null,
      stateLength: trigger.length + lengthOf(memoized),
      ...inputOf(request.fromStep),
    },
  };
  const transition: Transition = {
    guards: request.idempotencyKey === null ? [] : [{ kind: "keyFree", key: request.idempotencyKey, now }],
    effects: [
      {
        kind: "createRun",
        run,
        events: [trigger.ref, ...(request.moreEvents ?? [])],
        idempotencyKey: request.idempotencyKey,
        keyExpiresAt: request.idempotencyKey === null ? null : millis(now + idempotencyMs),
      },
      ...memoized.map((step, position): Effect => ({
        kind: "putStep",
        runId,
        step: { ...step, position, finishedAt: now },
      })),
      {
        kind: "enqueue",
        item: callItem(run, {
          id: firstCallId,
          at: startsAt,
          flow: startFlow(run),
          ...(step === null ? {} : { step }),
        }),
      },
      // What follows one event does not go with many (semantics.md §2, step 12).
      ...(isBatch ? [] : listeners(request, run, startsAt)),
    ],
    ...(request.idempotencyKey === null || request.origin === "cron"
      ? {}
      : { otherwise: [{ kind: "recordDrop", drop: repetition(request) }] }),
  };
  if (pausedSince(fn) === null) return { run, transition };
  return { run, transition: skippedRun(transition, { kind: "functionPaused" }, now) };
}

/** The first call of a run. */
export function firstCallOf(runId: RunId): QueueItemId {
  return asQueueItemId(`${runId}:d1`);
}

/**
 * A step that gets other arguments is called on its own: an app that is asked what comes next takes the arguments for a
 * step that is known, and passes it by (SDK v4). One that takes its own again is found like any other.
 */
function stepCalledFirst(fromStep: FromStep | undefined): { readonly id: StepId; readonly name: string } | null {
  if (fromStep === undefined || fromStep.input === null || !fromStep.isRun) return null;
  return { id: fromStep.stepId, name: fromStep.name };
}

function lengthOf(memoized: FromStep["memoized"]): number {
  return memoized.reduce((sum, { memo }) => sum + memo.length, 0);
}

function inputOf(fromStep: FromStep | undefined): Partial<Run["progress"]> {
  if (fromStep === undefined || fromStep.input === null) return {};
  const { stepId, input: value, isRun } = fromStep;
  return { input: { stepId, value, ...(isRun ? {} : { isOurs: true as const }) } };
}

/** An event of the same id has started the function before: people who send it again ask why nothing happens. */
function repetition({ fn, trigger, now }: StartRequest): Drop {
  return { event: trigger.ref, functionId: fn.id, reason: { kind: "duplicate" }, at: now };
}

/** What may end the run before it does. */
function listeners({ fn, trigger, now }: StartRequest, run: Run, startsAt: Millis): readonly Effect[] {
  const { cancel, timeouts } = fn.config;
  return [
    ...cancel.flatMap((one, index) =>
      cancelListener({ cancel: one, index, runId: run.id, trigger: trigger.value, now }),
    ),
    // Counted from the later of creation and `ts`: a run that is not due yet cannot be late (semantics.md §5, FIX).
    ...(timeouts.startMs === null ? [] : [runTimeout(run.id, "start", { from: startsAt, limitMs: timeouts.startMs })]),
  ];
}

/** The same start, recorded and never called. Whoever invoked it is told. */
export function skippedRun(start: Transition, reason: SkipReason, now: Millis): Transition {
  const effects = start.effects.flatMap((effect): Effect[] => {
    if (effect.kind !== "createRun") return [];
    const run: Run = {
      ...effect.run,
      status: "skipped",
      endedAt: now,
      error: canonicalJson({ reason }),
      flow: null,
      progress: initialProgress,
    };
    const memo = invocationError(skipText(reason));
    return [
      { ...effect, run },
      ...invokersOf(effect.run).map((invoker) => answerInvoker(invoker, { memo, childRunId: run.id, now })),
    ];
  });
  return { ...start, effects };
}

function skipText(reason: SkipReason): string {
  switch (reason.kind) {
    case "singleton":
      return "invoked function was skipped: another run of this singleton is going on";
    case "functionPaused":
      return "invoked function was skipped: it is paused";
  }
}

function cancelListener(options: {
  readonly cancel: CancelConfig;
  readonly index: number;
  readonly runId: RunId;
  readonly trigger: JsonValue;
  readonly now: Millis;
}): Effect[] {
  const { cancel, index, runId, trigger, now } = options;
  const filled =
    cancel.if === null ? ({ kind: "always" } as const) : interpolate(cancel.if, trigger, { now, use: "cancel" });
  // A condition that is false whatever comes installs nothing; one that cannot be filled in never matches either.
  if (filled.kind === "never" || filled.kind === "invalid") return [];
  const expression: string | null = filled.kind === "always" ? null : filled.text;
  const plan = planIndex(expression);
  const until = cancel.timeoutText === null ? null : parseDurationOrInstant(cancel.timeoutText, now);
  return [
    {
      kind: "putPause",
      pause: {
        id: asPauseId(`${runId}:cancel:${index}`),
        kind: "cancel",
        runId,
        stepId: null,
        eventName: cancel.event,
        signal: null,
        expression,
        terms: plan.kind === "terms" ? plan.terms : [],
        isSlow: plan.kind === "slow",
        expiresAt: until ?? millis(now + pauseDefaultMs),
        createdAt: now,
      },
    },
  ];
}
