// `/v0`: what SDKs fetch when a run's state is too large for a call, and the telemetry they send unasked.
import { runEnded, runGone, runNotFound, type JsonText } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { readRunId } from "../parameters.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the run routes of `/v0`. */
export function runStateRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get<{ Params: { runId: string } }>("/v0/runs/:runId/actions", async (request, reply) => {
    const runId = readRunId(request.params.runId);
    return reply.type("application/json").send(existing(await runtime.runActions(runId), runId));
  });

  app.get<{ Params: { runId: string } }>("/v0/runs/:runId/batch", async (request, reply) => {
    const runId = readRunId(request.params.runId);
    return reply.type("application/json").send(existing(await runtime.runBatch(runId), runId));
  });

  app.delete<{ Params: { runId: string } }>("/v0/runs/:runId", async (request, reply) => {
    const runId = readRunId(request.params.runId);
    if (!(await runtime.cancelRun(runId))) {
      const run = await runtime.storage.runs.get(runId);
      if (run === null) throw runNotFound({ runId });
      throw runEnded({ runId, runStatus: run.status });
    }
    return reply.code(204).send();
  });

  app.post("/v0/telemetry", async (_request, reply) => reply.send(""));
}

function existing(text: JsonText | null, runId: string): JsonText {
  if (text === null) throw runGone({ runId });
  return text;
}
