// REST v1: metadata of runs and steps.
import type { MetadataTarget } from "@stepwright/engine";
import { metadataInvalid } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { anyJson } from "../any-json.ts";
import { bodyJson } from "../body.ts";
import { readBody, readRunId } from "../parameters.ts";
import type { ServerDeps } from "../server.ts";

/** Entries of one request, and characters of what names them; the bytes of values have a limit of their own. */
const entriesMax = 100;
const nameLengthMax = 256;
const metadataBodyBytesMax = 2 * 1024 * 1024;
/** What this API calls the last attempt. */
const lastAttempt = -1;

/** The body of metadata. */
export const metadataBody = z.object({
  target: z.object({
    step_id: z.string().max(nameLengthMax).nullish(),
    step_index: z.int().min(0).nullish(),
    step_attempt: z.int().min(lastAttempt).nullish(),
    span_id: z.string().max(nameLengthMax).nullish(),
  }),
  metadata: z
    .array(
      z.object({
        kind: z.string().max(nameLengthMax),
        op: z.enum(["merge", "set", "delete", "add"], "use merge, set, delete or add"),
        values: z.record(z.string(), anyJson, "send an object"),
      }),
    )
    .max(entriesMax),
});

/** Adds the route. */
export function restMetadataRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.post<{ Params: { runId: string } }>(
    "/v1/runs/:runId/metadata",
    { bodyLimit: metadataBodyBytesMax },
    async (request, reply) => {
      const runId = readRunId(request.params.runId);
      const { target, metadata } = readBody(metadataBody, bodyJson(request));
      const attachedTo = readTarget(target);
      const unknown = metadata.find(({ kind }) => !isAllowed(kind));
      if (unknown !== undefined)
        throw metadataInvalid({ reason: `kind "${unknown.kind}" is not for you; begin it with "userland."` });
      await runtime.putMetadata(
        runId,
        metadata.map((entry) => ({ ...entry, target: attachedTo })),
      );
      return reply.type("application/json").send("");
    },
  );
}

/** Kinds of the engine's own are not to be forged; these two are what SDKs send for their users. */
function isAllowed(kind: string): boolean {
  return kind.startsWith("userland.") || kind === "inngest.score" || kind === "inngest.experiment";
}

function readTarget(target: z.output<typeof metadataBody>["target"]): MetadataTarget {
  const { step_id: stepId, step_index: index, step_attempt: attempt, span_id: spanId } = target;
  if (stepId === null || stepId === undefined || stepId === "") {
    if ([index, attempt, spanId].some((value) => value !== null && value !== undefined))
      throw metadataInvalid({ reason: "the target has an index, an attempt or a span, and no step_id" });
    return { stepId: null, attempt: null, spanId: null };
  }
  const isLast = attempt === undefined || attempt === null || attempt === lastAttempt;
  return {
    // SDKs number steps of one id from the second on: that is how people see them as well.
    stepId: index === null || index === undefined || index === 0 ? stepId : `${stepId}:${index}`,
    attempt: isLast ? null : attempt,
    spanId: spanId ?? null,
  };
}
