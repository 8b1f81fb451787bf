// The two long lists: runs and events.
import type { ApiEventRow, ApiRunRow } from "@stepwright/protocol";
import { isEnded } from "../present/status.ts";
import { runsQuery, type RunSearch } from "../present/run-search.ts";
import { currentTime } from "./clock.ts";
import { useLiveList, type LiveList } from "./live-list.ts";
import { readEvents, readRuns } from "./queries.ts";

const runId = (row: ApiRunRow) => row.id;
const eventId = (row: ApiEventRow) => row.internalId;

/** Runs that match the filters, newest first. */
export function useRuns(search: RunSearch): LiveList<ApiRunRow> {
  const { cursor = null, ...filters } = search;
  return useLiveList<ApiRunRow>({
    key: ["runs", filters],
    idOf: runId,
    firstCursor: cursor,
    readPage: (page) => readRuns(runsQuery(filters, currentTime()), page),
    bringsRows: (changes) => cursor === null && changes.runs.length > 0,
    // What a run waits for is free when another run has gone on.
    concernsRow: (row, changes) =>
      changes.runs.some((run) => run.id === row.id) ||
      (row.activity?.waitsFor != null && (changes.runs.length > 0 || changes.haveAppsChanged)),
    patch: (row, changes) => {
      const status = changes.runs.find((run) => run.id === row.id)?.status ?? row.status;
      // What an unfinished run does now is read with its page; the end of a run ends whatever it did.
      return { ...row, status, activity: isEnded(status) ? null : row.activity };
    },
  });
}

/** What `/events` is filtered by. */
export interface EventSearch {
  readonly name?: string;
  /** What is searched for. */
  readonly q?: string;
  /** True to show the engine's own events too. */
  readonly internal?: boolean;
  readonly cursor?: string;
}

/** Events that match the filters, newest first. */
export function useEvents(search: EventSearch): LiveList<ApiEventRow> {
  const { cursor = null, ...filters } = search;
  const query = {
    ...(filters.name === undefined ? {} : { name: filters.name }),
    ...(filters.q === undefined ? {} : { search: filters.q }),
    ...(filters.internal === true ? { internal: "true" } : {}),
  };
  return useLiveList<ApiEventRow>({
    key: ["events", query],
    idOf: eventId,
    firstCursor: cursor,
    readPage: (page) => readEvents(query, page),
    bringsRows: (changes) => cursor === null && changes.hasNewEvents,
    concernsRow: (row, changes) => row.runs.some((run) => changes.runs.some((changed) => changed.id === run.runId)),
    patch: (row, changes) => ({
      ...row,
      runs: row.runs.map((run) => ({
        ...run,
        status: changes.runs.find((changed) => changed.id === run.runId)?.status ?? run.status,
      })),
    }),
  });
}
