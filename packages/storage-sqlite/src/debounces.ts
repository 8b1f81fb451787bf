// Windows of debounces: the event that waits for its period to pass.
import type { DebounceWindow, Invoker } from "@stepwright/engine";
import { asEventId, asFunctionId, type FunctionId, millis } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";

// Two may be there at once: one that is due and has not been worked on yet, and the one after it.
const openOfSql = "SELECT * FROM debounce_windows WHERE bucket = +? AND fires_at > ? ORDER BY fires_at DESC LIMIT 1";
const putSql = `INSERT INTO debounce_windows (id, function_id, bucket, key, event_seq, event_id, event_ts, first_at, fires_at, invoked_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET event_seq = excluded.event_seq, event_id = excluded.event_id, event_ts = excluded.event_ts,
  fires_at = excluded.fires_at, invoked_by = excluded.invoked_by`;
const removeSql = "DELETE FROM debounce_windows WHERE id = ?";
const getSql = "SELECT * FROM debounce_windows WHERE id = ?";
const countSql = "SELECT count(*) FROM debounce_windows WHERE function_id = +?";
const ofEventSql = "SELECT * FROM debounce_windows WHERE event_seq = +? ORDER BY id LIMIT 100";

interface WindowRow {
  readonly id: string;
  readonly function_id: string;
  readonly bucket: string;
  readonly key: string | null;
  readonly event_seq: number;
  readonly event_id: string;
  readonly event_ts: number;
  readonly first_at: number;
  readonly fires_at: number;
  readonly invoked_by: string | null;
}

/** Writes windows. */
export interface DebounceWrites {
  /** The window of the bucket that has not fired by `now`. */
  open(bucket: string, now: number): DebounceWindow | null;
  put(window: DebounceWindow, eventSeq: number): void;
  remove(windowId: string): void;
}

/** Prepares the writes of windows. */
export function debounceWrites(db: Connection): DebounceWrites {
  const openOf = db.prepare<[string, number], WindowRow>(openOfSql);
  const put = db.prepare(putSql);
  const remove = db.prepare(removeSql);
  return {
    open(bucket, now) {
      const row = openOf.get(bucket, now);
      return row === undefined ? null : windowFromRow(row);
    },
    put(window, eventSeq) {
      put.run(
        window.id,
        window.functionId,
        window.bucket,
        window.key,
        eventSeq,
        window.eventId,
        window.eventTs,
        window.firstAt,
        window.firesAt,
        invokerText(window.invokedBy),
      );
    },
    remove(windowId) {
      remove.run(windowId);
    },
  };
}

/** Reads windows. */
export interface DebounceGets {
  get(windowId: string): DebounceWindow | null;
  ofEvent(eventSeq: number): readonly DebounceWindow[];
  countOf(functionId: FunctionId): number;
}

/** Prepares the reads of windows. */
export function debounceReads(db: Connection): DebounceGets {
  const get = db.prepare<[string], WindowRow>(getSql);
  const ofEvent = db.prepare<[number], WindowRow>(ofEventSql);
  const count = db.prepare<[string], number>(countSql).pluck();
  return {
    get(windowId) {
      const row = get.get(windowId);
      return row === undefined ? null : windowFromRow(row);
    },
    ofEvent: (eventSeq) => ofEvent.all(eventSeq).map(windowFromRow),
    countOf: (functionId) => count.get(functionId) ?? 0,
  };
}

/** Writes who waits for what an event starts. */
export function invokerText(invoker: Invoker | null): string | null {
  return invoker === null ? null : JSON.stringify(invoker);
}

/** Reads who waits. */
export function invokerFromText(text: string | null): Invoker | null {
  // Written by `invokerText` from the same type.
  return text === null ? null : (JSON.parse(text) as Invoker);
}

function windowFromRow(row: WindowRow): DebounceWindow {
  return {
    id: row.id,
    functionId: asFunctionId(row.function_id),
    bucket: row.bucket,
    key: row.key,
    event: { kind: "stored", seq: row.event_seq },
    eventId: asEventId(row.event_id),
    eventTs: millis(row.event_ts),
    firstAt: millis(row.first_at),
    firesAt: millis(row.fires_at),
    invokedBy: invokerFromText(row.invoked_by),
  };
}
