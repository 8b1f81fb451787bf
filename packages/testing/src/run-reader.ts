// Reads runs through the server's own API, so that a test sees what the dashboard shows.
import type { buildServer } from "@stepwright/http";
import type { ApiDoing, ApiEventDetail, ApiPage, ApiRun, ApiRunRow, ApiRunStatus } from "@stepwright/protocol";
import type { LiveFeed } from "@stepwright/runtime";

/** Which runs to list; all given conditions hold. */
export interface RunFilter {
  readonly status?: ApiRunStatus | readonly ApiRunStatus[];
  /** Full id of the function, such as `my-app-welcome-email`. */
  readonly function?: string;
  /** Name of the triggering event. */
  readonly event?: string;
}

/** Reads of runs. */
export interface RunReader {
  run(runId: string): Promise<ApiRun>;
  list(filter?: RunFilter): Promise<readonly ApiRunRow[]>;
  startedBy(eventId: string): Promise<readonly ApiRun[]>;
  /** Ids of unfinished runs, a hundred at most. */
  unfinished(): Promise<readonly string[]>;
  /** Resolves once the run has ended; throws after `timeoutMs` of real time. */
  ended(runId: string, options: { readonly timeoutMs: number; readonly feed: LiveFeed }): Promise<ApiRun>;
  isEnded(run: ApiRun): boolean;
  /** A sentence that says what an unfinished run is waiting for. */
  describe(run: ApiRun): string;
}

const unfinishedStatuses: readonly ApiRunStatus[] = ["queued", "running"];
const pageSize = 100;

/** Makes the reader on an HTTP server, whether it listens or not. */
export function createRunReader(http: ReturnType<typeof buildServer>): RunReader {
  const get = async <T>(path: string): Promise<T> => {
    const response = await http.inject({ method: "GET", url: path });
    if (response.statusCode !== 200) throw new Error(`GET ${path} answered ${response.statusCode}: ${response.body}`);
    return response.json<T>();
  };
  const run = (runId: string): Promise<ApiRun> => get(`/api/runs/${encodeURIComponent(runId)}`);
  const page = (filter: RunFilter, cursor: string | null): Promise<ApiPage<ApiRunRow>> =>
    get(`/api/runs?${queryOf(filter, cursor).toString()}`);

  return {
    run,
    isEnded,
    describe,
    async list(filter = {}) {
      const rows: ApiRunRow[] = [];
      let cursor: string | null = null;
      do {
        const { items, nextCursor }: ApiPage<ApiRunRow> = await page(filter, cursor);
        rows.push(...items);
        cursor = nextCursor;
      } while (cursor !== null);
      return rows;
    },
    async startedBy(eventId) {
      const { runs } = await get<ApiEventDetail>(`/api/events/${encodeURIComponent(eventId)}`);
      return Promise.all(runs.map(({ runId }) => run(runId)));
    },
    async unfinished() {
      const { items } = await page({ status: unfinishedStatuses }, null);
      return items.map(({ id }) => id);
    },
    async ended(runId, { timeoutMs, feed }) {
      const changed = Promise.withResolvers<void>();
      const unsubscribe = feed.subscribe((change) => {
        if (change.runs.some(({ id, status }) => id === runId && !unfinishedStatuses.includes(status)))
          changed.resolve();
      });
      const timeout = AbortSignal.timeout(timeoutMs);
      timeout.addEventListener("abort", () => changed.resolve(), { once: true });
      try {
        const before = await run(runId);
        if (isEnded(before)) return before;
        await changed.promise;
        const after = await run(runId);
        if (!isEnded(after)) throw new Error(`after ${timeoutMs} ms ${describe(after)}`);
        return after;
      } finally {
        unsubscribe();
      }
    },
  };
}

function queryOf(filter: RunFilter, cursor: string | null): URLSearchParams {
  const query = new URLSearchParams({ limit: String(pageSize) });
  if (filter.status !== undefined) query.set("status", [filter.status].flat().join(","));
  if (filter.function !== undefined) query.set("function", filter.function);
  if (filter.event !== undefined) query.set("event", filter.event);
  if (cursor !== null) query.set("cursor", cursor);
  return query;
}

function isEnded(run: ApiRun): boolean {
  return !unfinishedStatuses.includes(run.status);
}

function describe(run: ApiRun): string {
  const doing = run.doing.map(describeDoing).join("; ");
  return `run ${run.id} of ${run.functionSlug} is still ${run.status}: ${doing === "" ? "it is being called" : doing}`;
}

function describeDoing({ kind, stepName, at, event }: ApiDoing): string {
  const what = [
    kind,
    ...(stepName === null ? [] : [`in step "${stepName}"`]),
    ...(event === null ? [] : [`for event "${event}"`]),
  ];
  return at === null
    ? what.join(" ")
    : `${what.join(" ")} until ${new Date(at).toISOString()} of the server's clock; move it with clock.advance()`;
}
