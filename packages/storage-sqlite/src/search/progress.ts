// How far the index has come: the rows from `low` to `high` are in it, both included.
import type { Connection } from "../connection.ts";

/** What is indexed. */
export type IndexKind = "runs" | "events";

/** The range of rows that are indexed; empty when `low` is above `high`. */
export interface Progress {
  readonly low: number;
  readonly high: number;
}

/** Prepares the reading of progress. */
export function progressReads(db: Connection): (kind: IndexKind) => Progress {
  const get = db.prepare<[string], Progress>("SELECT low, high FROM search_progress WHERE kind = ?");
  return (kind) => {
    const progress = get.get(kind);
    if (progress === undefined) throw new Error(`broken invariant: the index of ${kind} has no progress`);
    return progress;
  };
}

/** Prepares the writing of progress. */
export function progressWrites(db: Connection): (kind: IndexKind, progress: Progress) => void {
  const put = db.prepare<[number, number, string]>("UPDATE search_progress SET low = ?, high = ? WHERE kind = ?");
  return (kind, { low, high }) => void put.run(low, high, kind);
}

// Kept among the counters: an index that was begun without blocks goes on as it is.
const blocksOf = (kind: IndexKind): string => `search.${kind}.blocks`;

/** Prepares the reading of the row from which on all indexed rows have their block; null while none has. */
export function blockReads(db: Connection): (kind: IndexKind) => number | null {
  const get = db.prepare<[string], number>("SELECT value FROM counters WHERE name = ?").pluck();
  return (kind) => get.get(blocksOf(kind)) ?? null;
}

/** Prepares what is done before rows are indexed with their blocks: it is remembered from which on they are. */
export function blockWrites(db: Connection): (kind: IndexKind) => void {
  // An index that was emptied has all of its blocks when it is made anew.
  const put = db.prepare<[string, string]>(`INSERT INTO counters (name, value)
SELECT ?, CASE WHEN low > high THEN 0 ELSE high + 1 END FROM search_progress WHERE kind = ?
ON CONFLICT (name) DO UPDATE SET value = min(value, excluded.value)`);
  return (kind) => void put.run(blocksOf(kind), kind);
}
