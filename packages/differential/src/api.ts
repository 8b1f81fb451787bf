// What both sides are asked over HTTP, in the same words: the engine for tests has the server's own API.
import type { ApiApp, ApiEventDetail, ApiEventRow, ApiPage, ApiRun, ApiRunRow } from "@stepwright/protocol";
import type { DueAnswer } from "./answers.ts";

/** An event to send from outside. */
export interface OutgoingEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly ts?: number;
}

/** A server of either side. */
export interface Api {
  unfinished(): Promise<readonly ApiRunRow[]>;
  run(runId: string): Promise<ApiRun>;
  /** All runs of an app, whole. */
  runs(app: string): Promise<readonly ApiRun[]>;
  /** All events with their data; not those of the server itself. */
  events(): Promise<readonly ApiEventDetail[]>;
  /** Syncs an app; throws unless that worked. */
  addApp(url: string): Promise<void>;
  send(events: readonly OutgoingEvent[]): Promise<void>;
  answer(answer: DueAnswer): Promise<void>;
}

/** Where the server is, and how it is let in. */
export interface ApiOptions {
  readonly url: string;
  readonly eventKey: string;
  readonly signingKey: string | null;
  readonly fetch: typeof fetch;
}

/** Speaks to the server. */
export function openApi({ url, eventKey, signingKey, fetch }: ApiOptions): Api {
  const headers: Record<string, string> = signingKey === null ? {} : { authorization: `Bearer ${signingKey}` };
  const request = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { method, headers, ...content });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    // The shape is what the server's API promises.
    return JSON.parse(text) as T;
  };
  const all = async <T>(path: string, query: Readonly<Record<string, string>>): Promise<readonly T[]> => {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const parameters = new URLSearchParams({ limit: "100", ...query, ...(cursor === null ? {} : { cursor }) });
      const page: ApiPage<T> = await request("GET", `${path}?${parameters.toString()}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  };
  const run = (runId: string): Promise<ApiRun> => request("GET", `/api/runs/${runId}`);
  const send = async (events: readonly OutgoingEvent[]): Promise<void> => {
    await request("POST", `/e/${eventKey}`, events);
  };

  return {
    run,
    send,
    unfinished: () => all("/api/runs", { status: "queued,running" }),
    async runs(app) {
      const rows = await all<ApiRunRow>("/api/runs", { app });
      return Promise.all(rows.map(({ id }) => run(id)));
    },
    async events() {
      const rows = await all<ApiEventRow>("/api/events", {});
      return Promise.all(rows.map(({ internalId }) => request<ApiEventDetail>("GET", `/api/events/${internalId}`)));
    },
    async addApp(appUrl) {
      const app: ApiApp = await request("POST", "/api/apps", { url: appUrl });
      if (app.status !== "synced") throw new Error(`${appUrl} was not synced: ${JSON.stringify(app.problem)}`);
    },
    async answer(answer) {
      if (answer.kind === "event") await send([answer]);
      else await request("POST", "/v1/signals", { signal: answer.signal, data: answer.data });
    },
  };
}
