// `InvokeFunction`: start another function and wait for its end.
import {
  asEventId,
  asPauseId,
  canonicalJson,
  eventJson,
  type JsonObject,
  type JsonText,
  type JsonValue,
  type Millis,
  millis,
  type Op,
  parseDurationOrInstant,
  parseJsonText,
  utf8Bytes,
} from "@stepwright/protocol";
import type { Call } from "../call.ts";
import { completeStep } from "../complete-step.ts";
import type { FunctionRecord } from "../effects.ts";
import type { NewEvent } from "../event.ts";
import { failRun, spliceMemo } from "../finish-run.ts";
import { eventNames } from "../lifecycle.ts";
import { startFunction } from "../start-run.ts";
import { type Draft, openStep } from "../state.ts";
import { defaultUntil, failsAsTooLong } from "./sleep.ts";
import { continueAfter } from "./step-run.ts";
import { textOf, timeoutItem, waitSpan } from "./wait-for-event.ts";

/**
 * Stores the wait, the `inngest/function.invoked` event and the invoked run in one commit, so a crash
 * leaves either all of them or none. An unknown function is an error at once (sdk-protocol.md §8.7).
 */
export function invoke(draft: Draft, op: Op, call: Call): void {
  const slug = textOf(op.opts["function_id"]);
  const fn = draft.context.registry.functionsBySlug.get(slug);
  if (fn === undefined) {
    completeStep(draft, {
      id: op.id,
      op: op.op,
      name: op.displayName,
      status: "failed",
      memo: spliceMemo("error", canonicalJson({ name: "Error", message: `could not find function with ID: ${slug}` })),
      input: null,
    });
    continueAfter(draft, op, call);
    return;
  }
  const until = untilOf(draft, op);
  if (until === null || failsAsTooLong(draft, op, until)) return;
  openStep(draft, op.id);
  const event = invokedEvent(draft, op, fn, until);
  const index = draft.eventsPut;
  draft.eventsPut += 1;
  const full = eventJson({ ...event, data: event.data ?? canonicalJson({}) });
  const child = startFunction({
    origin: "invoke",
    fn,
    trigger: {
      ref: { kind: "inTransition", index },
      internalId: event.internalId,
      name: event.name,
      ts: event.ts,
      value: parseJsonText(full),
      length: utf8Bytes(full),
    },
    idempotencyKey: null,
    cron: null,
    invokedBy: { runId: draft.run.id, stepId: op.id },
    originalRunId: null,
    now: draft.context.now,
    newId: draft.context.newId,
  });
  draft.effects.push(
    {
      kind: "putPause",
      pause: {
        id: asPauseId(`${draft.run.id}:${op.id}`),
        kind: "invoke",
        runId: draft.run.id,
        stepId: op.id,
        eventName: null,
        signal: null,
        expression: null,
        terms: [],
        isSlow: false,
        expiresAt: until,
        createdAt: draft.context.now,
      },
    },
    timeoutItem(draft, op, { at: until, waitKind: "invoke" }),
    waitSpan(draft, op, "invoke", {
      functionId: slug,
      until,
      eventId: event.internalId,
      ...(child.runId === null ? {} : { childRunId: child.runId }),
    }),
    { kind: "putEvent", event },
  );
  draft.children.push(child.transition);
}

function untilOf(draft: Draft, op: Op): Millis | null {
  const text = textOf(op.opts["timeout"]);
  const { now } = draft.context;
  if (text === "") return defaultUntil(draft);
  const until = parseDurationOrInstant(text, now);
  if (until === null) {
    failRun(draft, {
      error: "InvalidDuration",
      name: "InvalidDuration",
      message: `step.invoke "${op.displayName}" has the timeout "${text}", which is neither a duration such as "1h" nor an RFC 3339 date.`,
    });
  }
  return until;
}

function invokedEvent(draft: Draft, op: Op, fn: FunctionRecord, until: Millis): NewEvent {
  const { now, newId } = draft.context;
  const payload = objectOf(op.opts["payload"]);
  const internalId = asEventId(newId());
  return {
    internalId,
    id: textOf(payload["id"]) || internalId,
    name: eventNames.invoked,
    data: invokedData(draft, { data: objectOf(payload["data"]), op, slug: fn.slug, until }),
    user: canonicalJson(objectOf(payload["user"])),
    ts: typeof payload["ts"] === "number" && payload["ts"] > 0 ? millis(payload["ts"]) : now,
    v: textOf(payload["v"]) || null,
    meta: payload["meta"] === undefined ? null : canonicalJson(payload["meta"]),
    receivedAt: now,
    lifecycleOf: null,
  };
}

function invokedData(
  draft: Draft,
  options: { readonly data: JsonObject; readonly op: Op; readonly slug: string; readonly until: Millis },
): JsonText {
  return canonicalJson({
    ...options.data,
    _inngest: {
      fn_id: options.slug,
      correlation_id: `${draft.run.id}.${options.op.id}`,
      source_app_id: draft.run.appId,
      source_fn_id: draft.run.functionId,
      source_fn_v: draft.run.functionVersion,
      expire: options.until,
      name: options.op.displayName,
    },
  });
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
