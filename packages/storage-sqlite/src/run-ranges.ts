// A filter of runs by the time they were queued, as ranges of indexes that are in the order of the ids.
import type { RunStatus } from "@stepwright/engine";
import type { FunctionId } from "@stepwright/protocol";
import type { RunPosition, TimedRunFilter } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { smallestIdAt } from "./run-list.ts";
import { runStatuses } from "./runs.ts";

/** A range of an index and the conditions that it begins with. The runs in it are in the order of their ids. */
export interface RunRange extends Bounds {
  readonly index: string;
}

// Few enough for one statement; a filter with more of them is judged row by row.
const rangesMax = 60;

/** The ranges that hold exactly the runs of a filter, but for its period; null when there are too many of them. */
export function rangesOf(
  filter: TimedRunFilter,
  functionIds: readonly FunctionId[] | null,
): readonly RunRange[] | null {
  const statuses = statusesOf(filter);
  const keys = functionIds ?? filter.appIds ?? null;
  if (keys === null) {
    if (filter.statuses === undefined) return [{ index: "", conditions: [], values: [] }];
    return statuses.map((status) => ({
      index: "INDEXED BY runs_status",
      conditions: ["status = +?"],
      values: [status],
    }));
  }
  const unique = [...new Set<string>(keys)];
  if (unique.length * statuses.length > rangesMax) return null;
  const [index, column] = functionIds === null ? ["runs_app", "app_id"] : ["runs_function", "function_id"];
  return unique.flatMap((key) =>
    statuses.map((status) => ({
      index: `INDEXED BY ${index}`,
      conditions: [`${column} = +?`, "status = +?"],
      values: [key, status],
    })),
  );
}

/** The statuses that are asked for, each once. */
export function statusesOf(filter: TimedRunFilter): readonly RunStatus[] {
  return [...new Set(filter.statuses ?? runStatuses)];
}

/** Conditions and their values. */
export interface Bounds {
  readonly conditions: readonly string[];
  readonly values: readonly unknown[];
}

/**
 * The ids of runs that were queued in the period of a filter, and are greater or less than one.
 *
 * At each end one bound alone: of two, SQLite seeks to one and goes through all between it and the other.
 */
export function idBounds(
  filter: Pick<TimedRunFilter, "from" | "before">,
  behind: { readonly id: string; readonly direction: "asc" | "desc" } | null,
): Bounds {
  const [from, before] = [smallestIdAt(filter.from), smallestIdAt(filter.before)];
  const isPastFrom = behind !== null && behind.direction === "asc" && behind.id >= from;
  const isBeforeEnd = behind !== null && behind.direction === "desc" && behind.id < before;
  return {
    conditions: [isPastFrom ? "id > ?" : "id >= ?", "id < ?"],
    values: [isPastFrom ? behind.id : from, isBeforeEnd ? behind.id : before],
  };
}

/** As `idBounds`, for another time of runs. */
export function timeBounds(
  column: string,
  filter: Pick<TimedRunFilter, "from" | "before">,
  behind: { readonly position: RunPosition; readonly direction: "asc" | "desc" } | null,
): Bounds {
  const whole = { conditions: [`${column} >= ?`, `${column} < ?`], values: [filter.from, filter.before] };
  if (behind === null) return whole;
  const { position, direction } = behind;
  if (position.at < filter.from || position.at >= filter.before) {
    // A place outside of the period has either all of it behind it, or nothing.
    const isAllBehind = direction === "asc" ? position.at < filter.from : position.at >= filter.before;
    return isAllBehind ? whole : { conditions: ["false"], values: [] };
  }
  // A run that was removed since has no place among those of its moment any more: they are given again.
  const row = `coalesce((SELECT row FROM runs WHERE id = +?), ${direction === "asc" ? 0 : Number.MAX_SAFE_INTEGER})`;
  return direction === "asc"
    ? {
        conditions: [`(${column}, row) > (?, ${row})`, `${column} < ?`],
        values: [position.at, position.id, filter.before],
      }
    : {
        conditions: [`${column} >= ?`, `(${column}, row) < (?, ${row})`],
        values: [filter.from, position.at, position.id],
      };
}

/** Prepares what makes one list of functions of the functions and apps that a filter names; null when it names no function. */
export function functionsOf(db: Connection): (filter: TimedRunFilter) => readonly FunctionId[] | null {
  const ofApps = db
    .prepare<[string], FunctionId>("SELECT id FROM functions WHERE app_id IN (SELECT value FROM json_each(?))")
    .pluck();
  return ({ time, functionIds, appIds }) => {
    if (appIds === undefined) return functionIds ?? null;
    if (appIds.length === 0) return [];
    // There is an index by app for the order of ids, and for no other.
    if (functionIds === undefined && time === "queuedAt") return null;
    const known = ofApps.all(JSON.stringify(appIds));
    return functionIds === undefined ? known : functionIds.filter((id) => known.includes(id));
  };
}
