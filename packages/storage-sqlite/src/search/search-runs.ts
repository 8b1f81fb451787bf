// The search of runs.
import type { Run } from "@stepwright/engine";
import type { RunFilter, SearchPage, SearchQuery } from "@stepwright/storage";
import type { Connection } from "../connection.ts";
import type { PageRequest } from "../page.ts";
import { idTimeSlackMs, runConditions, smallestIdAt } from "../run-list.ts";
import { listedRun, type RunRow } from "../run-row.ts";
import type { ChangedRuns } from "./changed-runs.ts";
import { facetsOfRuns } from "./facets.ts";
import { runTexts } from "./read-texts.ts";
import { type RowFilter, searchList } from "./search-list.ts";

/** Changed runs read one by one, the newest: most of them were never indexed, so few have to be. */
const changedMax = 500;
const runsPerEventMax = 100;

const getSql = "SELECT * FROM runs WHERE row = ?";
// A run's row follows the time in its id, but for commits that overtake each other.
const rowSinceSql = "SELECT row FROM runs WHERE id >= ? ORDER BY id LIMIT 1";
const rowOfIdSql = "SELECT row FROM runs WHERE id = ?";
const rowsOfEventSql = `SELECT runs.row FROM events CROSS JOIN run_events ON run_events.event_seq = events.seq
CROSS JOIN runs ON runs.id = run_events.run_id WHERE events.internal_id = +? LIMIT ${runsPerEventMax}`;
const changedRowSql = `SELECT runs.row FROM runs CROSS JOIN search_open_runs ON search_open_runs.row = runs.row WHERE runs.id = +?`;

/** Prepares the search of runs on the reading connection. */
export function searchRuns(
  db: Connection,
  changed: ChangedRuns,
): (query: SearchQuery, filter: RunFilter, page: PageRequest) => SearchPage<Run> {
  const get = db.prepare<[number], RunRow>(getSql);
  const rowSince = db.prepare<[string], number>(rowSinceSql).pluck();
  const rowOfId = db.prepare<[string], number>(rowOfIdSql).pluck();
  const rowsOfEvent = db.prepare<[string], number>(rowsOfEventSql).pluck();
  const changedRow = db.prepare<[string], number>(changedRowSql).pluck();
  const search = searchList(db, {
    kind: "runs",
    texts: runTexts(db),
    rowsOfId: (id) => [...rowOfId.all(id), ...rowsOfEvent.all(id)],
    changedRows: () =>
      changed
        .newest(changedMax)
        .map((id) => changedRow.get(id))
        .filter((row) => row !== undefined),
    get: (row) => get.get(row),
    toItem: listedRun,
  });
  const rowAt = (at: number): number => rowSince.get(smallestIdAt(at)) ?? Number.MAX_SAFE_INTEGER;

  return (query, filter, page) => {
    if (filter.statuses?.length === 0) return { items: [], nextCursor: null, notIndexed: 0, tooShort: null };
    const { conditions, values } = runConditions(filter);
    if (filter.statuses !== undefined) {
      conditions.push(`status IN (${filter.statuses.map(() => "?").join(", ")})`);
      values.push(...filter.statuses);
    }
    const rows: RowFilter = {
      conditions,
      values,
      facets: facetsOfRuns(filter),
      withoutFacet: null,
      from: filter.queuedFrom === undefined ? 0 : rowAt(filter.queuedFrom - 2 * idTimeSlackMs),
      below: Math.min(
        page.cursor === null ? Number.MAX_SAFE_INTEGER : Number(page.cursor),
        filter.queuedBefore === undefined ? Number.MAX_SAFE_INTEGER : rowAt(filter.queuedBefore + 2 * idTimeSlackMs),
      ),
    };
    return search(query, rows, page);
  };
}
