// REST v1: one run, and its cancellation.
import { runNotFound } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { readRunId } from "../parameters.ts";
import { isoTime, restRun } from "../present-rest.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the run routes of REST v1. */
export function restRunRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get<{ Params: { runId: string } }>("/v1/runs/:runId", async (request) => {
    const runId = readRunId(request.params.runId);
    const run = await runtime.storage.runs.get(runId);
    if (run === null) throw runNotFound({ runId });
    return { data: restRun(run), metadata: { fetched_at: isoTime(runtime.now()) } };
  });

  // A run that has ended already is as cancelled as it can be: no error, as clients of this API expect.
  app.delete<{ Params: { runId: string } }>("/v1/runs/:runId", async (request, reply) => {
    await runtime.cancelRun(readRunId(request.params.runId));
    return reply.type("application/json").send("");
  });
}
