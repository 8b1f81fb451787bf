// A function starts: the run, its first call, its cancel listeners, its start timeout.
import { interpolate, planIndex } from "@stepwright/expressions";
import type { CancelConfig, EventId, JsonValue, Millis, RunId, StepId } from "@stepwright/protocol";
import {
  asPauseId,
  asQueueItemId,
  asRunId,
  idempotencyMs,
  millis,
  parseDurationOrInstant,
  pauseDefaultMs,
} from "@stepwright/protocol";
import type { Effect, FunctionRecord, Transition } from "./effects.ts";
import type { EventRef } from "./event.ts";
import { runFlow } from "./flow/run-flow.ts";
import { callLane, startFlow } from "./queue-item.ts";
import { initialProgress, type Run } from "./run.ts";

/** What starts a run. */
export interface StartRequest {
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
  readonly invokedBy: { readonly runId: RunId; readonly stepId: StepId } | null;
  readonly originalRunId: RunId | null;
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

/**
 * Makes a run that is called as soon as its time has come: at once, or at the event's `ts` if that lies ahead.
 *
 * The transition stands on its own, so that a run that exists already undoes nothing else.
 */
export function startRun(request: StartRequest): { readonly runId: RunId; readonly transition: Transition } {
  const { fn, trigger, now } = request;
  const runId = asRunId(request.newId());
  const firstCallId = asQueueItemId(`${runId}:d1`);
  const startsAt = trigger.ts > now ? trigger.ts : now;
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
    batchId: null,
    originalRunId: request.originalRunId,
    invokedBy: request.invokedBy,
    queuedAt: now,
    startedAt: null,
    endedAt: null,
    output: null,
    error: null,
    version: 1,
    flow: runFlow(fn, { event: trigger.value, now }),
    progress: {
      ...initialProgress,
      itemsMade: 1,
      discovery: { itemId: firstCallId, retryAt: null },
      stateLength: trigger.length,
    },
  };
  const effects: Effect[] = [
    {
      kind: "createRun",
      run,
      events: [trigger.ref, ...(request.moreEvents ?? [])],
      idempotencyKey: request.idempotencyKey,
      keyExpiresAt: request.idempotencyKey === null ? null : millis(now + idempotencyMs),
    },
    {
      kind: "enqueue",
      item: {
        id: firstCallId,
        lane: callLane(run),
        flow: startFlow(run),
        at: startsAt,
        attempt: 0,
        work: { kind: "call", runId, stepId: null, name: null, queuedAt: startsAt },
      },
    },
    ...fn.config.cancel.flatMap((cancel, index) =>
      cancelListener({ cancel, index, runId, trigger: trigger.value, now }),
    ),
  ];
  if (fn.config.timeouts.startMs !== null) {
    // Counted from the later of creation and `ts`: a run that is not due yet cannot be late (semantics.md §5, FIX).
    effects.push(runTimeout(runId, "start", millis(startsAt + fn.config.timeouts.startMs)));
  }
  return {
    runId,
    transition: {
      guards: request.idempotencyKey === null ? [] : [{ kind: "keyFree", key: request.idempotencyKey, now }],
      effects,
    },
  };
}

/** The item that cancels a run which has not started, or not ended, in time. */
export function runTimeout(runId: RunId, which: "start" | "finish", at: Millis): Effect {
  return {
    kind: "enqueue",
    item: {
      id: asQueueItemId(`${runId}:${which}-timeout`),
      lane: "system",
      at,
      attempt: 0,
      work: { kind: "runTimeout", runId, which },
    },
  };
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
