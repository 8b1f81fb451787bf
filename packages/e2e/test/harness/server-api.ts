// What a test asks of a server over HTTP: the event API, and what the dashboard reads.
import type {
  ApiApp,
  ApiEventDetail,
  ApiEventRow,
  ApiInfo,
  ApiPage,
  ApiRun,
  ApiRunRow,
  ApiStep,
} from "@stepwright/protocol";
import { until } from "@stepwright/test-parts";

/** An event to send. */
export interface OutgoingEvent {
  readonly name: string;
  readonly data?: object;
  readonly id?: string;
  readonly ts?: number;
  readonly user?: object;
  readonly v?: string;
}

/** How an answer came out, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** A server's HTTP surface. */
export interface ServerApi {
  readonly url: string;
  request(
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly headers?: Record<string, string> },
  ): Promise<Answer>;
  /** Sends events and returns their ids; throws unless they were accepted. */
  send(
    events: OutgoingEvent | readonly OutgoingEvent[],
    options?: { readonly seed?: string },
  ): Promise<readonly string[]>;
  run(runId: string): Promise<ApiRun>;
  /** All runs that fit, newest first. */
  runs(query?: Readonly<Record<string, string>>): Promise<readonly ApiRunRow[]>;
  /** All events that fit, newest first. */
  events(query?: Readonly<Record<string, string>>): Promise<readonly ApiEventRow[]>;
  event(eventId: string): Promise<ApiEventDetail>;
  /** Runs of an event as soon as there are `count`. */
  runsOf(eventId: string, options?: { readonly count?: number }): Promise<readonly ApiRun[]>;
  /** The run as soon as `isWanted` holds for it. */
  waitForRun(
    runId: string,
    isWanted: (run: ApiRun) => boolean,
    options?: { readonly timeoutMs?: number },
  ): Promise<ApiRun>;
  /** The run once it has ended. */
  ended(runId: string, options?: { readonly timeoutMs?: number }): Promise<ApiRun>;
  apps(): Promise<readonly ApiApp[]>;
  addApp(url: string): Promise<ApiApp>;
  info(): Promise<ApiInfo>;
}

const endedStatuses: readonly string[] = ["completed", "failed", "cancelled", "skipped"];

/** Speaks to the server at `url`; `key` is its signing key if it has one. */
export function serverApi(
  url: string,
  { key = null, eventKey = "test" }: { readonly key?: string | null; readonly eventKey?: string } = {},
): ServerApi {
  const request: ServerApi["request"] = async (method, path, { body, headers = {} } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  };
  const json = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await request(method, path, body === undefined ? {} : { body });
    if (answer.status !== 200) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    // The shape is the server's promise, and what the tests check.
    return answer.json as T;
  };
  const all = async <T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<readonly T[]> => {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const parameters = new URLSearchParams({ limit: "100", ...query, ...(cursor === null ? {} : { cursor }) });
      const page: ApiPage<T> = await json("GET", `${path}?${parameters.toString()}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  };
  const run = (runId: string): Promise<ApiRun> => json("GET", `/api/runs/${runId}`);
  const event = (eventId: string): Promise<ApiEventDetail> => json("GET", `/api/events/${eventId}`);
  const waitForRun: ServerApi["waitForRun"] = async (runId, isWanted, options = {}) => {
    let last: ApiRun | null = null;
    return until(
      async () => {
        last = await run(runId);
        return isWanted(last) ? last : null;
      },
      { ...options, describe: () => `run ${runId} became what was wanted; it is ${JSON.stringify(last, null, 1)}` },
    );
  };

  return {
    url,
    request,
    run,
    event,
    waitForRun,
    ended: (runId, options) => waitForRun(runId, ({ status }) => endedStatuses.includes(status), options),
    async send(events, { seed } = {}) {
      const headers = seed === undefined ? {} : { "x-inngest-event-id-seed": seed };
      const answer = await request("POST", `/e/${eventKey}`, { body: events, headers });
      if (answer.status !== 200) throw new Error(`the events were not accepted: ${answer.status} ${answer.text}`);
      return (answer.json as { readonly ids: readonly string[] }).ids;
    },
    runs: (query) => all<ApiRunRow>("/api/runs", query),
    events: (query) => all<ApiEventRow>("/api/events", query),
    async runsOf(eventId, { count = 1 } = {}) {
      const found = await until(
        async () => {
          const { runs } = await event(eventId);
          return runs.length >= count ? runs : null;
        },
        { describe: () => `event ${eventId} started ${count} runs` },
      );
      return Promise.all(found.map(({ runId }) => run(runId)));
    },
    async apps() {
      const { items } = await json<{ readonly items: readonly ApiApp[] }>("GET", "/api/apps");
      return items;
    },
    addApp: (appUrl) => json("POST", "/api/apps", { url: appUrl }),
    info: () => json("GET", "/api/info"),
  };
}

/** The steps that the function's author wrote, without the row of the function itself. */
export function stepsOf(run: ApiRun): readonly ApiStep[] {
  return run.steps.filter(({ kind }) => kind !== "function");
}

/** The run that an invoking step started. */
export function childRunOf(step: ApiStep | undefined): string {
  const id = step?.detail["childRunId"];
  if (typeof id !== "string") throw new Error("the step has invoked nothing");
  return id;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
