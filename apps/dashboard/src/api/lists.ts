// The two long lists: runs and events.
import type { ApiEventRow, ApiRunRow } from "@stepwright/protocol";
import { runQuery, type RunSearch } from "../present/run-search.ts";
import { patchRunStatuses } from "./list-pages.ts";
import { useLiveList, type LiveList } from "./live-list.ts";
import { readEvents, readRuns } from "./queries.ts";
import { serverNow } from "./clock.ts";

const runId = (row: ApiRunRow) => row.id;
const eventId = (row: ApiEventRow) => row.internalId;

/** Runs that match the filters, newest first. */
export function useRuns(search: RunSearch): LiveList<ApiRunRow> {
  const { cursor = null, ...filters } = search;
  return useLiveList<ApiRunRow>({
    key: ["runs", filters],
    idOf: runId,
    firstCursor: cursor,
    readPage: (page) => readRuns(runQuery(filters, serverNow()), page),
    bringsRows: (changes) => cursor === null && changes.runs.length > 0,
    concernsRow: (row, changes) => changes.runs.some((run) => run.id === row.id),
    patch: (list, changes) => {
      const patched = patchRunStatuses(list, new Map(changes.runs.map((run) => [run.id, run.status])));
      return { pages: [...patched.pages], pageParams: [...patched.pageParams] };
    },
  });
}

/** What `/events` is filtered by. */
export interface EventSearch {
  readonly name?: string;
  /** True to show the engine's own events too. */
  readonly internal?: boolean;
  readonly cursor?: string;
}

/** Events that match the filters, newest first. */
export function useEvents(search: EventSearch): LiveList<ApiEventRow> {
  const { cursor = null, ...filters } = search;
  const query = {
    ...(filters.name === undefined ? {} : { name: filters.name }),
    ...(filters.internal === true ? { internal: "true" } : {}),
  };
  return useLiveList<ApiEventRow>({
    key: ["events", query],
    idOf: eventId,
    firstCursor: cursor,
    readPage: (page) => readEvents(query, page),
    bringsRows: (changes) => cursor === null && changes.hasNewEvents,
    concernsRow: (row, changes) => row.runs.some((run) => changes.runs.some((changed) => changed.id === run.runId)),
  });
}
