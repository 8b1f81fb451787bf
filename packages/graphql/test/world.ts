// A real server on SQLite in memory with a real app on the published SDK, and ways to ask it.
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Access } from "@stepwright/http";
import { buildServer, noAssets } from "@stepwright/http";
import { asEventId, type EventId, type JsonObject, type JsonValue, type RunId } from "@stepwright/protocol";
import {
  createAppClient,
  createRandom,
  createRuntime,
  createWallClock,
  defaultSettings,
  type Runtime,
} from "@stepwright/runtime";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { Inngest, type InngestFunction } from "inngest";
import { serve } from "inngest/node";
import { pino } from "pino";
import { createGraphql } from "../src/index.ts";

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

/** A server that listens. */
export interface World {
  readonly runtime: Runtime;
  readonly url: string;
  /** Errors of ours. */
  readonly unforeseen: readonly unknown[];
  /** Sends a request as it is. */
  request(options: {
    readonly method?: "GET" | "POST";
    readonly path?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  }): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>;
  query(query: string, variables?: JsonObject): Promise<Answer>;
  send(name: string, data?: JsonObject): Promise<EventId>;
  /** Sends an event and waits until the one run that it starts has ended. */
  run(name: string, data?: JsonObject): Promise<RunId>;
  /** Sends an event and waits until nothing is left to do. */
  begin(name: string, data?: JsonObject): Promise<RunId>;
  runOf(eventId: EventId): Promise<RunId>;
  /** Serves functions with the SDK and syncs them; gives the app's URL. */
  serve(appId: string, make: (client: Inngest.Any) => InngestFunction.Any[]): Promise<string>;
  /** Serves requests without telling the server; gives the app's URL. */
  listen(handler: RequestListener): Promise<string>;
  close(): Promise<void>;
}

/** Opens a world. With no interval, a failed attempt waits for half a minute. */
export async function openWorld(
  options: { readonly retryIntervalMs?: number | null; readonly access?: Access } = {},
): Promise<World> {
  const clock = createWallClock();
  const log = pino({ level: "silent" });
  const storage = openSqliteStorage({ file: ":memory:", synchronous: "normal", now: clock.now() });
  const runtime = createRuntime({
    ports: { clock, random: createRandom(), appClient: createAppClient(), storage },
    settings: {
      ...defaultSettings,
      retryIntervalMs: options.retryIntervalMs === undefined ? 1 : options.retryIntervalMs,
    },
    log,
  });
  await runtime.start();
  const unforeseen: unknown[] = [];
  const http = buildServer({
    runtime,
    clock,
    log,
    access: options.access ?? { kind: "open", isLoopback: true },
    assets: noAssets,
    info: { version: "0.0.0", mode: "dev", startedAt: clock.now(), dataDir: null },
    graphql: async () => createGraphql({ runtime, onUnforeseen: (error) => unforeseen.push(error) }),
  });
  const url = await http.listen({ port: 0, host: "127.0.0.1" });
  const apps: Server[] = [];

  const request: World["request"] = async ({ method = "POST", path = "/v0/gql", headers = {}, body }) => {
    const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const send: World["send"] = async (name, data = {}) => {
    const { text } = await request({ path: "/e/key", body: JSON.stringify({ name, data }) });
    return asEventId(JSON.parse(text).ids[0]);
  };
  const runOf: World["runOf"] = async (eventId) => {
    const [run] = await storage.runs.startedBy(eventId);
    if (run === undefined) throw new Error("the event has started nothing");
    return run.id;
  };
  const listen: World["listen"] = async (handler) => {
    const server = createServer(handler);
    apps.push(server);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return `http://localhost:${(server.address() as AddressInfo).port}/api/inngest`;
  };

  return {
    runtime,
    url,
    unforeseen,
    request,
    async query(query, variables = {}) {
      const { status, text } = await request({ body: JSON.stringify({ query, variables }) });
      return { status, body: JSON.parse(text) };
    },
    send,
    runOf,
    listen,
    async run(name, data) {
      const runId = await runOf(await send(name, data));
      await runtime.waitForRun(runId);
      return runId;
    },
    async begin(name, data) {
      const runId = await runOf(await send(name, data));
      await runtime.idle();
      return runId;
    },
    async serve(appId, make) {
      const client = new Inngest({
        id: appId,
        baseUrl: url,
        isDev: true,
        eventKey: "key",
        appVersion: "1.2.3",
        checkpointing: false,
        logger: silent,
      });
      const at = await listen(serve({ client, functions: make(client) }));
      const app = await runtime.apps.add(at);
      if (app.status !== "synced") throw new Error(JSON.stringify(app.problem));
      return at;
    },
    async close() {
      for (const app of apps) {
        app.closeAllConnections();
        app.close();
      }
      await runtime.stop({ graceMs: 0 });
      await http.close();
      await storage.close();
    },
  };
}

const ignore = () => undefined;
const silent = { info: ignore, warn: ignore, error: ignore, debug: ignore };

/** Goes into an answer by a path such as `data.run.id`. */
export function at(value: JsonValue, path: string): JsonValue {
  return path.split(".").reduce<JsonValue>((found, key) => (found as Record<string, JsonValue>)[key] ?? null, value);
}

/** As `at`, for a text. */
export function textAt(value: JsonValue, path: string): string {
  const found = at(value, path);
  if (typeof found !== "string") throw new Error(`there is no text at ${path}: ${JSON.stringify(value)}`);
  return found;
}
