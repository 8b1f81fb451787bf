// Keys of flow control: evaluated once, from the event that starts a run, and kept with what they decide.
import { compile, keyOf, type KeyResult } from "@stepwright/expressions";
import { type JsonValue, keyDigest, type Millis } from "@stepwright/protocol";

/** What a key is evaluated on. */
export interface KeyInput {
  /** The whole event, parsed. */
  readonly event: JsonValue;
  readonly now: Millis;
}

/** Evaluates a key. `none` when it is false, which a missing field is too (semantics.md §6.3). */
export function flowKey(expression: string, input: KeyInput): KeyResult {
  const compiled = compile(expression);
  // Checked at sync; one that a later version no longer understands errs like one that meets the wrong event.
  if (compiled.kind === "invalid") return { kind: "error", message: compiled.message };
  return keyOf(compiled.expression, { event: input.event }, { now: input.now });
}

/**
 * The value of a key where everybody without one shares a bucket: concurrency and throttle.
 *
 * A missing field, false and an expression that errs all give "false" (semantics.md §4.1): a bad key never wedges
 * a function, and people use a missing field as «no key». Null for a limit without a key.
 */
export function sharedKey(expression: string | null, input: KeyInput): string | null {
  return keyValue(expression, input, "false");
}

/** As `sharedKey`, for debounces and batches: a key that errs has a bucket of its own (semantics.md §4.6). */
export function bucketKey(expression: string | null, input: KeyInput): string | null {
  return keyValue(expression, input, "<invalid>");
}

function keyValue(expression: string | null, input: KeyInput, ofError: string): string | null {
  if (expression === null) return null;
  const key = flowKey(expression, input);
  switch (key.kind) {
    case "key":
      return key.text;
    case "none":
      return "false";
    case "error":
      return ofError;
  }
}

/** Characters of a key that people are shown. */
const shownKeyMax = 200;

/** A key as it is shown: its beginning. */
export function shownKey(key: string | null): string | null {
  return key === null || key.length <= shownKeyMax ? key : `${key.slice(0, shownKeyMax)}…`;
}

/** A key as part of an id: short, whatever an event brings. */
export function keyPart(key: string | null): string {
  return key === null ? "" : keyDigest(key);
}
