// What the harness asks of a server over HTTP. A server may be down, stopped or cut off: everything has a deadline.
import { keys } from "./server.ts";

/** How a request came out, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

/** An event to send. */
export interface OutgoingEvent {
  readonly id: string;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const requestTimeoutMs = 10_000;

/** Sends a request with the signing key; rejects when the connection breaks or nothing comes back in time. */
export async function request(
  url: string,
  o: {
    readonly method?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
    readonly timeoutMs?: number;
  } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: o.method ?? "GET",
    headers: { authorization: `Bearer ${keys.signing}`, connection: "close", ...o.headers },
    signal: AbortSignal.timeout(o.timeoutMs ?? requestTimeoutMs),
    ...(o.body === undefined ? {} : { body: JSON.stringify(o.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text.startsWith("{") ? JSON.parse(text) : text };
}

/** Sends events in one request; the seed makes a repeat of it give the same internal ids. */
export function sendEvents(
  url: string,
  events: readonly OutgoingEvent[],
  o: { readonly seed?: string; readonly timeoutMs?: number } = {},
): Promise<Answer> {
  return request(`${url}/e/${keys.event}`, {
    method: "POST",
    body: events,
    ...(o.seed === undefined ? {} : { headers: { "x-inngest-event-id-seed": o.seed } }),
    ...(o.timeoutMs === undefined ? {} : { timeoutMs: o.timeoutMs }),
  });
}

/** What is left to do, and how the runs stand. */
export interface Info {
  readonly queue: { readonly due: number; readonly future: number; readonly setAside: number };
  readonly runs: Readonly<Record<string, number>>;
}

/** Reads the server's own summary. */
export async function readInfo(url: string): Promise<Info> {
  const answer = await request(`${url}/api/info`);
  if (answer.status !== 200) throw new Error(`/api/info answered ${answer.status}: ${JSON.stringify(answer.json)}`);
  return answer.json as Info;
}

/** Makes the server sync an app; throws unless it did. */
export async function addApp(url: string, appUrl: string): Promise<void> {
  const answer = await request(`${url}/api/apps`, { method: "POST", body: { url: appUrl } });
  const { status } = answer.json as { readonly status?: string };
  if (answer.status !== 200 || status !== "synced")
    throw new Error(`${appUrl} was not synced: ${answer.status} ${JSON.stringify(answer.json)}`);
}
