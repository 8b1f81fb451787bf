// REST v2: apps and their functions, and the invocation of a function.
import type { App, FunctionRecord } from "@stepwright/engine";
import {
  appNotFound,
  canonicalJson,
  emptyObjectJson,
  fieldInvalid,
  fieldMissing,
  functionNotFound,
  invocationDebounced,
  invocationRateLimited,
  invocationSkipped,
  notSupported,
  type IncomingEvent,
  type JsonObject,
} from "@stepwright/protocol";
import type { Invocation } from "@stepwright/runtime";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { anyJson } from "../any-json.ts";
import { v2App, v2Function } from "../present-v2.ts";
import { one, type Query } from "../query.ts";
import { readFlag, readLimit, readV2Body } from "../read-v2.ts";
import { appOf, functionOf, indexRegistry, type RegistryIndex } from "../registry-index.ts";
import { given, sendV2, type RestV2Page } from "../rest-v2.ts";
import type { ServerDeps } from "../server.ts";

const listLimit = { default: 20, max: 100 } as const;
const idempotencyKeyLengthMax = 1_024;

/** The body of an invocation. */
export const invokeBody = z.strictObject({
  data: z.record(z.string(), anyJson, "send an object").optional(),
  idempotencyKey: z.string().max(idempotencyKeyLengthMax).optional(),
});

interface OfApp {
  readonly Params: { readonly appId: string };
  readonly Querystring: Query;
}

interface OfFunction {
  readonly Params: { readonly appId: string; readonly functionId: string };
}

/** Adds the routes of apps and functions. */
export function v2AppRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const registryNow = (): RegistryIndex => indexRegistry(runtime.registry());

  app.get<OfApp>("/apps", async ({ query }, reply) => {
    const limit = readLimit(query, listLimit);
    const registry = registryNow();
    // Apps that were removed are not kept.
    const apps = readFlag(query, "archived") ? [] : registry.apps;
    const { items, page } = pageOf(apps, { limit, cursor: readCursor(query) });
    return sendV2(reply, { data: items.map((found) => v2App(found, registry)), now: runtime.now(), page });
  });

  app.get<OfApp>("/apps/:appId", async ({ params }, reply) => {
    const registry = registryNow();
    return sendV2(reply, { data: v2App(existingApp(registry, params.appId), registry), now: runtime.now() });
  });

  app.get<OfApp>("/apps/:appId/functions", async ({ params, query }, reply) => {
    const limit = readLimit(query, listLimit);
    const registry = registryNow();
    const owner = appOf(registry, params.appId);
    const functions = owner === null ? [] : registry.functions.filter((fn) => fn.appId === owner.id);
    const { items, page } = pageOf(functions, { limit, cursor: readCursor(query) });
    const data = owner === null ? [] : items.map((fn) => v2Function(fn, owner));
    return sendV2(reply, { data, now: runtime.now(), page });
  });

  app.get<OfFunction>("/apps/:appId/functions/:functionId", async ({ params }, reply) => {
    const { fn, owner } = existingFunction(registryNow(), params);
    return sendV2(reply, { data: v2Function(fn, owner), now: runtime.now() });
  });

  app.post<OfFunction>("/apps/:appId/functions/:functionId/invoke", async (request, reply) => {
    const { fn } = existingFunction(registryNow(), request.params);
    const { data, idempotencyKey = "" } = readV2Body(invokeBody, request);
    if (data === undefined) throw fieldMissing({ field: "Input data" });
    const invocation = await runtime.invokeRun(fn.slug, eventOf(data), {
      idempotencyKey: idempotencyKey === "" ? null : idempotencyKey,
    });
    refuseUnstarted(invocation);
    // The same run again is a conflict that tells it, as clients of this API expect.
    if (invocation.kind === "repeated") reply.code(409);
    return sendV2(reply, {
      data: given({ runId: "runId" in invocation ? invocation.runId : null }),
      now: runtime.now(),
    });
  });

  app.post<OfApp>("/apps/:appId/syncs", async () => {
    throw notSupported({ feature: "syncing an app from elsewhere over this API; POST /api/apps does it, and it" });
  });
}

/** Throws the error of an invocation that makes no run. One that joins a batch is fine: its run is made later. */
function refuseUnstarted(invocation: Invocation): void {
  switch (invocation.kind) {
    case "rateLimited":
      throw invocationRateLimited({});
    case "debounced":
      throw invocationDebounced({});
    case "skipped":
      throw invocationSkipped({ reason: "the function is paused, or another run of its singleton goes on" });
    case "dropped":
      throw invocationSkipped({ reason: `flow control let it start nothing (${invocation.reason})` });
    case "started":
    case "repeated":
    case "batched":
      return;
  }
}

function eventOf(data: JsonObject): IncomingEvent {
  return {
    id: null,
    name: "invocation",
    data: canonicalJson(data),
    user: emptyObjectJson,
    ts: null,
    v: null,
    meta: null,
  };
}

function existingApp(registry: RegistryIndex, text: string): App {
  const app = appOf(registry, text);
  if (app === null) throw appNotFound({ app: text });
  return app;
}

/** A function by what it is called in its app, with or without the app's name in front. */
export function existingFunction(
  registry: RegistryIndex,
  { appId, functionId }: OfFunction["Params"],
): { readonly fn: FunctionRecord; readonly owner: App } {
  const owner = appOf(registry, appId);
  const fn = owner === null ? null : functionOf(registry, owner, functionId);
  if (owner === null || fn === null) throw functionNotFound({ functionSlug: functionId });
  return { fn, owner };
}

function readCursor(query: Query): string | null {
  const cursor = one(query, "cursor");
  if (cursor !== null && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(cursor))
    throw fieldInvalid({ reason: "Cursor is invalid" });
  return cursor?.toLowerCase() ?? null;
}

/** A page in order of the ids. All are in memory: a server has as many apps and functions as people have written. */
function pageOf<Item extends { readonly id: string }>(
  all: readonly Item[],
  { limit, cursor }: { readonly limit: number; readonly cursor: string | null },
): { readonly items: readonly Item[]; readonly page: RestV2Page } {
  const sorted = all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const rest = cursor === null ? sorted : sorted.filter(({ id }) => id > cursor);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const hasMore = rest.length > items.length && last !== undefined;
  return { items, page: { limit, ...(hasMore ? { cursor: last.id } : {}) } };
}
