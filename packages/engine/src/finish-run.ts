// A run ends: once, with its lifecycle events, its waiting parent and its deferred calls in the same commit.
import {
  asEventId,
  asQueueItemId,
  canonicalJson,
  type FunctionErrorBody,
  functionErrorJson,
  isJsonObject,
  type JsonText,
  parseJsonText,
} from "@stepwright/protocol";
import { answerInvoker } from "./answer-invoker.ts";
import type { Effect } from "./effects.ts";
import type { NewEvent } from "./event.ts";
import { eventNames, isLoopGuarded } from "./lifecycle.ts";
import type { CancelReason, NewQueueItem } from "./queue-item.ts";
import { type Registry, triggersFor } from "./registry.ts";
import { invokersOf, isEnded } from "./run.ts";
import type { Draft } from "./state.ts";

/** What a failed run is remembered by. */
export interface RunError {
  /** Transport text of sdk-protocol.md §11.2. */
  readonly error: string;
  readonly name: string;
  readonly message: string;
  readonly stack?: string | null;
  readonly cause?: JsonText | null;
  /** The raw error body, shown as `result` of the lifecycle event. */
  readonly raw?: JsonText | null;
}

/** Ends the run with the function's result. */
export function completeRun(draft: Draft, output: JsonText): void {
  finishRun(draft, { status: "completed", output, error: null, parentMemo: spliceMemo("data", output) });
}

/** Ends the run with an error. */
export function failRun(draft: Draft, error: RunError | FunctionErrorBody): void {
  const body = errorJson(error);
  finishRun(draft, { status: "failed", output: error.raw ?? null, error: body, parentMemo: spliceMemo("error", body) });
}

/** Ends the run because somebody or something asked for it. */
export function cancelRun(draft: Draft, reason: CancelReason): void {
  finishRun(draft, {
    status: "cancelled",
    output: null,
    error: canonicalJson({ reason }),
    // The reference resumes the invoker with a success that is no result; an error is what its code can handle (semantics.md §7.4, FIX).
    parentMemo: spliceMemo(
      "error",
      canonicalJson({ error: "function cancelled", name: "Error", message: "The invoked function was cancelled." }),
    ),
  });
}

interface Ending {
  readonly status: "completed" | "failed" | "cancelled";
  readonly output: JsonText | null;
  readonly error: JsonText | null;
  readonly parentMemo: JsonText;
}

function finishRun(draft: Draft, ending: Ending): void {
  // A run ends once: whatever else the same answer says comes too late.
  if (isEnded(draft.run.status)) return;
  draft.run = {
    ...draft.run,
    status: ending.status,
    startedAt: draft.run.startedAt,
    endedAt: draft.context.now,
    output: ending.output,
    error: ending.error,
    progress: { ...draft.run.progress, discovery: null, pending: [], race: [], owed: 0 },
  };
  resumeInvokers(draft, ending.parentMemo);
  reportEnd(draft, ending.status);
  scheduleDeferred(draft);
}

function resumeInvokers(draft: Draft, memo: JsonText): void {
  const { run } = draft;
  for (const invoker of invokersOf(run)) {
    draft.effects.push(answerInvoker(invoker, { memo, childRunId: run.id, now: draft.context.now }));
  }
}

function reportEnd(draft: Draft, status: Ending["status"]): void {
  if (isLoopGuarded(draft.run.triggerName)) return;
  publish(draft, { name: eventNames.finished, id: null, data: null });
  // These two carry the run's id, so that a handler runs once per run (semantics.md §9).
  if (status === "failed") publish(draft, { name: eventNames.failed, id: draft.run.id, data: null });
  if (status === "cancelled") publish(draft, { name: eventNames.cancelled, id: draft.run.id, data: null });
}

function scheduleDeferred(draft: Draft): void {
  for (const [id, defer] of Object.entries(draft.run.progress.defers)) {
    if (defer.status !== "live") continue;
    const input = parseJsonText(defer.input);
    const data = {
      ...(isJsonObject(input) ? input : {}),
      _inngest: {
        fn_slug: defer.functionSlug,
        parent_app_id: draft.run.appId,
        parent_fn_id: draft.run.functionId,
        parent_fn_slug: draft.run.functionSlug,
        parent_run_id: draft.run.id,
      },
    };
    publish(draft, { name: eventNames.deferred, id: `${draft.run.id}:${id}`, data: canonicalJson(data) });
  }
}

/** Stores an internal event and queues its matching if somebody may be there for it. `data` null: rendered from the run when read. */
export function publish(
  draft: Draft,
  event: { readonly name: string; readonly id: string | null; readonly data: JsonText | null },
): void {
  const { now, newId } = draft.context;
  const internalId = asEventId(newId());
  const row: NewEvent = {
    internalId,
    id: event.id ?? internalId,
    name: event.name,
    data: event.data,
    user: canonicalJson({}),
    ts: now,
    v: null,
    meta: null,
    receivedAt: now,
    lifecycleOf: event.data === null ? draft.run.id : null,
  };
  const item: NewQueueItem = {
    id: asQueueItemId(`match:${internalId}`),
    lane: "system",
    at: now,
    attempt: 0,
    work: {
      kind: "match",
      event: { kind: "inTransition", index: draft.eventsPut },
      cursor: { functionsAfter: null, pausesAfter: 0 },
    },
  };
  draft.effects.push({ kind: "putEvent", event: row }, matching(draft.context.registry, event.name, item));
  draft.eventsPut += 1;
}

/** Every run ends with an event, and hardly ever is anybody there for it: looking for them would be a fifth of a short run's work. */
function matching(registry: Registry, eventName: string, item: NewQueueItem): Effect {
  if (triggersFor(registry, eventName).size > 0) return { kind: "enqueue", item };
  return { kind: "enqueueIfAwaited", item, eventName, registryVersion: registry.version };
}

/** `{"data":…}` or `{"error":…}` around canonical text: the only key, or the SDK reads it as a plain value (sdk-protocol.md §6). */
export function spliceMemo(key: "data" | "error", value: JsonText): JsonText {
  return `{"${key}":${value}}` as JsonText;
}

/** The canonical `{cause?,error,message,name,stack?}` of a run's error. */
export function errorJson(error: RunError): JsonText {
  return functionErrorJson({ ...error, stack: error.stack ?? null, cause: error.cause ?? null });
}
