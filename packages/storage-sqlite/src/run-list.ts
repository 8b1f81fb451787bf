// Lists of runs: keyset pages, newest first, whatever the filter.
import type { Run } from "@stepwright/engine";
import { ulidOf, ulidTimeMax, millis } from "@stepwright/protocol";
import type { Page, RunFilter } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { type PageRequest, pageOf, rowsWanted } from "./page.ts";
import { listedRun, type RunRow } from "./run-row.ts";
import { runStatuses } from "./runs.ts";
import { statementsByText } from "./statements.ts";

// A run's id carries the moment it was scheduled, which may differ from `queuedAt` by as much as this. So a
// period a year ago is reached through the ids and costs no more than the newest page.
export const idTimeSlackMs = 60_000;

/** Prepares the list of runs. */
export function runList(db: Connection): (filter: RunFilter, page: PageRequest) => Page<Run> {
  const prepare = statementsByText<RunRow>(db);
  return (filter, page) => {
    if (filter.statuses?.length === 0) return { items: [], nextCursor: null };
    const query = runListQuery(filter, page);
    const rows = prepare(query.sql).all(...query.parameters);
    return pageOf({ rows, page, cursorOf: (row) => row.id, toItem: listedRun });
  };
}

/** The SQL of a filter: one range of an index per status, merged in order of the id. No step of the plan sorts or scans. */
export function runListQuery(
  filter: RunFilter,
  page: PageRequest,
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const base = baseOf(filter);
  const { conditions, values } = runConditions(filter, page.cursor);
  const limit = rowsWanted(page);
  if (base === null) {
    const sql = `SELECT * FROM runs ${conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")} `}ORDER BY id DESC LIMIT +?`;
    return { sql, parameters: [...values, limit] };
  }
  const statuses = [...new Set(filter.statuses ?? runStatuses)];
  // The rows are fetched after the merge, for the page alone.
  const range = `SELECT id FROM runs INDEXED BY ${base} WHERE ${["status = +?", ...conditions].join(" AND ")}`;
  const ids = `${statuses.map(() => range).join(" UNION ALL ")} ORDER BY id DESC LIMIT +?`;
  return {
    sql: `SELECT runs.* FROM (${ids}) AS page CROSS JOIN runs ON runs.id = page.id`,
    parameters: [...statuses.flatMap((status) => [status, ...values]), limit],
  };
}

/** The SQL of all conditions but the statuses; `behind` is the id behind which a page goes on. */
export function runConditions(
  filter: RunFilter,
  behind: string | null = null,
): { readonly conditions: string[]; readonly values: unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const where = (condition: string, value: unknown): void => {
    conditions.push(condition);
    values.push(value);
  };
  if (filter.functionId !== undefined) where("function_id = +?", filter.functionId);
  if (filter.triggerName !== undefined) where("trigger_name = +?", filter.triggerName);
  if (filter.appId !== undefined) where("app_id = +?", filter.appId);
  if (filter.queuedFrom !== undefined) {
    where("queued_at >= ?", filter.queuedFrom);
    where("id >= ?", smallestIdAt(filter.queuedFrom - idTimeSlackMs));
  }
  const bounds = behind === null ? [] : [behind];
  if (filter.queuedBefore !== undefined) {
    where("queued_at < ?", filter.queuedBefore);
    bounds.push(smallestIdAt(filter.queuedBefore + idTimeSlackMs));
  }
  // The lower one alone: of two, SQLite seeks to one and goes through all pages between it and the other.
  const [bound] = bounds.sort();
  if (bound !== undefined) where("id < ?", bound);
  return { conditions, values };
}

/** The index to walk; null for the ids themselves. The narrowest filter wins: a function has fewer runs than its trigger or app. */
function baseOf(filter: RunFilter): string | null {
  if (filter.functionId !== undefined) return "runs_function";
  if (filter.triggerName !== undefined) return "runs_trigger";
  if (filter.appId !== undefined) return "runs_app";
  return filter.statuses === undefined ? null : "runs_status";
}

/** The smallest id that a run of this time can have. */
export function smallestIdAt(at: number): string {
  return ulidOf(millis(Math.min(Math.max(at, 0), ulidTimeMax)), new Uint8Array(10));
}
