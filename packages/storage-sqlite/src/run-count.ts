// Counts runs by one of their times, a piece at a time, in indexes alone.
import type { FunctionId } from "@stepwright/protocol";
import type { CountedPiece, TimedRunFilter } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { functionsOf, idBounds, rangesOf, type RunRange } from "./run-ranges.ts";
import { judgement } from "./runs-by-time.ts";
import { statementsByText } from "./statements.ts";

/** Entries of an index that one piece looks at: some milliseconds. */
const countedEntriesMax = 20_000;

interface Counted {
  readonly count: number;
  /** Entries that were looked at. */
  readonly seen: number;
}

interface CountQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Selects the entry at which the piece ends. Told apart, as the greatest of them in the same statement takes three times as long. */
  readonly last: { readonly sql: string; readonly parameters: readonly unknown[] };
}

/** Prepares the count. */
export function runCount(db: Connection): (filter: TimedRunFilter, cursor: string | null) => CountedPiece {
  const prepare = statementsByText<Counted>(db);
  const prepareLast = statementsByText<{ last: string }>(db);
  const resolveFunctions = functionsOf(db);
  const count = (query: CountQuery): Counted => prepare(query.sql).get(...query.parameters) ?? { count: 0, seen: 0 };
  const lastOf = ({ last }: CountQuery): string => prepareLast(last.sql).get(...last.parameters)?.last ?? "";

  /** One range after the other; the cursor says how many are done, and where the one at hand goes on. */
  const countRanges = (filter: TimedRunFilter, ranges: readonly RunRange[], cursor: string | null): CountedPiece => {
    const [doneText = "0", from = ""] = cursor?.split(":") ?? [];
    let sum = 0;
    let left = countedEntriesMax;
    let behind = from;
    for (const [index, range] of ranges.entries()) {
      if (index < Number(doneText)) continue;
      const query = rangeCountQuery(filter, range, { behind, entries: left });
      const counted = count(query);
      sum += counted.count;
      left -= counted.seen;
      if (left <= 0) return { count: sum, nextCursor: `${index}:${lastOf(query)}` };
      behind = "";
    }
    return { count: sum, nextCursor: null };
  };

  return (filter, cursor) => {
    const functionIds = resolveFunctions(filter);
    if (filter.statuses?.length === 0 || functionIds?.length === 0) return { count: 0, nextCursor: null };
    const ranges = filter.time === "queuedAt" ? rangesOf(filter, functionIds) : null;
    if (ranges !== null) return countRanges(filter, ranges, cursor);
    const query = judgedCountQuery(filter, functionIds, cursor);
    const counted = count(query);
    return { count: counted.count, nextCursor: counted.seen < countedEntriesMax ? null : lastOf(query) };
  };
}

/** The SQL that counts a piece of one range of an index. */
export function rangeCountQuery(
  filter: TimedRunFilter,
  range: RunRange,
  piece: { readonly behind: string; readonly entries: number },
): CountQuery {
  const bounds = idBounds(filter, { id: piece.behind, direction: "asc" });
  const from = `FROM runs ${range.index} WHERE ${[...range.conditions, ...bounds.conditions].join(" AND ")} ORDER BY id`;
  const values = [...range.values, ...bounds.values];
  return {
    sql: `SELECT count(*) AS count, count(*) AS seen FROM (SELECT id ${from} LIMIT +?)`,
    parameters: [...values, piece.entries],
    last: { sql: `SELECT id AS last ${from} LIMIT 1 OFFSET +?`, parameters: [...values, piece.entries - 1] },
  };
}

/** The SQL that counts a piece of the runs of a period, judging each. */
export function judgedCountQuery(
  filter: TimedRunFilter,
  functionIds: readonly FunctionId[] | null,
  cursor: string | null,
): CountQuery {
  const judged = judgement(filter, functionIds);
  const fits = judged.sql.replace(/^WHERE /, "") || "true";
  const { from, columns, last, values } = entriesOf(filter, cursor);
  return {
    sql: `SELECT count(*) FILTER (WHERE ${fits}) AS count, count(*) AS seen FROM (SELECT ${columns} ${from} LIMIT +?)`,
    parameters: [...judged.values, ...values, countedEntriesMax],
    last: { sql: `SELECT ${last} AS last ${from} LIMIT 1 OFFSET +?`, parameters: [...values, countedEntriesMax - 1] },
  };
}

function entriesOf(filter: TimedRunFilter, cursor: string | null) {
  if (filter.time === "queuedAt") {
    const { conditions, values } = idBounds(filter, { id: cursor ?? "", direction: "asc" });
    const from = `FROM runs WHERE ${conditions.join(" AND ")} ORDER BY id`;
    return { from, columns: "status, function_id, app_id", last: "id", values };
  }
  const [index, column] = filter.time === "startedAt" ? ["runs_started", "started_at"] : ["runs_ended", "ended_at"];
  const [at, row] = (cursor ?? "").split(":").map(Number);
  const isFirst = cursor === null;
  return {
    from: `FROM runs INDEXED BY ${index}
WHERE ${isFirst ? `${column} >= ?` : `(${column}, row) > (?, ?)`} AND ${column} < ? ORDER BY ${column}, row`,
    columns: "status, function_id",
    last: `${column} || ':' || row`,
    values: isFirst ? [filter.from, filter.before] : [at, row, filter.before],
  };
}
