// Checkpoints: an SDK stores finished steps while its call goes on (sdk-protocol.md §13).
import { checkpointBodyBytesMax, checkpointOfNoRun, runNotFound, StepwrightError } from "@stepwright/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { bodyText } from "../body.ts";
import { readRunId } from "../parameters.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the checkpoint of running calls, under its present path and the one older SDKs use. */
export function checkpointRoutes(app: FastifyInstance, { runtime, checkpointBytesMax }: ServerDeps): void {
  const options = { bodyLimit: checkpointBytesMax ?? checkpointBodyBytesMax };
  const handler = async (
    request: FastifyRequest<{ Params: { runId: string } }>,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const runId = readRunId(request.params.runId);
    await runtime.checkpoint(runId, bodyText(request)).catch((error: unknown) => {
      // In this API only paths are not found.
      throw isRunMissing(error) ? checkpointOfNoRun({ runId }, { cause: error }) : error;
    });
    return reply.send("");
  };
  app.post("/v1/checkpoint/:runId/async", options, handler);
  app.post("/v1/http/runs/:runId/async", options, handler);
}

function isRunMissing(error: unknown): boolean {
  return error instanceof StepwrightError && error.code === runNotFound.code;
}
