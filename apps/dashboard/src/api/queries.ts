// What pages read, by the key under which it is kept. Updates are pushed (see apply-live.ts),
// so nothing here goes stale by itself.
import type {
  ApiApp,
  ApiCancellation,
  ApiCancellationPreview,
  ApiCancellationRequest,
  ApiEventDetail,
  ApiEventRow,
  ApiFunction,
  ApiFunctionQueue,
  ApiInfo,
  ApiPage,
  ApiRun,
  ApiRunRow,
  ApiSetAside,
} from "@stepwright/protocol";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { BacklogCount } from "../present/queue-text.ts";
import { callApi, readApi } from "./request.ts";

/** First parts of the keys. */
export const keys = {
  info: "info",
  setAside: "setAside",
  run: "run",
  event: "event",
  functions: "functions",
  queue: "queue",
  apps: "apps",
  cancellations: "cancellations",
  list: "list",
} as const;

/** Rows per page of a list. */
export const pageRows = 50;
/** Rows that a backlog is counted by; the longest page there is. */
const backlogRows = 100;

/** A clock that tests move tells nobody. */
const virtualClockMs = 1_000;

/** The server and its figures. */
export function infoQuery() {
  return queryOptions({
    queryKey: [keys.info],
    queryFn: ({ signal }) => readApi<ApiInfo>("/api/info", { signal }),
    refetchInterval: ({ state }) => (state.data?.virtualNow == null ? false : virtualClockMs),
  });
}

/** The first hundred items that could not be processed, the newest first. `count` is how many there are: another number, another list. */
export function setAsideQuery(count: number) {
  return queryOptions({
    queryKey: [keys.setAside, count],
    queryFn: ({ signal }) => readApi<ApiPage<ApiSetAside>>("/api/set-aside?limit=100", { signal }),
    placeholderData: keepPreviousData,
    // Nothing is pushed about it, and it is only read while it is looked at.
    staleTime: 0,
  });
}

/** One run with all its steps. */
export function runQuery(runId: string) {
  return queryOptions({
    queryKey: [keys.run, runId],
    queryFn: ({ signal }) => readApi<ApiRun>(`/api/runs/${encodeURIComponent(runId)}`, { signal }),
  });
}

/** One event with its payload and runs. */
export function eventQuery(eventId: string) {
  return queryOptions({
    queryKey: [keys.event, eventId],
    queryFn: ({ signal }) => readApi<ApiEventDetail>(`/api/events/${encodeURIComponent(eventId)}`, { signal }),
  });
}

/** All functions, by name. */
export function functionsQuery() {
  return queryOptions({
    queryKey: [keys.functions],
    queryFn: async ({ signal }) => {
      const { items } = await readApi<{ readonly items: readonly ApiFunction[] }>("/api/functions", { signal });
      return items.toSorted((a, b) => a.name.localeCompare(b.name));
    },
  });
}

/** The calls of a function that have not ended. */
export function queueQuery(slug: string) {
  return queryOptions({
    queryKey: [keys.queue, slug],
    queryFn: ({ signal }) => readApi<ApiFunctionQueue>(`/api/functions/${encodeURIComponent(slug)}/queue`, { signal }),
  });
}

/** Runs of a function that have not begun, counted on one page of the list. */
export function backlogQuery(slug: string) {
  return queryOptions({
    queryKey: [keys.queue, slug, "backlog"],
    queryFn: async ({ signal }): Promise<BacklogCount> => {
      const query = { function: slug, status: "queued", limit: String(backlogRows) };
      const page = await readRuns(query, { cursor: null, signal });
      return { count: page.items.length, isMore: page.nextCursor !== null };
    },
  });
}

/** All apps, by name. */
export function appsQuery() {
  return queryOptions({
    queryKey: [keys.apps],
    queryFn: async ({ signal }) => {
      const { items } = await readApi<{ readonly items: readonly ApiApp[] }>("/api/apps", { signal });
      return items.toSorted((a, b) => a.name.localeCompare(b.name));
    },
  });
}

/** Bulk cancellations that are shown, the newest first. */
const cancellationsShown = 5;
/** As often as the end of a cancellation is looked for: nothing is pushed about it, only about its runs. */
const cancellationPollMs = 1_000;
/** As often as a preview is counted anew while it is looked at. */
const previewPollMs = 5_000;

/** The latest bulk cancellations. */
export function cancellationsQuery() {
  return queryOptions({
    queryKey: [keys.cancellations],
    queryFn: ({ signal }) =>
      readApi<ApiPage<ApiCancellation>>(`/api/cancellations?limit=${cancellationsShown}`, { signal }),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ endedAt }) => endedAt === null) === true ? cancellationPollMs : false,
  });
}

/** How many runs a bulk cancellation would hit; `request` is null while it is not known which are meant. */
export function cancellationPreviewQuery(request: ApiCancellationRequest | null) {
  return queryOptions({
    queryKey: [keys.cancellations, "preview", request],
    queryFn: () => callApi<ApiCancellationPreview>("POST", "/api/cancellations/preview", request),
    enabled: request !== null,
    staleTime: 0,
    gcTime: 0,
    refetchInterval: previewPollMs,
  });
}

/** Reads one page of a list of runs. */
export function readRuns(
  query: Readonly<Record<string, string>>,
  page: { readonly cursor: string | null; readonly signal?: AbortSignal },
) {
  return readPage<ApiRunRow>("/api/runs", query, page);
}

/** Reads one page of a list of events. */
export function readEvents(
  query: Readonly<Record<string, string>>,
  page: { readonly cursor: string | null; readonly signal?: AbortSignal },
) {
  return readPage<ApiEventRow>("/api/events", query, page);
}

/** Reads the payload of the newest event of a name; null when there is none. */
export async function readLastEvent(name: string): Promise<ApiEventDetail | null> {
  const { items } = await readPage<ApiEventRow>("/api/events", { name, limit: "1" }, { cursor: null });
  const [newest] = items;
  return newest === undefined ? null : readApi<ApiEventDetail>(`/api/events/${newest.internalId}`);
}

function readPage<T>(
  path: string,
  query: Readonly<Record<string, string>>,
  { cursor, signal }: { readonly cursor: string | null; readonly signal?: AbortSignal },
): Promise<ApiPage<T>> {
  const whole = { limit: String(pageRows), ...query, ...(cursor === null ? {} : { cursor }) };
  return readApi<ApiPage<T>>(path, { query: whole, ...(signal === undefined ? {} : { signal }) });
}
