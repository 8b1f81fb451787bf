// REST v2: what is done to a run.
import { canonicalJson, runAlreadyCancelled, runEnded } from "@stepwright/protocol";
import type { RerunOptions } from "@stepwright/runtime";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { anyJson } from "../any-json.ts";
import { readScores } from "../read-scores.ts";
import { camelKeys, readV2Body, readV2RunId } from "../read-v2.ts";
import { sendV2 } from "../rest-v2.ts";
import type { ServerDeps } from "../server.ts";
import { existingV2Run } from "./v2-run-reads.ts";

interface OfRun {
  readonly Params: { readonly runId: string };
}

/** The body of a rerun; an empty one runs the whole again. */
export const rerunBody = z.strictObject({
  fromStep: z
    .preprocess(
      camelKeys,
      z.strictObject({ stepId: z.string("send text").min(1, "it is empty"), input: anyJson.optional() }),
    )
    .optional(),
});

/** Adds the routes that change runs. */
export function v2RunCommandRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { runs } = runtime.storage;

  app.post<OfRun>("/runs/:runId/rerun", async (request, reply) => {
    const runId = readV2RunId(request.params.runId);
    const { fromStep } = readV2Body(rerunBody, request);
    const again = await runtime.rerun(runId, fromStep === undefined ? {} : { fromStep: stepOf(fromStep) });
    return sendV2(reply, { data: { runId: again }, now: runtime.now() });
  });

  app.post<OfRun>("/runs/:runId/cancel", async (request, reply) => {
    const runId = readV2RunId(request.params.runId);
    if (!(await runtime.cancelRun(runId))) {
      const run = await existingV2Run(runs, runId);
      if (run.status === "cancelled") throw runAlreadyCancelled({ runId });
      throw runEnded({ runId, runStatus: run.status });
    }
    return sendV2(reply, { data: { runId }, now: runtime.now() });
  });

  app.post<OfRun>("/runs/:runId/scores", async (request, reply) => {
    const { id: runId } = await existingV2Run(runs, request.params.runId);
    const scores = readScores(request);
    await runtime.putMetadata(
      runId,
      scores.map(({ name, value, stepId }) => ({
        target: { stepId: stepId ?? null, attempt: null, spanId: null },
        kind: "inngest.score",
        op: "merge",
        values: { [name]: { value } },
      })),
    );
    return sendV2(reply, { data: scores.map((score) => ({ ...score, runId })), now: runtime.now() });
  });
}

function stepOf({
  stepId,
  input,
}: NonNullable<z.output<typeof rerunBody>["fromStep"]>): NonNullable<RerunOptions["fromStep"]> {
  return input === undefined ? { stepId } : { stepId, input: canonicalJson(input) };
}
