// A filter of runs by the time they were queued, as ranges of indexes that are in the order of the ids.
import type { RunStatus } from "@stepwright/engine";
import type { FunctionId, Millis } from "@stepwright/protocol";
import type { TimedRunFilter } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { smallestIdAt } from "./run-list.ts";
import { runStatuses } from "./runs.ts";

/** What a range of an index begins with: conditions and their values. The runs in it are in the order of their ids. */
export interface RunRange {
  readonly index: string;
  readonly conditions: readonly string[];
  readonly values: readonly unknown[];
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

/** Ids of runs that were queued in the period of a filter. */
export function idPeriod(filter: { readonly from: Millis; readonly before: Millis }): readonly [string, string] {
  return [smallestIdAt(filter.from), smallestIdAt(filter.before)];
}

/** Prepares what makes one list of functions of the functions and apps that a filter names; null when it names no function. */
export function functionsOf(db: Connection): (filter: TimedRunFilter) => readonly FunctionId[] | null {
  const ofApps = db
    .prepare<[string], FunctionId>("SELECT id FROM functions WHERE app_id IN (SELECT value FROM json_each(?))")
    .pluck();
  return ({ time, functionIds, appIds }) => {
    if (appIds === undefined) return functionIds ?? null;
    // There is an index by app for the order of ids, and for no other.
    if (functionIds === undefined && time === "queuedAt") return null;
    const known = ofApps.all(JSON.stringify(appIds));
    return functionIds === undefined ? known : functionIds.filter((id) => known.includes(id));
  };
}
