// Removes from the index what a sweep removes.
import type { Connection } from "../connection.ts";
import type { IndexKind } from "./progress.ts";

const tables = {
  runs: { newest: "SELECT max(row) FROM runs", texts: "run_texts" },
  events: { newest: "SELECT max(seq) FROM events", texts: "event_texts" },
} as const;

/** Prepares the removal of one row, after the row itself has been removed. */
export function removalFromIndex(db: Connection, kind: IndexKind): (row: number) => void {
  const { newest, texts } = tables[kind];
  // Asked for first: FTS5 would count a row that it never had.
  const isIndexed = db.prepare<[number], number>(`SELECT 1 FROM ${texts}_docsize WHERE id = ?`).pluck();
  const remove = db.prepare<[number]>(`DELETE FROM ${texts} WHERE rowid = ?`);
  const removeOpen = db.prepare<[number]>("DELETE FROM search_open_runs WHERE row = ?");
  // The number of the newest row may be given out again once it is gone, and the index must not be past it then.
  const goBack = db.prepare(`UPDATE search_progress SET high = newest.row, low = min(low, newest.row + 1)
FROM (SELECT coalesce((${newest}), 0) AS row) AS newest WHERE kind = '${kind}' AND high > newest.row`);
  return (row) => {
    if (isIndexed.get(row) !== undefined) remove.run(row);
    if (kind === "runs") removeOpen.run(row);
    goBack.run();
  };
}
