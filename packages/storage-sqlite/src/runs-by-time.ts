// Lists of runs in the order of one of their times.
import type { Run } from "@stepwright/engine";
import { asRunId, type FunctionId, millis, ulidTime } from "@stepwright/protocol";
import type { RunPosition, TimedRunFilter } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { pageRowsMax } from "./page.ts";
import { functionsOf, idBounds, rangesOf, statusesOf, timeBounds } from "./run-ranges.ts";
import { listedRun, type RunRow } from "./run-row.ts";
import { statementsByText } from "./statements.ts";

/** Which page of the list is wanted. */
export interface TimedPageRequest {
  readonly direction: "asc" | "desc";
  readonly after: RunPosition | null;
  readonly limit: number;
}

/** A statement with its values. */
export interface TimedQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** Entries of an index that one request looks at: some milliseconds. */
const timedEntriesMax = 10_000;

/** Prepares the list. */
export function runsByTime(db: Connection) {
  const prepare = statementsByText<RunRow>(db);
  const preparePosition = statementsByText<{ at: number; id: string }>(db);
  const resolveFunctions = functionsOf(db);
  return (
    filter: TimedRunFilter,
    page: TimedPageRequest,
  ): { readonly items: readonly Run[]; readonly next: RunPosition | null } => {
    const functionIds = resolveFunctions(filter);
    if (filter.statuses?.length === 0 || functionIds?.length === 0) return { items: [], next: null };
    const query = timedRunQuery(filter, page, functionIds);
    const rows = prepare(query.page.sql).all(...query.page.parameters);
    const items = rows.slice(0, limitOf(page) - 1).map(listedRun);
    const last = items.at(-1);
    if (rows.length > items.length && last !== undefined) return { items, next: positionOf(last, filter.time) };
    // Where it stopped looking; nothing there means that it saw the end.
    const stop = query.last === null ? undefined : preparePosition(query.last.sql).get(...query.last.parameters);
    return { items, next: stop === undefined ? null : { at: millis(stop.at), id: asRunId(stop.id) } };
  };
}

/** The SQL of a page, and that of the entry where it stops looking; null when it looks no further than the page. */
export function timedRunQuery(
  filter: TimedRunFilter,
  page: TimedPageRequest,
  functionIds: readonly FunctionId[] | null,
): { readonly page: TimedQuery; readonly last: TimedQuery | null } {
  if (filter.time !== "queuedAt") return judgedQuery(entriesByTime(filter, page), filter, page, functionIds);
  const ranges = rangesOf(filter, functionIds);
  if (ranges === null) return judgedQuery(entriesById(filter, page), filter, page, functionIds);
  const { conditions, values } = idConditions(filter, page);
  const order = `ORDER BY id ${page.direction} LIMIT +?`;
  const parts = ranges.map(
    (range) => `SELECT id FROM runs ${range.index} WHERE ${[...range.conditions, ...conditions].join(" AND ")}`,
  );
  const sql = `SELECT runs.* FROM (${parts.join(" UNION ALL ")} ${order}) AS page CROSS JOIN runs ON runs.id = page.id`;
  const parameters = [...ranges.flatMap((range) => [...range.values, ...values]), limitOf(page)];
  return { page: { sql, parameters }, last: null };
}

interface Entries {
  /** Selects the entries of an index in order, without a limit: `row`, `at` and what is judged. */
  readonly sql: string;
  readonly values: readonly unknown[];
}

function entriesById(filter: TimedRunFilter, page: TimedPageRequest): Entries {
  const { conditions, values } = idConditions(filter, page);
  const sql = `SELECT row, queued_at AS at, status, function_id, app_id FROM runs WHERE ${conditions.join(" AND ")} ORDER BY id ${page.direction}`;
  return { sql, values };
}

function entriesByTime(filter: TimedRunFilter, { after, direction }: TimedPageRequest): Entries {
  const [index, column] = filter.time === "startedAt" ? ["runs_started", "started_at"] : ["runs_ended", "ended_at"];
  const { conditions, values } = timeBounds(column, filter, after === null ? null : { position: after, direction });
  const sql = `SELECT row, ${column} AS at, status, function_id FROM runs INDEXED BY ${index}
WHERE ${conditions.join(" AND ")} ORDER BY ${column} ${direction}, row ${direction}`;
  return { sql, values };
}

/** Looks at so many entries, judges them one by one, and reads the rows of those that fit. */
function judgedQuery(
  { sql, values }: Entries,
  filter: TimedRunFilter,
  page: TimedPageRequest,
  functionIds: readonly FunctionId[] | null,
): { readonly page: TimedQuery; readonly last: TimedQuery } {
  const judged = judgement(filter, functionIds);
  const text = `SELECT runs.* FROM (SELECT row FROM (${sql} LIMIT +?) ${judged.sql} LIMIT +?) AS page CROSS JOIN runs ON runs.row = page.row`;
  return {
    page: { sql: text, parameters: [...values, timedEntriesMax, ...judged.values, limitOf(page)] },
    last: {
      sql: `SELECT at, (SELECT id FROM runs WHERE runs.row = entry.row) AS id FROM (${sql} LIMIT 1 OFFSET +?) AS entry`,
      parameters: [...values, timedEntriesMax - 1],
    },
  };
}

/** The conditions of a filter that no index holds together. */
export function judgement(
  filter: TimedRunFilter,
  functionIds: readonly FunctionId[] | null,
): { readonly sql: string; readonly values: readonly unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const oneOf = (column: string, allowed: readonly string[]): void => {
    conditions.push(`${column} IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(allowed));
  };
  if (filter.statuses !== undefined) oneOf("status", statusesOf(filter));
  if (functionIds !== null) oneOf("function_id", functionIds);
  else if (filter.appIds !== undefined) oneOf("app_id", filter.appIds);
  return { sql: conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`, values };
}

function idConditions(filter: TimedRunFilter, { after, direction }: TimedPageRequest) {
  return idBounds(filter, after === null ? null : { id: after.id, direction });
}

function positionOf(run: Run, time: TimedRunFilter["time"]): RunPosition {
  return { at: (time === "queuedAt" ? null : run[time]) ?? ulidTime(run.id), id: run.id };
}

/** One more than the page has tells whether another follows. */
function limitOf(page: TimedPageRequest): number {
  return Math.min(Math.max(Math.floor(page.limit), 1), pageRowsMax) + 1;
}
