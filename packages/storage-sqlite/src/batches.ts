// Batches of events that start one run together.
import type { BatchedEvent, OpenBatch } from "@stepwright/engine";
import { asFunctionId, type FunctionId, millis } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import { invokerFromText, invokerText } from "./debounces.ts";

const openOfSql =
  "SELECT * FROM batches WHERE bucket = +? AND is_closed = 0 AND closes_at > ? ORDER BY closes_at LIMIT 1";
const putSql = `INSERT INTO batches (id, function_id, bucket, key, count, bytes, first_at, closes_at, is_closed)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET count = excluded.count, bytes = excluded.bytes, is_closed = excluded.is_closed`;
const putEventSql =
  "INSERT INTO batch_events (batch_id, position, event_seq, length, invoked_by) VALUES (?, ?, ?, ?, ?)";
const removeSql = "DELETE FROM batches WHERE id = ?";
const removeEventsSql = "DELETE FROM batch_events WHERE batch_id = ?";
const getSql = "SELECT * FROM batches WHERE id = ?";
const countSql = "SELECT count FROM batches WHERE id = ?";
const eventsSql = "SELECT event_seq, length, invoked_by FROM batch_events WHERE batch_id = +? ORDER BY position";
const countOfSql = "SELECT total(count) FROM batches WHERE function_id = +?";
const ofEventSql = `SELECT batches.* FROM batch_events CROSS JOIN batches ON batches.id = batch_events.batch_id
WHERE batch_events.event_seq = +? LIMIT 100`;

interface BatchRow {
  readonly id: string;
  readonly function_id: string;
  readonly bucket: string;
  readonly key: string | null;
  readonly count: number;
  readonly bytes: number;
  readonly first_at: number;
  readonly closes_at: number;
  readonly is_closed: 0 | 1;
}

interface BatchEventRow {
  readonly event_seq: number;
  readonly length: number;
  readonly invoked_by: string | null;
}

/** Writes batches. */
export interface BatchWrites {
  /** The batch of the bucket that still takes events at `now`. */
  open(bucket: string, now: number): OpenBatch | null;
  /** Adds an event to a batch, which has it counted already. */
  put(batch: OpenBatch, batched: BatchedEvent, eventSeq: number): void;
  remove(batchId: string): void;
  /** Null when there is no such batch. */
  count(batchId: string): number | null;
}

/** Prepares the writes of batches. */
export function batchWrites(db: Connection): BatchWrites {
  const openOf = db.prepare<[string, number], BatchRow>(openOfSql);
  const put = db.prepare(putSql);
  const putEvent = db.prepare(putEventSql);
  const remove = db.prepare(removeSql);
  const removeEvents = db.prepare(removeEventsSql);
  const count = db.prepare<[string], number>(countSql).pluck();
  return {
    open(bucket, now) {
      const row = openOf.get(bucket, now);
      return row === undefined ? null : batchFromRow(row);
    },
    put(batch, batched, eventSeq) {
      put.run(
        batch.id,
        batch.functionId,
        batch.bucket,
        batch.key,
        batch.count,
        batch.bytes,
        batch.firstAt,
        batch.closesAt,
        batch.isClosed ? 1 : 0,
      );
      putEvent.run(batch.id, batch.count - 1, eventSeq, batched.length, invokerText(batched.invokedBy));
    },
    remove(batchId) {
      remove.run(batchId);
      removeEvents.run(batchId);
    },
    count: (batchId) => count.get(batchId) ?? null,
  };
}

/** Reads batches. */
export interface BatchGets {
  get(batchId: string): { readonly batch: OpenBatch; readonly events: readonly BatchedEvent[] } | null;
  ofEvent(eventSeq: number): readonly OpenBatch[];
  /** Events in the batches of a function. */
  countOf(functionId: FunctionId): number;
}

/** Prepares the reads of batches. */
export function batchReads(db: Connection): BatchGets {
  const get = db.prepare<[string], BatchRow>(getSql);
  const events = db.prepare<[string], BatchEventRow>(eventsSql);
  const ofEvent = db.prepare<[number], BatchRow>(ofEventSql);
  const count = db.prepare<[string], number>(countOfSql).pluck();
  return {
    get(batchId) {
      const row = get.get(batchId);
      if (row === undefined) return null;
      return {
        batch: batchFromRow(row),
        events: events.all(batchId).map((event) => ({
          event: { kind: "stored", seq: event.event_seq },
          length: event.length,
          invokedBy: invokerFromText(event.invoked_by),
        })),
      };
    },
    ofEvent: (eventSeq) => ofEvent.all(eventSeq).map(batchFromRow),
    countOf: (functionId) => count.get(functionId) ?? 0,
  };
}

function batchFromRow(row: BatchRow): OpenBatch {
  return {
    id: row.id,
    functionId: asFunctionId(row.function_id),
    bucket: row.bucket,
    key: row.key,
    count: row.count,
    bytes: row.bytes,
    firstAt: millis(row.first_at),
    closesAt: millis(row.closes_at),
    isClosed: row.is_closed === 1,
  };
}
