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
