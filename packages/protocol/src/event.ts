// Events as they are sent to us, and as functions see them.
import {
  eventBodyInvalid,
  eventFieldInvalid,
  eventNameMissing,
  eventNameReserved,
  eventNameTooLong,
  eventNotObject,
  eventsInvalid,
  eventsTooMany,
  eventTimeOutOfRange,
  eventTooLarge,
  nestedTooDeep,
  StepwrightError,
} from "./errors.ts";
import { readSessions } from "./event-sessions.ts";
import { millis, type Millis } from "./ids.ts";
import {
  canonicalJson,
  emptyObjectJson,
  isJsonObject,
  jsonString,
  type JsonObject,
  type JsonText,
  type JsonValue,
} from "./json.ts";
import { defaultEventLimits, type EventLimits } from "./limits.ts";
import { nestingMax } from "./nesting.ts";
import { isLargerThan, utf8Bytes } from "./utf8-bytes.ts";

/** An event that was sent to us and found to be fine. */
export interface IncomingEvent {
  /** The sender's idempotency id; `null` when there is none. */
  readonly id: string | null;
  readonly name: string;
  /** An object, without the `_inngest` key that is the engine's own. */
  readonly data: JsonText;
  /** An object. */
  readonly user: JsonText;
  /** When it happened; `null` means now. */
  readonly ts: Millis | null;
  readonly v: string | null;
  /** Its sessions; `null` when there are none. */
  readonly meta: JsonText | null;
}

/** The outcome of reading a request to the event API. */
export type ParsedEvents =
  | { readonly kind: "events"; readonly events: readonly IncomingEvent[] }
  | {
      readonly kind: "rejected";
      /** `details.problems` lists `{index, message}` of every bad event. */
      readonly error: StepwrightError;
    };

/**
 * Reads the body of a request to the event API: one event, or a list.
 *
 * All events are checked before any is accepted: one bad event and none is. An empty body is an empty list. Fields
 * nobody knows are ignored.
 */
export function parseEvents(body: string, limits: EventLimits = defaultEventLimits): ParsedEvents {
  if (body.trim() === "") return { kind: "events", events: [] };
  let value: JsonValue;
  try {
    value = JSON.parse(body) as JsonValue;
  } catch (error) {
    return {
      kind: "rejected",
      error: eventBodyInvalid({ reason: error instanceof Error ? error.message : "it is not JSON" }, { cause: error }),
    };
  }
  if (isJsonObject(value)) return parseList([value], { isAlone: true, limits });
  if (Array.isArray(value)) return parseList(value, { isAlone: false, limits });
  return { kind: "rejected", error: eventBodyInvalid({ reason: `it is ${nameOfKind(value)}` }) };
}

/** An event's fields in the form functions see. */
export interface EventFields {
  readonly id: string;
  readonly name: string;
  readonly data: JsonText;
  readonly user: JsonText;
  readonly ts: Millis;
  readonly v: string | null;
  readonly meta: JsonText | null;
}

/** Writes the event as functions see it: canonical text with `data` and `user` always there. */
export function eventJson(event: EventFields): JsonText {
  return writeEvent(event, event.user);
}

/** Writes the event as it stands in the `events` of a lifecycle event: an empty `user` is left out. */
export function eventJsonRaw(event: EventFields): JsonText {
  return writeEvent(event, event.user === emptyObjectJson ? null : event.user);
}

// Written by hand in the order of the keys: this runs for every call, and `data` may be megabytes.
function writeEvent(event: EventFields, user: JsonText | null): JsonText {
  const meta = event.meta === null ? "" : `,"meta":${event.meta}`;
  const userField = user === null ? "" : `,"user":${user}`;
  const v = event.v === null ? "" : `,"v":${jsonString(event.v)}`;
  return `{"data":${event.data},"id":${jsonString(event.id)}${meta},"name":${jsonString(event.name)},"ts":${event.ts}${userField}${v}}` as JsonText;
}

function parseList(
  values: readonly JsonValue[],
  { isAlone, limits }: { readonly isAlone: boolean; readonly limits: EventLimits },
): ParsedEvents {
  if (values.length > limits.eventsMax) {
    return { kind: "rejected", error: eventsTooMany({ count: values.length, max: limits.eventsMax }) };
  }
  const events: IncomingEvent[] = [];
  const errors: { index: number; error: StepwrightError }[] = [];
  for (const [index, value] of values.entries()) {
    // Whoever sent one event and no list has not counted it.
    const event = readFlatEvent(value, isAlone ? "the event" : `event ${index}`, limits);
    if (event instanceof StepwrightError) errors.push({ index, error: event });
    else events.push(event);
  }
  return errors.length === 0 ? { kind: "events", events } : { kind: "rejected", error: summary(errors, values.length) };
}

// Above this many, a message names the indexes only; `details` has every text.
const problemsToldMax = 10;

/** One error for all bad events: the only one itself, or a list that names every index. */
function summary(errors: readonly { index: number; error: StepwrightError }[], count: number): StepwrightError {
  const problems = errors.map(({ index, error }) => ({ index, message: error.message }));
  const [first, second] = errors;
  const whole =
    first !== undefined && second === undefined ? first.error : eventsInvalid({ bad: errors.length, count });
  return new StepwrightError({
    code: whole.code,
    status: whole.status,
    retryable: whole.retryable,
    message: errors.length === 1 ? whole.message : `${whole.message}: ${toldOf(problems).join("; ")}`,
    details: { ...whole.details, problems },
  });
}

function toldOf(problems: readonly { readonly index: number; readonly message: string }[]): readonly string[] {
  const told = problems.slice(0, problemsToldMax).map(({ message }) => message);
  const rest = problems.slice(problemsToldMax).map(({ index }) => index);
  return rest.length === 0 ? told : [...told, `and events ${rest.join(", ")}`];
}

const earliestTs = Date.UTC(1980, 0, 1);
const latestTs = Date.UTC(2100, 0, 1);

/** `label` is what errors call the event. */
function readFlatEvent(value: JsonValue, label: string, limits: EventLimits): IncomingEvent | StepwrightError {
  try {
    return readEvent(value, label, limits);
  } catch (error) {
    if (!(error instanceof StepwrightError) || error.code !== nestedTooDeep.code) throw error;
    const found = `nested deeper than ${nestingMax} levels`;
    return eventFieldInvalid({ event: label, field: "data", found, allowed: "flatter" }, { cause: error });
  }
}

function readEvent(value: JsonValue, label: string, limits: EventLimits): IncomingEvent | StepwrightError {
  if (!isJsonObject(value)) return eventNotObject({ event: label, found: nameOfKind(value) });
  const name = value["name"] ?? "";
  if (typeof name !== "string") return wrongField(label, "name", name, "a text");
  const wrongName = nameError(name, label, limits);
  if (wrongName !== null) return wrongName;
  const data = value["data"] ?? {};
  if (!isJsonObject(data)) return wrongField(label, "data", data, "an object");
  const user = value["user"] ?? {};
  if (!isJsonObject(user)) return wrongField(label, "user", user, "an object");
  const id = value["id"] ?? "";
  if (typeof id !== "string") return wrongField(label, "id", id, "a text");
  const v = value["v"] ?? "";
  if (typeof v !== "string") return wrongField(label, "v", v, "a text");
  const ts = value["ts"] ?? 0;
  if (typeof ts !== "number" || !Number.isInteger(ts))
    return wrongField(label, "ts", ts, "whole milliseconds since 1970");
  if (ts !== 0 && (ts < earliestTs || ts > latestTs)) return eventTimeOutOfRange({ event: label, ts });
  const sessions = readSessions(value["meta"], label);
  if (sessions.kind === "rejected") return sessions.error;
  const event: IncomingEvent = {
    id: id === "" ? null : id.toWellFormed(),
    name: name.toWellFormed(),
    data: canonicalJson(withoutOwnKey(data)),
    user: canonicalJson(user),
    ts: ts === 0 ? null : millis(ts),
    v: v === "" ? null : v.toWellFormed(),
    meta: sessions.meta,
  };
  return sizeError(event, label, limits) ?? event;
}

function nameError(name: string, label: string, { nameBytesMax }: EventLimits): StepwrightError | null {
  if (name === "") return eventNameMissing({ event: label });
  if (/^inngest\//i.test(name)) return eventNameReserved({ event: label, name });
  return isLargerThan(name, nameBytesMax)
    ? eventNameTooLong({ event: label, bytes: utf8Bytes(name), max: nameBytesMax })
    : null;
}

/** The size that counts is what will be stored and sent on. */
function sizeError(event: IncomingEvent, label: string, { eventBytesMax }: EventLimits): StepwrightError | null {
  const texts = [event.data, event.user, event.meta ?? "", event.name, event.id ?? "", event.v ?? ""];
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  // A UTF-16 unit has at most three bytes in UTF-8: most events need no counting.
  if (characters * 3 <= eventBytesMax) return null;
  const bytes = texts.reduce((sum, text) => sum + utf8Bytes(text), 0);
  return bytes > eventBytesMax ? eventTooLarge({ event: label, bytes, max: eventBytesMax }) : null;
}

/** `_inngest` carries the engine's own facts, such as which run an invocation answers; senders may not set it. */
function withoutOwnKey(data: JsonObject): JsonObject {
  if (!Object.hasOwn(data, "_inngest")) return data;
  const { _inngest: _, ...rest } = data;
  return rest;
}

function wrongField(label: string, field: string, value: JsonValue, allowed: string): StepwrightError {
  return eventFieldInvalid({ event: label, field, found: nameOfKind(value), allowed });
}

function nameOfKind(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return `the text "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
    case "object":
      return "an object";
    default:
      return `the ${typeof value} ${String(value)}`;
  }
}
