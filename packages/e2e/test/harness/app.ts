// Apps in the test's own process: real SDK, real HTTP, and handlers that the test can look into.
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiApp, ApiRun } from "@stepwright/protocol";
import { onTestFinished } from "vitest";
import type { ClientOptions, Sdk, SdkClient } from "./sdk.ts";
import type { ServerApi } from "./server-api.ts";

/** An app that a server knows. */
export interface TestApp {
  readonly id: string;
  readonly url: string;
  readonly client: SdkClient;
  /** As the server saw it after the first sync. */
  readonly synced: ApiApp;
  /** The event name of this app alone. */
  event(name: string): string;
  /** Sends one of the app's events; returns its id. */
  send(name: string, data?: object): Promise<string>;
  /** Sends an event and waits for the end of the one run that it starts. */
  runOnce(name: string, data?: object, options?: { readonly timeoutMs?: number }): Promise<ApiRun>;
  /** Sends an event and returns the run that it starts, at whatever it is then. */
  start(name: string, data?: object): Promise<ApiRun>;
  /** Serves other functions at the same URL and syncs. */
  serve(functions: readonly unknown[]): Promise<ApiApp>;
  /** Serves other functions at the same URL and tells nobody. */
  change(functions: readonly unknown[]): void;
  /** Requests answered so far, by method. */
  calls(method: "GET" | "POST" | "PUT"): number;
}

/** What an app is made with. */
export interface AppTools {
  readonly client: SdkClient;
  readonly define: SdkClient["define"];
  /** The event name of this app alone, so that tests on one server do not start each other's functions. */
  readonly event: (name: string) => string;
  readonly id: string;
}

/** Options of an app. */
export interface AppOptions {
  readonly client?: Partial<ClientOptions>;
  readonly streaming?: boolean;
  /** Wraps the app's handler: counts, breaks or delays requests. */
  readonly wrap?: (handler: RequestListener) => RequestListener;
}

let made = 0;

/** Serves functions and syncs them with the server; the app ends with the test. */
export async function serveApp(
  server: ServerApi,
  sdk: Sdk,
  build: (tools: AppTools) => readonly unknown[],
  options: AppOptions = {},
): Promise<TestApp> {
  const id = `app-${sdk.name}-${++made}`;
  const client = sdk.client({ id, baseUrl: server.url, isDev: true, eventKey: "test", ...options.client });
  const event = (name: string): string => `${id}/${name}`;
  const counts: Record<string, number> = {};
  const listenTo = (functions: readonly unknown[]): RequestListener => {
    const handler = client.serve(functions, { streaming: options.streaming ?? false });
    return options.wrap === undefined ? handler : options.wrap(handler);
  };
  let listener = listenTo(build({ client, define: client.define, event, id }));
  const http = await listen((request, response) => {
    counts[request.method ?? ""] = (counts[request.method ?? ""] ?? 0) + 1;
    listener(request, response);
  });
  const url = `http://localhost:${portOf(http)}/api/inngest`;
  const synced = await server.addApp(url);
  const send = async (name: string, data: object = {}): Promise<string> => {
    const [eventId = ""] = await server.send({ name: event(name), data });
    return eventId;
  };
  const start = async (name: string, data?: object): Promise<ApiRun> => {
    const [run] = await server.runsOf(await send(name, data));
    if (run === undefined) throw new Error("broken promise: runsOf returns at least one run");
    return run;
  };

  return {
    id,
    url,
    client,
    synced,
    event,
    send,
    start,
    runOnce: async (name, data, waiting) => server.ended((await start(name, data)).id, waiting),
    change(functions) {
      listener = listenTo(functions);
    },
    async serve(functions) {
      listener = listenTo(functions);
      return server.addApp(url);
    },
    calls: (method) => counts[method] ?? 0,
  };
}

/** Listens on a free port until the end of the test. */
export async function listen(listener: RequestListener): Promise<Server> {
  const http = createServer(listener);
  http.listen(0);
  await once(http, "listening");
  onTestFinished(() => {
    http.close();
    http.closeAllConnections();
  });
  return http;
}

/** The port of a server that listens. */
export function portOf(http: Server): number {
  return (http.address() as AddressInfo).port;
}
