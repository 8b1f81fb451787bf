// `/api/apps`: lists apps with their sync state; adds, syncs, pauses and removes one.
import { asAppId, type ApiApp } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { bodyJson } from "../body.ts";
import { readBody } from "../parameters.ts";
import { presentApp } from "../present-registry.ts";
import { indexRegistry } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";

/** The body that adds an app. */
export const addBody = z.object({ url: z.string("send the URL the app is served at").min(1, "the URL is empty") });

/** Adds the app routes of the dashboard. */
export function apiAppRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get("/api/apps", async (): Promise<{ readonly items: readonly ApiApp[] }> => {
    const registry = indexRegistry(runtime.registry());
    return { items: registry.apps.map((known) => presentApp(known, registry)) };
  });

  app.post("/api/apps", async (request): Promise<ApiApp> => {
    const added = await runtime.apps.add(readBody(addBody, bodyJson(request)).url);
    return presentApp(added, indexRegistry(runtime.registry()));
  });

  app.post<{ Params: { appId: string } }>("/api/apps/:appId/sync", async (request): Promise<ApiApp> => {
    const synced = await runtime.apps.sync(asAppId(request.params.appId));
    return presentApp(synced, indexRegistry(runtime.registry()));
  });

  app.post<{ Params: { appId: string } }>("/api/apps/:appId/pause", async (request) => {
    await runtime.apps.pause(asAppId(request.params.appId));
    return { paused: true };
  });

  app.post<{ Params: { appId: string } }>("/api/apps/:appId/resume", async (request) => {
    await runtime.apps.resume(asAppId(request.params.appId));
    return { paused: false };
  });

  app.delete<{ Params: { appId: string } }>("/api/apps/:appId", async (request, reply) => {
    await runtime.apps.remove(asAppId(request.params.appId));
    return reply.code(204).send();
  });
}
