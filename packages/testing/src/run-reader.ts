// Reads runs and events through the server's own API, so that a test sees what the dashboard shows.
import type { HttpServer } from "@stepwright/http";
import type {
  ApiDoing,
  ApiEventDetail,
  ApiEventRow,
  ApiPage,
  ApiRun,
  ApiRunRow,
  ApiRunStatus,
} from "@stepwright/protocol";

/** Which runs to list; all given conditions hold. */
export interface RowFilter {
  readonly status?: readonly ApiRunStatus[];
  readonly functionSlugs?: readonly string[];
  /** Name of the triggering event. */
  readonly event?: string;
}

/** Reads of runs and events. */
export interface RunReader {
  run(runId: string): Promise<ApiRun>;
  /** Oldest first. */
  list(filter: RowFilter): Promise<readonly ApiRunRow[]>;
  startedBy(eventId: string): Promise<readonly string[]>;
  /** Oldest first. */
  events(filter: { readonly name?: string; readonly internal: boolean }): Promise<readonly ApiEventDetail[]>;
}

const pageSize = 100;

/** Makes the reader on the routes of a server, whether it listens or not. */
export function createRunReader(routes: (path: string) => Promise<HttpServer>): RunReader {
  const get = async <T>(path: string): Promise<T> => {
    const response = await (await routes(path)).inject({ method: "GET", url: path });
    if (response.statusCode !== 200)
      throw new Error(messageOf(response.body) ?? `GET ${path} answered ${response.body}`);
    return response.json<T>();
  };
  const all = async <T>(path: string, query: URLSearchParams): Promise<readonly T[]> => {
    const items: T[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      if (cursor !== "") query.set("cursor", cursor);
      const page: ApiPage<T> = await get<ApiPage<T>>(`${path}?${query.toString()}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items.toReversed();
  };

  return {
    run: (runId) => get(`/api/runs/${encodeURIComponent(runId)}`),
    async list({ status, functionSlugs, event }) {
      const query = new URLSearchParams({ limit: String(pageSize) });
      if (status !== undefined) query.set("status", status.join(","));
      if (event !== undefined) query.set("event", event);
      const [only, ...more] = functionSlugs ?? [];
      if (only !== undefined && more.length === 0) query.set("function", only);
      const rows = await all<ApiRunRow>("/api/runs", query);
      return functionSlugs === undefined ? rows : rows.filter((row) => functionSlugs.includes(row.functionSlug));
    },
    async startedBy(eventId) {
      const { runs } = await get<ApiEventDetail>(`/api/events/${encodeURIComponent(eventId)}`);
      return runs.map(({ runId }) => runId);
    },
    async events({ name, internal }) {
      const query = new URLSearchParams({ limit: String(pageSize) });
      if (name !== undefined) query.set("name", name);
      if (internal) query.set("internal", "true");
      const rows = await all<ApiEventRow>("/api/events", query);
      return Promise.all(rows.map(({ internalId }) => get<ApiEventDetail>(`/api/events/${internalId}`)));
    },
  };
}

function messageOf(body: string): string | null {
  const parsed = JSON.parse(body) as { readonly error?: unknown; readonly message?: unknown };
  const text = parsed.error ?? parsed.message;
  return typeof text === "string" ? text : null;
}

/** Says in a sentence what an unfinished run is waiting for. */
export function describeRun(run: ApiRun): string {
  const doing = run.doing.map(describeDoing).join("; ");
  return `run ${run.id} of ${run.functionSlug} is still ${run.status}: ${doing === "" ? "it is being called" : doing}`;
}

/** Says in a line what an unfinished run is doing. */
export function describeRow(row: ApiRunRow): string {
  const { activity } = row;
  const until = activity?.until == null ? "" : ` until ${isoTime(activity.until)}`;
  const held = activity?.waitsFor == null ? "" : ` (${activity.waitsFor.text})`;
  return `${row.functionSlug}, run ${row.id}: ${activity?.kind ?? row.status}${until}${held}`;
}

function describeDoing({ kind, stepName, at, event, waitsFor }: ApiDoing): string {
  const what = [
    kindWords[kind],
    ...(stepName === null ? [] : [`in step "${stepName}"`]),
    ...(event === null ? [] : [`"${event}"`]),
    ...(waitsFor === null ? [] : [`(${waitsFor.text})`]),
  ];
  return at === null
    ? what.join(" ")
    : `${what.join(" ")} until ${isoTime(at)} of the engine's clock; move it with clock.advance()`;
}

const kindWords: Readonly<Record<ApiDoing["kind"], string>> = {
  queued: "queued",
  calling: "being called",
  retrying: "waiting for the next attempt",
  sleeping: "sleeping",
  waitingForEvent: "waiting for an event",
  waitingForSignal: "waiting for a signal",
  waitingForRun: "waiting for a run that it has invoked",
  other: "at work",
};

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
