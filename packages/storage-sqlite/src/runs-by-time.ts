// Runs in the order of one of their times, in either direction.
import type { Run } from "@stepwright/engine";
import { millis, ulidOf, ulidTimeMax } from "@stepwright/protocol";
import type { Page, TimedRunFilter } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { type PageRequest, pageOf, rowsWanted } from "./page.ts";
import { runFromRow, type RunRow } from "./run-row.ts";
import { statementsByText } from "./statements.ts";

/** A page with a direction. */
export interface TimedPage extends PageRequest {
  readonly direction: "asc" | "desc";
}

/** Prepares the list. */
export function runsByTime(db: Connection): (filter: TimedRunFilter, page: TimedPage) => Page<Run> {
  const prepare = statementsByText<RunRow>(db);
  return (filter, page) => {
    if ([filter.statuses, filter.functionIds, filter.appIds].some((list) => list?.length === 0))
      return { items: [], nextCursor: null };
    const { sql, parameters } = timedRunQuery(filter, page);
    const cursorOf = (row: RunRow): string =>
      filter.time === "queuedAt" ? row.id : `${filter.time === "startedAt" ? row.started_at : row.ended_at}:${row.id}`;
    return pageOf({ rows: prepare(sql).all(...parameters), page, cursorOf, toItem: runFromRow });
  };
}

/** The SQL of a filter. By `queuedAt` it walks the ids; by the other times it sorts what the period has. */
function timedRunQuery(
  filter: TimedRunFilter,
  page: TimedPage,
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const conditions: string[] = [];
  const parameters: unknown[] = [];
  const where = (condition: string, ...values: unknown[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  const among = (column: string, values: readonly string[] | undefined): void => {
    if (values !== undefined) where(`+${column} IN (${values.map(() => "?").join(", ")})`, ...values);
  };
  const order = page.direction === "asc" ? "ASC" : "DESC";
  const behind = page.direction === "asc" ? ">" : "<";
  const column = filter.time === "startedAt" ? "started_at" : "ended_at";
  if (filter.time === "queuedAt") {
    where("id >= ? AND id < ?", smallestIdAt(filter.from), smallestIdAt(filter.before));
    if (page.cursor !== null) where(`id ${behind} ?`, page.cursor);
  } else {
    where(`${column} >= ? AND ${column} < ?`, filter.from, filter.before);
    // Nothing starts or ends before it was made.
    where("id < ?", smallestIdAt(filter.before));
    if (page.cursor !== null) {
      const [at = "", id = ""] = page.cursor.split(":");
      where(`(${column}, id) ${behind} (?, ?)`, Number(at), id);
    }
  }
  among("status", filter.statuses);
  among("function_id", filter.functionIds);
  among("app_id", filter.appIds);
  const keys = filter.time === "queuedAt" ? `id ${order}` : `${column} ${order}, id ${order}`;
  const sql = `SELECT * FROM runs WHERE ${conditions.join(" AND ")} ORDER BY ${keys} LIMIT +?`;
  return { sql, parameters: [...parameters, rowsWanted(page)] };
}

function smallestIdAt(at: number): string {
  return ulidOf(millis(Math.min(Math.max(at, 0), ulidTimeMax)), new Uint8Array(10));
}
