// Debounce: many events in a row start one run, with the last of them (semantics.md §4.6).
import {
  asQueueItemId,
  type Debounce,
  type EventId,
  type FunctionId,
  type Millis,
  millis,
  type QueueItemId,
} from "@stepwright/protocol";
import type { EventRef } from "../event.ts";
import type { Invoker } from "../run.ts";
import { bucketKey, type KeyInput, keyPart, shownKey } from "./flow-key.ts";

/** The debounce of one start. */
export interface Debouncer {
  readonly functionId: FunctionId;
  /** Function and key: who shares a window. */
  readonly bucket: string;
  readonly key: string | null;
  readonly periodMs: number;
  readonly timeoutMs: number | null;
  /** Id of the window that is opened if none is open. */
  readonly windowId: string;
}

/** The event that waits for its period to pass. */
export interface DebounceWindow {
  readonly id: string;
  readonly functionId: FunctionId;
  readonly bucket: string;
  readonly key: string | null;
  readonly event: EventRef;
  readonly eventId: EventId;
  readonly eventTs: Millis;
  readonly firstAt: Millis;
  readonly firesAt: Millis;
  readonly invokedBy: Invoker | null;
}

/** Evaluates a function's debounce for an event. */
export function debouncer(
  fn: { readonly id: FunctionId; readonly config: { readonly debounce: Debounce | null } },
  input: KeyInput,
  newId: () => string,
): Debouncer | null {
  const { debounce } = fn.config;
  if (debounce === null) return null;
  const key = bucketKey(debounce.key, input);
  return {
    functionId: fn.id,
    bucket: `debounce:${fn.id}:${keyPart(key)}`,
    key: shownKey(key),
    periodMs: debounce.periodMs,
    timeoutMs: debounce.timeoutMs,
    windowId: newId(),
  };
}

/** When a window fires after an event at `now`: after the period, but not later than the timeout from its first event. */
export function firesAt(debouncer: Debouncer, firstAt: Millis, now: Millis): Millis {
  const after = now + debouncer.periodMs;
  if (debouncer.timeoutMs === null) return millis(after);
  // Whole seconds, at least one (§4.6).
  const timeoutMs = Math.max(1_000, Math.floor(debouncer.timeoutMs / 1_000) * 1_000);
  return millis(Math.min(after, firstAt + timeoutMs));
}

/** Natural key of the item that ends a window. */
export function debounceItemId(windowId: string): QueueItemId {
  return asQueueItemId(`debounce:${windowId}`);
}
