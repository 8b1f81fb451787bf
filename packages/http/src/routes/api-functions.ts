// `/api/functions`: lists functions with triggers and next cron times, and starts one by hand.
import { functionNotFound, type ApiFunction, type ApiSent } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { readInvocation } from "../event-body.ts";
import { presentFunction } from "../present-registry.ts";
import { indexRegistry } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the function routes of the dashboard. */
export function apiFunctionRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get("/api/functions", async (): Promise<{ readonly items: readonly ApiFunction[] }> => {
    const crons = await runtime.storage.registry.crons();
    const registry = indexRegistry(runtime.registry());
    return { items: registry.functions.map((fn) => presentFunction(fn, registry, crons)) };
  });

  app.get<{ Params: { slug: string } }>("/api/functions/:slug", async (request): Promise<ApiFunction> => {
    const crons = await runtime.storage.registry.crons();
    const registry = indexRegistry(runtime.registry());
    const fn = registry.functionBySlug(request.params.slug);
    if (fn === null) throw functionNotFound({ functionSlug: request.params.slug });
    return presentFunction(fn, registry, crons);
  });

  app.post<{ Params: { slug: string } }>("/api/functions/:slug/invoke", async (request): Promise<ApiSent> => ({
    ids: [await runtime.invoke(request.params.slug, readInvocation(request, runtime.eventLimits))],
  }));
}
