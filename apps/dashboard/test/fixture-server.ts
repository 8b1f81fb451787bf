// A server that answers like the real one from made-up data, to look at every state of every page.
// It serves the built dashboard under the same content policy as the real server.
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import type { ApiEventDetail, ApiFunctionQueue, ApiLiveMessage, ApiRun } from "@stepwright/protocol";
import { fixtureData, type FixtureData } from "./fixture-data.ts";
import { sampleRun } from "./sample-run.ts";

const dist = join(import.meta.dirname, "..", "dist");
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'";

/** What the server shows. */
export type FixtureMode = "full" | "empty" | "locked";

/** Starts the server on loopback; port 0 takes any. */
export function startFixture(o: { readonly port: number; readonly mode: FixtureMode }): Promise<Server> {
  const data = fixtureData(Date.now());
  if (o.mode === "empty") for (const list of [data.runs, data.events, data.functions, data.apps]) list.length = 0;
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answer(request, response, { data, mode: o.mode, streams }).catch((error: unknown) =>
      sendError(response, 500, "INTERNAL", String(error)),
    );
  });
  return new Promise((resolve) => server.listen(o.port, "127.0.0.1", () => resolve(server)));
}

interface World {
  readonly data: FixtureData;
  readonly mode: FixtureMode;
  readonly streams: Set<ServerResponse>;
}

async function answer(request: IncomingMessage, response: ServerResponse, world: World): Promise<void> {
  const url = new URL(request.url ?? "/", "http://fixture");
  const { data } = world;
  if (!url.pathname.startsWith("/api/")) return sendFile(response, url.pathname);
  if (world.mode === "locked") {
    if (url.pathname === "/api/info") return send(response, { ...data.info, mode: "start", needsLogin: true });
    return sendError(
      response,
      401,
      "LOGIN_REQUIRED",
      url.pathname === "/api/login"
        ? "the signing key is wrong; give the one the server was started with"
        : "log in first",
    );
  }
  const [, , noun = "", id = "", verb = ""] = url.pathname.split("/").map(decodeURIComponent);
  switch (`${request.method} ${noun}${id === "" ? "" : "/:id"}${verb === "" ? "" : `/${verb}`}`) {
    case "GET info":
      return send(response, data.info);
    case "GET live":
      return openStream(request, response, world);
    case "GET runs":
      return send(
        response,
        pageOf(
          data.runs.filter((run) => matches(run, url.searchParams)),
          url.searchParams,
          (run) => run.id,
        ),
      );
    case "GET runs/:id":
      return sendFound(
        response,
        data.runs.find((run) => run.id === id),
        "RUN_NOT_FOUND",
        `run ${id} does not exist; it may have been removed by retention`,
      );
    case "POST runs/:id/cancel":
      change(world, id, { status: "cancelled", endedAt: Date.now(), summary: "cancelled by request", doing: [] });
      return send(response, { cancelled: true });
    case "POST runs/:id/rerun":
      return send(response, {
        runId: startRun(world, data.runs.find((run) => run.id === id)?.functionSlug ?? "", null),
      });
    case "GET events": {
      const name = url.searchParams.get("name");
      return send(
        response,
        pageOf(
          data.events.filter((event) => name === null || event.name === name),
          url.searchParams,
          (event) => event.internalId,
        ),
      );
    }
    case "GET events/:id":
      return sendFound(
        response,
        data.events.find((event) => event.internalId === id),
        "EVENT_NOT_FOUND",
        `Event not found: ${id}`,
      );
    case "POST events":
      return send(response, {
        ids: [receive(world, (await readBody(request)) as { name: string; data: ApiEventDetail["data"] })],
      });
    case "POST functions/:id/invoke":
      return send(response, { ids: [receive(world, { name: "inngest/function.invoked", data: {} }, id)] });
    case "GET functions/:id/queue":
      return send(response, data.queues.get(id) ?? emptyQueue);
    case "POST functions/:id/pause":
      return send(response, setPaused(world, id, Date.now()));
    case "POST functions/:id/resume":
      return send(response, setPaused(world, id, null));
    case "POST functions/:id/backlog":
      for (const run of data.runs.filter((each) => each.functionSlug === id && each.status === "queued")) {
        change(world, run.id, {
          status: "cancelled",
          endedAt: Date.now(),
          summary: "cancelled: the function's backlog was dropped",
          doing: [],
          activity: null,
        });
      }
      return send(response, { accepted: true });
    case "GET functions":
      return send(response, { items: data.functions });
    case "GET apps":
      return send(response, { items: data.apps });
    case "POST apps":
    case "POST apps/:id/sync":
      return send(response, data.apps[0]);
    default:
      return sendError(response, 404, "PATH_NOT_FOUND", `${request.method} ${url.pathname} does not exist`);
  }
}

const emptyQueue: ApiFunctionQueue = {
  pausedAt: null,
  inFlight: 0,
  waiting: 0,
  future: 0,
  debounced: 0,
  batched: 0,
  lines: [],
};

function setPaused(world: World, slug: string, pausedAt: number | null): { readonly paused: boolean } {
  const { functions } = world.data;
  for (const [index, fn] of functions.entries()) if (fn.slug === slug) functions[index] = { ...fn, pausedAt };
  push(world, { kind: "changes", runs: [], hasNewEvents: false, haveAppsChanged: true });
  return { paused: pausedAt !== null };
}

function matches(run: ApiRun, query: URLSearchParams): boolean {
  const status = query.get("status");
  const from = query.get("from");
  return (
    (status === null || status.split(",").includes(run.status)) &&
    (query.get("function") ?? run.functionSlug) === run.functionSlug &&
    (query.get("app") ?? run.appName) === run.appName &&
    (query.get("event") ?? run.trigger.eventName) === run.trigger.eventName &&
    (from === null || run.queuedAt >= Number(from))
  );
}

function pageOf<T>(
  rows: readonly T[],
  query: URLSearchParams,
  idOf: (row: T) => string,
): { readonly items: readonly T[]; readonly nextCursor: string | null } {
  const cursor = query.get("cursor");
  const limit = Number(query.get("limit") ?? 50);
  const start = cursor === null ? 0 : rows.findIndex((row) => idOf(row) === cursor) + 1;
  const items = rows.slice(start, start + limit);
  const last = items.at(-1);
  return { items, nextCursor: last === undefined || start + limit >= rows.length ? null : idOf(last) };
}

/** Stores an event and lets every function that listens to it run for a moment. */
function receive(
  world: World,
  event: { readonly name: string; readonly data: ApiEventDetail["data"] },
  slug?: string,
): string {
  const at = Date.now();
  const internalId = `01KC${at}${String(world.data.events.length).padStart(9, "0")}`;
  const stored: ApiEventDetail = {
    internalId,
    id: internalId,
    name: event.name,
    data: event.data,
    user: {},
    ts: at,
    v: null,
    receivedAt: at,
    runs: [],
    matches: [],
    fates: [],
  };
  const slugs =
    slug === undefined
      ? world.data.functions.filter((fn) => fn.triggers.some((item) => item.event === event.name)).map((fn) => fn.slug)
      : [slug];
  world.data.events.unshift(stored);
  for (const each of slugs) startRun(world, each, stored);
  push(world, { kind: "changes", runs: [], hasNewEvents: true, haveAppsChanged: false });
  return internalId;
}

function startRun(world: World, functionSlug: string, event: ApiEventDetail | null): string {
  const at = Date.now();
  const id = `01KC${at}${String(world.data.runs.length).padStart(9, "0")}`;
  const trigger = { eventName: event?.name ?? "my/event", eventId: event?.internalId ?? "", cron: null };
  const functionName = functionSlug.replace(/^my-app-/, "");
  world.data.runs.unshift(
    sampleRun({
      id,
      status: "queued",
      functionSlug,
      functionName,
      trigger,
      queuedAt: at,
      startedAt: null,
      endedAt: null,
      events: event === null ? [] : [event],
    }),
  );
  change(world, id, {});
  setTimeout(() => change(world, id, { status: "running", startedAt: Date.now() }), 300);
  setTimeout(() => change(world, id, { status: "completed", endedAt: Date.now(), output: { done: true } }), 1_500);
  return id;
}

function change(world: World, runId: string, facts: Partial<ApiRun>): void {
  const index = world.data.runs.findIndex((run) => run.id === runId);
  const before = world.data.runs[index];
  if (before === undefined) return;
  const run = { ...before, ...facts };
  world.data.runs[index] = run;
  for (const [at, event] of world.data.events.entries()) {
    if (event.internalId !== run.trigger.eventId) continue;
    const others = event.runs.filter((other) => other.runId !== runId);
    world.data.events[at] = {
      ...event,
      runs: [...others, { runId, functionSlug: run.functionSlug, status: run.status }],
    };
  }
  push(world, {
    kind: "changes",
    runs: [{ id: runId, status: run.status }],
    hasNewEvents: false,
    haveAppsChanged: false,
  });
}

function push(world: World, message: ApiLiveMessage): void {
  for (const stream of world.streams) stream.write(`data: ${JSON.stringify(message)}\n\n`);
}

function openStream(request: IncomingMessage, response: ServerResponse, world: World): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("retry: 1000\n\n");
  world.streams.add(response);
  request.on("close", () => world.streams.delete(response));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function sendFile(response: ServerResponse, path: string): void {
  const asked = join(dist, normalize(path));
  const file = asked.startsWith(dist) && extname(path) !== "" && existsSync(asked) ? asked : join(dist, "index.html");
  response.writeHead(200, {
    "content-type": types[extname(file)] ?? "application/octet-stream",
    "content-security-policy": policy,
  });
  response.end(readFileSync(file));
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function sendFound(response: ServerResponse, body: unknown, code: string, message: string): void {
  if (body === undefined) sendError(response, 404, code, message);
  else send(response, body);
}

function sendError(response: ServerResponse, status: number, code: string, error: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ code, error, data: null, status }));
}
