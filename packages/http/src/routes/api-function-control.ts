// `/api/functions/:slug/…`: pauses and resumes a function, shows its queue, drops or moves its backlog.
import { callLane } from "@stepwright/engine";
import { functionNotFound, type ApiFunctionQueue } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { bodyJson } from "../body.ts";
import { queueLinesMax } from "../limits.ts";
import { readBody } from "../parameters.ts";
import { presentQueue } from "../present-flow.ts";
import { indexRegistry } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";

interface OfFunction {
  readonly Params: { readonly slug: string };
}

/** The body that moves a backlog. */
export const moveBody = z.strictObject({
  to: z.string("send the id of the function that gets the runs").min(1, "the id is empty"),
});

/** Adds the routes that act on a function as a whole. */
export function apiFunctionControlRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { functions, storage } = runtime;

  app.get<OfFunction>("/api/functions/:slug/queue", async (request): Promise<ApiFunctionQueue> => {
    const { slug } = request.params;
    const registry = indexRegistry(runtime.registry());
    const fn = registry.functionBySlug(slug);
    if (fn === null) throw functionNotFound({ functionSlug: slug });
    const lane = callLane({ appId: fn.appId, functionId: fn.id });
    const [queue, gathering] = await Promise.all([
      storage.queue.ofLane(lane, queueLinesMax),
      storage.flow.gathering(fn.id),
    ]);
    return presentQueue(fn, { app: registry.app(fn.appId), queue, gathering });
  });

  app.post<OfFunction>("/api/functions/:slug/pause", async (request) => {
    await functions.pause(request.params.slug);
    return { paused: true };
  });

  app.post<OfFunction>("/api/functions/:slug/resume", async (request) => {
    await functions.resume(request.params.slug);
    return { paused: false };
  });

  app.post<OfFunction>("/api/functions/:slug/backlog/drop", async (request) => {
    await functions.dropBacklog(request.params.slug);
    return { accepted: true };
  });

  app.post<OfFunction>("/api/functions/:slug/backlog/move", async (request) => {
    const { to } = readBody(moveBody, bodyJson(request));
    await functions.moveBacklog(request.params.slug, to);
    return { accepted: true };
  });
}
