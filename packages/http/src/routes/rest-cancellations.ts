// REST v1: bulk cancellations.
import type { Cancellation } from "@stepwright/engine";
import {
  cancellationInvalid,
  environmentId,
  functionNotFound,
  isUlid,
  parseInstant,
  cursorInvalid,
  type Millis,
} from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { bodyJson } from "../body.ts";
import { readBody } from "../parameters.ts";
import { isoTime, restEnvelope } from "../present-rest.ts";
import { bareId } from "../present-v2.ts";
import { one, type Query } from "../query.ts";
import { readLimit } from "../read-v2.ts";
import { appOf, functionOf, indexRegistry, type RegistryIndex } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";

const text = z.string("send text").nullish();
/** The body of a cancellation; what it must have is told in the words of its API. */
export const cancellationBody = z.object({
  app_id: text,
  function_id: text,
  started_after: text,
  started_before: text,
  if: text,
});

/** Adds the routes. */
export function restCancellationRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { cancellations } = runtime.storage;
  const envelope = (data: unknown): object => restEnvelope(data, runtime.now());

  app.post("/v1/cancellations", async (request) => {
    const body = readBody(cancellationBody, bodyJson(request));
    refuseMissing(body);
    const registry = indexRegistry(runtime.registry());
    const asked = await runtime.cancellations.ask({
      functionSlug: slugOf(registry, body.app_id ?? "", body.function_id ?? ""),
      startedAfter: readInstant("started_after", body.started_after),
      startedBefore: readInstant("started_before", body.started_before) ?? runtime.now(),
      if: body.if === undefined || body.if === "" ? null : body.if,
    });
    return envelope(presentCancellation(asked, registry));
  });

  app.get<{ Querystring: Query }>("/v1/cancellations", async ({ query }) => {
    const cursor = one(query, "cursor");
    if (cursor !== null && !isUlid(cursor)) throw cursorInvalid({ cursor });
    const { items } = await cancellations.list({ cursor, limit: readLimit(query, { default: 20, max: 100 }) });
    const registry = indexRegistry(runtime.registry());
    return envelope(items.map((item) => presentCancellation(item, registry)));
  });

  app.delete<{ Params: { id: string } }>("/v1/cancellations/:id", async ({ params }) => {
    await runtime.cancellations.remove(params.id);
    return envelope({ ok: true });
  });
}

function refuseMissing(body: z.output<typeof cancellationBody>): void {
  const missing = (["app_id", "function_id", "started_before"] as const).filter((name) => !body[name]);
  if (missing.length > 0)
    throw cancellationInvalid({ reason: missing.map((name) => `${name} is required`).join("\n") });
}

/** A function by its bare id, its slug or its UUID. */
function slugOf(registry: RegistryIndex, appId: string, functionId: string): string {
  const app = appOf(registry, appId);
  const fn =
    app === null
      ? null
      : (functionOf(registry, app, functionId) ??
        registry.functions.find(({ id, appId: owner }) => id === functionId && owner === app.id));
  if (fn === null || fn === undefined) throw functionNotFound({ functionSlug: functionId });
  return fn.slug;
}

function readInstant(name: string, value: string | null | undefined): Millis | null {
  if (value === null || value === undefined || value === "") return null;
  const at = parseInstant(value);
  if (at === null) throw cancellationInvalid({ reason: `${name} is no RFC 3339 time: ${value}` });
  return at;
}

function presentCancellation(cancellation: Cancellation, registry: RegistryIndex): object {
  const fn = registry.functionById(cancellation.functionId);
  const app = fn === null ? null : registry.app(fn.appId);
  return {
    id: cancellation.id,
    environment_id: environmentId,
    app_id: app?.name ?? null,
    function_id: fn === null ? null : bareId(fn.slug, app),
    function_internal_id: cancellation.functionId,
    started_after: timeText(cancellation.startedAfter),
    started_before: isoTime(cancellation.startedBefore),
    if: cancellation.if,
    created_at: isoTime(cancellation.createdAt),
    ended_at: timeText(cancellation.endedAt),
    cancelled: cancellation.cancelled,
  };
}

function timeText(at: Millis | null): string | null {
  return at === null ? null : isoTime(at);
}
