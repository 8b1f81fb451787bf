// Batching: one run for many events (semantics.md §4.7).
import { compile, matches } from "@stepwright/expressions";
import {
  asQueueItemId,
  type Batch,
  batchBytesMax,
  type FunctionId,
  type Millis,
  type QueueItemId,
} from "@stepwright/protocol";
import type { EventRef } from "../event.ts";
import type { Invoker } from "../run.ts";
import { bucketKey, type KeyInput, keyPart, shownKey } from "./flow-key.ts";

/** The batching of one start. */
export interface Batcher {
  readonly functionId: FunctionId;
  /** Function and key: who shares a batch. */
  readonly bucket: string;
  readonly key: string | null;
  readonly maxSize: number;
  readonly timeoutMs: number;
  /** Id of the batch that is opened if none is open. */
  readonly batchId: string;
}

/** A batch that is being filled, or waits to be started. */
export interface OpenBatch {
  readonly id: string;
  readonly functionId: FunctionId;
  readonly bucket: string;
  readonly key: string | null;
  readonly count: number;
  readonly bytes: number;
  readonly firstAt: Millis;
  readonly closesAt: Millis;
  /** No more events go in. */
  readonly isClosed: boolean;
}

/** An event of a batch. */
export interface BatchedEvent {
  readonly event: EventRef;
  /** Bytes of its text. */
  readonly length: number;
  readonly invokedBy: Invoker | null;
}

/** Evaluates a function's batching for an event; null when there is none, or its `if` is not true: then the event starts alone. */
export function batcher(
  fn: { readonly id: FunctionId; readonly config: { readonly batch: Batch | null } },
  input: KeyInput,
  newId: () => string,
): Batcher | null {
  const { batch } = fn.config;
  if (batch === null || !isAccepted(batch, input)) return null;
  const key = bucketKey(batch.key, input);
  return {
    functionId: fn.id,
    bucket: `batch:${fn.id}:${keyPart(key)}`,
    key: shownKey(key),
    maxSize: batch.maxSize,
    timeoutMs: batch.timeoutMs,
    batchId: newId(),
  };
}

/** Says whether a batch is full with one more event of so many bytes. */
export function isFull(batcher: Batcher, batch: Pick<OpenBatch, "count" | "bytes"> | null, length: number): boolean {
  return (batch?.count ?? 0) + 1 >= batcher.maxSize || (batch?.bytes ?? 0) + length >= batchBytesMax;
}

/** Natural key of the item that starts a batch. */
export function batchItemId(batchId: string): QueueItemId {
  return asQueueItemId(`batch:${batchId}`);
}

function isAccepted(batch: Batch, input: KeyInput): boolean {
  if (batch.if === null) return true;
  const compiled = compile(batch.if);
  return compiled.kind === "compiled" && matches(compiled.expression, { event: input.event }, { now: input.now });
}
