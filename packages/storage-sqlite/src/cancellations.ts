// Bulk cancellations: what was asked for and how far it has come.
import type { Cancellation } from "@stepwright/engine";
import { asFunctionId, type Millis, millis } from "@stepwright/protocol";
import type { Page } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { pageOf, type PageRequest, rowsWanted } from "./page.ts";
import { timeOrNull } from "./time-or-null.ts";

const putSql = `INSERT INTO cancellations (id, function_id, started_after, started_before, condition, created_at, ended_at, cancelled)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const forgetSql = `DELETE FROM cancellations WHERE ended_at IS NOT NULL
AND id < (SELECT id FROM cancellations ORDER BY id DESC LIMIT 1 OFFSET ?)`;
const noteSql = "UPDATE cancellations SET cancelled = ?, ended_at = ? WHERE id = ?";
const removeSql = "DELETE FROM cancellations WHERE id = ?";
const getSql = "SELECT * FROM cancellations WHERE id = ?";
const newestSql = "SELECT * FROM cancellations ORDER BY id DESC LIMIT +?";
const olderSql = "SELECT * FROM cancellations WHERE id < ? ORDER BY id DESC LIMIT +?";

interface CancellationRow {
  readonly id: string;
  readonly function_id: string;
  readonly started_after: number | null;
  readonly started_before: number;
  readonly condition: string | null;
  readonly created_at: number;
  readonly ended_at: number | null;
  readonly cancelled: number;
}

/** Writes bulk cancellations. */
export interface CancellationWrites {
  /** Adds one, and forgets the oldest ended ones over `keptMax`. */
  put(cancellation: Cancellation, keptMax: number): void;
  note(o: { readonly id: string; readonly cancelled: number; readonly endedAt: Millis | null }): void;
  remove(id: string): void;
}

/** Prepares the writes of bulk cancellations. */
export function cancellationWrites(db: Connection): CancellationWrites {
  const put = db.prepare(putSql);
  const forget = db.prepare(forgetSql);
  const note = db.prepare(noteSql);
  const remove = db.prepare(removeSql);
  return {
    put(one, keptMax) {
      const { id, functionId, startedAfter, startedBefore, createdAt, endedAt, cancelled } = one;
      put.run(id, functionId, startedAfter, startedBefore, one.if, createdAt, endedAt, cancelled);
      forget.run(keptMax - 1);
    },
    note({ id, cancelled, endedAt }) {
      note.run(cancelled, endedAt, id);
    },
    remove(id) {
      remove.run(id);
    },
  };
}

/** Prepares the reads of bulk cancellations. */
export function cancellationReads(db: Connection): {
  readonly get: (id: string) => Cancellation | null;
  readonly list: (page: PageRequest) => Page<Cancellation>;
} {
  const get = db.prepare<[string], CancellationRow>(getSql);
  const newest = db.prepare<[number], CancellationRow>(newestSql);
  const older = db.prepare<[string, number], CancellationRow>(olderSql);
  return {
    get(id) {
      const row = get.get(id);
      return row === undefined ? null : cancellationOf(row);
    },
    list(page) {
      const limit = rowsWanted(page);
      const rows = page.cursor === null ? newest.all(limit) : older.all(page.cursor, limit);
      return pageOf({ rows, page, cursorOf: (row) => row.id, toItem: cancellationOf });
    },
  };
}

function cancellationOf(row: CancellationRow): Cancellation {
  return {
    id: row.id,
    functionId: asFunctionId(row.function_id),
    startedAfter: timeOrNull(row.started_after),
    startedBefore: millis(row.started_before),
    if: row.condition,
    createdAt: millis(row.created_at),
    endedAt: timeOrNull(row.ended_at),
    cancelled: row.cancelled,
  };
}
