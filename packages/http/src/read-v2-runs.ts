// Reads which runs a list of REST v2 is to have, in which order, and where its page begins.
import type { RunStatus } from "@stepwright/engine";
import { asRunId, fieldInvalid, isUlid, millis, ulidTimeMax, type Millis } from "@stepwright/protocol";
import type { RunPosition, TimedRunFilter } from "@stepwright/storage";
import { all, one, type Query } from "./query.ts";
import { readTime } from "./read-v2.ts";
import { appOf, functionOf, type RegistryIndex } from "./registry-index.ts";
import { protoTime } from "./rest-v2.ts";

// Maps, since a plain object has members that nobody put there.
const statuses: ReadonlyMap<string, RunStatus> = new Map([
  ["QUEUED", "queued"],
  ["RUNNING", "running"],
  ["COMPLETED", "completed"],
  ["FAILED", "failed"],
  ["CANCELLED", "cancelled"],
  ["SKIPPED", "skipped"],
]);

/** Runs that were skipped have done nothing; a list has them only when they are asked for. */
const shownStatuses: readonly RunStatus[] = ["queued", "running", "completed", "failed", "cancelled"];

const times: ReadonlyMap<string, TimedRunFilter["time"]> = new Map([
  ["queuedat", "queuedAt"],
  ["startedat", "startedAt"],
  ["endedat", "endedAt"],
]);

/** Reads which runs are wanted; `period` is the time range to be told back, null unless both its ends were given. */
export function readRunFilter(
  query: Query,
  registry: RegistryIndex,
): { readonly filter: TimedRunFilter; readonly period: { readonly from: string; readonly until: string } | null } {
  const time = times.get((one(query, "timeField") ?? "queuedAt").toLowerCase().replaceAll("_", ""));
  if (time === undefined) throw fieldInvalid({ reason: "Time field is invalid" });
  const from = readTime(query, "from");
  const until = readTime(query, "until");
  if (from !== null && until !== null && from >= until) throw fieldInvalid({ reason: "from must be before until" });
  const wanted = all(query, "status").map((text) => statuses.get(text.toUpperCase()));
  if (wanted.includes(undefined)) throw fieldInvalid({ reason: "Status is invalid" });
  const filter: TimedRunFilter = {
    time,
    from: from ?? millis(0),
    before: until ?? endOfTime,
    statuses: wanted.length === 0 ? shownStatuses : wanted.filter((status) => status !== undefined),
    ...ownersOf(query, registry),
  };
  return {
    filter,
    period: from === null || until === null ? null : { from: protoTime(from), until: protoTime(until) },
  };
}

const endOfTime: Millis = millis(ulidTimeMax);

/** Apps and functions that nobody knows have no runs; that is no error. */
function ownersOf(query: Query, registry: RegistryIndex): Pick<TimedRunFilter, "appIds" | "functionIds"> {
  const appNames = all(query, "appId");
  const functionNames = all(query, "functionId");
  if (appNames.length === 0) {
    if (functionNames.length > 0) throw fieldInvalid({ reason: "appId is required when filtering by functionId" });
    return {};
  }
  const apps = appNames.flatMap((name) => appOf(registry, name) ?? []);
  if (functionNames.length === 0) return { appIds: apps.map(({ id }) => id) };
  const functions = apps.flatMap((app) => functionNames.flatMap((name) => functionOf(registry, app, name) ?? []));
  return { functionIds: functions.map(({ id }) => id) };
}

/** Reads the direction of a list. */
export function readOrder(query: Query): "asc" | "desc" {
  const order = (one(query, "order") ?? "desc").toLowerCase();
  if (order !== "asc" && order !== "desc") throw fieldInvalid({ reason: "Order is invalid" });
  return order;
}

/** Opaque to clients: where the page ended, and in the order of which time, so that no other list takes it. */
export function writeRunCursor(time: TimedRunFilter["time"], { at, id }: RunPosition): string {
  return Buffer.from(`${time} ${at} ${id}`).toString("base64url");
}

/** Reads it; null without. */
export function readRunCursor(query: Query, time: TimedRunFilter["time"]): RunPosition | null {
  const cursor = one(query, "cursor");
  if (cursor === null) return null;
  const [madeFor, at = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split(" ");
  if (madeFor !== time || !/^\d{1,15}$/.test(at) || !isUlid(id)) throw fieldInvalid({ reason: "Cursor is invalid" });
  return { at: millis(Number(at)), id: asRunId(id) };
}
