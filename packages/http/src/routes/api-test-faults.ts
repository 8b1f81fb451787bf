// `/api/test/stubs`, `faults` and `apps`, `crash` and `reset`: what goes otherwise in a test server, and its beginning anew.
import type { FastifyInstance } from "fastify";
import { bodyJson } from "../body.ts";
import { readBody } from "../parameters.ts";
import { faultBody, randomFaultsBody, stubBody } from "../test-bodies.ts";
import type { TestControls } from "../test-controls.ts";

interface OfApp {
  readonly Params: { readonly appId: string };
}

/** Adds the routes. */
export function apiTestFaultRoutes(app: FastifyInstance, controls: TestControls): void {
  app.post("/api/test/stubs", async (request, reply) => {
    controls.stub(readBody(stubBody, bodyJson(request)));
    return reply.code(204).send();
  });

  app.delete("/api/test/stubs", async (_request, reply) => {
    controls.unstub();
    return reply.code(204).send();
  });

  app.post("/api/test/faults", async (request, reply) => {
    controls.addFault(readBody(faultBody, bodyJson(request)));
    return reply.code(204).send();
  });

  app.post("/api/test/faults/random", async (request, reply) => {
    controls.randomFaults(readBody(randomFaultsBody, bodyJson(request)));
    return reply.code(204).send();
  });

  app.delete("/api/test/faults", async (_request, reply) => {
    controls.clearFaults();
    return reply.code(204).send();
  });

  app.post("/api/test/apps/away", async (_request, reply) => {
    controls.appGoesAway(null);
    return reply.code(204).send();
  });

  app.post("/api/test/apps/back", async (_request, reply) => {
    controls.appComesBack(null);
    return reply.code(204).send();
  });

  app.post<OfApp>("/api/test/apps/:appId/away", async (request, reply) => {
    controls.appGoesAway(request.params.appId);
    return reply.code(204).send();
  });

  app.post<OfApp>("/api/test/apps/:appId/back", async (request, reply) => {
    controls.appComesBack(request.params.appId);
    return reply.code(204).send();
  });

  app.post("/api/test/crash", async (_request, reply) => {
    await controls.crash();
    return reply.code(204).send();
  });

  app.post("/api/test/reset", async (_request, reply) => {
    await controls.reset();
    return reply.code(204).send();
  });
}
