// The sweep of idempotency keys that count no longer.
import type { Connection } from "./connection.ts";
import { isFull, type Sweep } from "./sweep-piece.ts";

const candidatesMax = 500;

// Walked by key: an index on the time would be paid by every run, and all keys of a day are read in a moment.
const candidatesSql = `SELECT key, expires_at FROM run_keys WHERE key > ? ORDER BY key LIMIT ${candidatesMax}`;
const removeSql = "DELETE FROM run_keys WHERE key = ?";

/** Looking at a key costs little: this many count as one row. */
const looksPerWeight = 5;

/** Prepares the sweep of keys. */
export function keySweep(db: Connection): Sweep<"keys"> {
  const candidates = db.prepare<[string], { key: string; expires_at: number | null }>(candidatesSql);
  const remove = db.prepare<[string]>(removeSql);
  return (piece, { before }, cursor) => {
    let last = cursor ?? "";
    const rows = candidates.all(last);
    for (const { key, expires_at: expiresAt } of rows) {
      if (isFull(piece)) return last;
      piece.weight += 1 / looksPerWeight;
      if (expiresAt !== null && expiresAt <= before) {
        remove.run(key);
        piece.removed.keys += 1;
        piece.weight += 1;
      }
      last = key;
    }
    return rows.length < candidatesMax ? null : last;
  };
}
