// Counts runs by one of their times, a piece at a time, in indexes alone.
import type { FunctionId } from "@stepwright/protocol";
import type { CountedPiece, TimedRunFilter } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { functionsOf, idPeriod, rangesOf, type RunRange } from "./run-ranges.ts";
import { judgement, timedEntriesMax } from "./runs-by-time.ts";
import { statementsByText } from "./statements.ts";

interface Counted {
  readonly count: number;
  /** Entries that were looked at. */
  readonly seen: number;
  readonly last: string | null;
}

const nothing: CountedPiece = { count: 0, nextCursor: null };

/** Prepares the count. */
export function runCount(db: Connection): (filter: TimedRunFilter, cursor: string | null) => CountedPiece {
  const prepare = statementsByText<Counted>(db);
  const resolveFunctions = functionsOf(db);

  /** One range after the other; the cursor says how many are done, and where the one at hand goes on. */
  const countRanges = (filter: TimedRunFilter, ranges: readonly RunRange[], cursor: string | null): CountedPiece => {
    const [doneText = "0", from = ""] = cursor?.split(":") ?? [];
    let count = 0;
    let left = timedEntriesMax;
    let behind = from;
    for (const [index, range] of ranges.entries()) {
      if (index < Number(doneText)) continue;
      const { sql, parameters } = rangeCountQuery(filter, range, { behind, entries: left });
      const counted = prepare(sql).get(...parameters);
      count += counted?.count ?? 0;
      left -= counted?.seen ?? 0;
      if (left <= 0) return { count, nextCursor: `${index}:${counted?.last ?? ""}` };
      behind = "";
    }
    return { count, nextCursor: null };
  };

  const countJudged = (
    filter: TimedRunFilter,
    functionIds: readonly FunctionId[] | null,
    cursor: string | null,
  ): CountedPiece => {
    const { sql, parameters } = judgedCountQuery(filter, functionIds, cursor);
    const counted = prepare(sql).get(...parameters);
    const isLast = counted === undefined || counted.seen < timedEntriesMax;
    return { count: counted?.count ?? 0, nextCursor: isLast ? null : counted.last };
  };

  return (filter, cursor) => {
    const functionIds = resolveFunctions(filter);
    if (filter.statuses?.length === 0 || functionIds?.length === 0) return nothing;
    const ranges = filter.time === "queuedAt" ? rangesOf(filter, functionIds) : null;
    return ranges === null ? countJudged(filter, functionIds, cursor) : countRanges(filter, ranges, cursor);
  };
}

/** The SQL that counts a piece of one range of an index. */
export function rangeCountQuery(
  filter: TimedRunFilter,
  range: RunRange,
  piece: { readonly behind: string; readonly entries: number },
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const conditions = [...range.conditions, "id >= ?", "id < ?", "id > ?"].join(" AND ");
  return {
    sql: `SELECT count(*) AS count, count(*) AS seen, max(id) AS last
FROM (SELECT id FROM runs ${range.index} WHERE ${conditions} ORDER BY id LIMIT +?)`,
    parameters: [...range.values, ...idPeriod(filter), piece.behind, piece.entries],
  };
}

/** The SQL that counts a piece of the runs of a period, judging each. */
export function judgedCountQuery(
  filter: TimedRunFilter,
  functionIds: readonly FunctionId[] | null,
  cursor: string | null,
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const judged = judgement(filter, functionIds);
  const fits = judged.sql.replace(/^WHERE /, "") || "true";
  if (filter.time === "queuedAt") {
    return {
      sql: `SELECT count(*) FILTER (WHERE ${fits}) AS count, count(*) AS seen, max(id) AS last
FROM (SELECT id, status, function_id, app_id FROM runs WHERE id >= ? AND id < ? AND id > ? ORDER BY id LIMIT +?)`,
      parameters: [...judged.values, ...idPeriod(filter), cursor ?? "", timedEntriesMax],
    };
  }
  const [index, column] = filter.time === "startedAt" ? ["runs_started", "started_at"] : ["runs_ended", "ended_at"];
  const [at, row] = (cursor ?? "0:0").split(":").map(Number);
  return {
    // Written in one width, the greatest key is that of the last entry.
    sql: `SELECT count(*) FILTER (WHERE ${fits}) AS count, count(*) AS seen, max(printf('%015d:%015d', at, row)) AS last
FROM (SELECT ${column} AS at, row, status, function_id FROM runs INDEXED BY ${index}
WHERE ${column} >= ? AND ${column} < ? AND (${column}, row) > (?, ?) ORDER BY ${column}, row LIMIT +?)`,
    parameters: [...judged.values, filter.from, filter.before, at, row, timedEntriesMax],
  };
}
