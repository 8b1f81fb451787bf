// `/api/test/queue/*`: the work that waits in a test server, and starts of functions by their cron triggers.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { readBody, readQuery } from "../parameters.ts";
import { functionsBody, queueQuery } from "../test-bodies.ts";
import type { PendingWork, TestControls } from "../test-controls.ts";
import { bodyOrNothing } from "./api-test-clock.ts";

/** Adds the routes. Without functions, each is about all of them. */
export function apiTestQueueRoutes(app: FastifyInstance, controls: TestControls): void {
  app.get("/api/test/queue", async (request): Promise<{ readonly items: readonly PendingWork[] }> => ({
    items: await controls.pending(readQuery(queueQuery, request.query).functions),
  }));

  app.post("/api/test/queue/pause", async (request, reply) => {
    await controls.pauseQueue(functionsOf(request));
    return reply.code(204).send();
  });

  app.post("/api/test/queue/resume", async (request, reply) => {
    await controls.resumeQueue(functionsOf(request));
    return reply.code(204).send();
  });

  app.post("/api/test/queue/drain", async (request, reply) => {
    await controls.drainQueue(functionsOf(request));
    return reply.code(204).send();
  });

  app.post("/api/test/queue/clear", async (request) => ({
    cancelled: await controls.clearQueue(functionsOf(request)),
  }));

  app.post<{ Params: { slug: string } }>("/api/test/functions/:slug/cron", async (request) => ({
    runId: await controls.cron(request.params.slug),
  }));
}

function functionsOf(request: FastifyRequest): readonly string[] {
  return readBody(functionsBody, bodyOrNothing(request)).functions;
}
