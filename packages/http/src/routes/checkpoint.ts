// Checkpoints: an SDK stores finished steps while its call goes on (sdk-protocol.md §13).
import { checkpointBodyBytesMax } from "@stepwright/protocol";
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
    await runtime.checkpoint(readRunId(request.params.runId), bodyText(request));
    return reply.send("");
  };
  app.post("/v1/checkpoint/:runId/async", options, handler);
  app.post("/v1/http/runs/:runId/async", options, handler);
}
