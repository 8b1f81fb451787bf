// REST v1: one run, its queue items, and its cancellation.
import { runNotFound, type JsonObject, type RunId } from "@stepwright/protocol";
import type { QueuedItem } from "@stepwright/storage";
import type { FastifyInstance } from "fastify";
import { readRunId } from "../parameters.ts";
import { isoTime, restEnvelope, restRun } from "../present-rest.ts";
import type { ServerDeps } from "../server.ts";

interface OfRun {
  readonly Params: { readonly runId: string };
}

/** Queue items shown of one run. */
const jobsMax = 10;

/** Adds the run routes of REST v1. */
export function restRunRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { runs } = runtime.storage;
  const existing = async (runId: RunId) => {
    const run = await runs.get(runId);
    if (run === null) throw runNotFound({ runId });
    return run;
  };
  const envelope = (data: unknown): object => restEnvelope(data, runtime.now());

  app.get<OfRun>("/v1/runs/:runId", async ({ params }) => envelope(restRun(await existing(readRunId(params.runId)))));

  app.get<OfRun>("/v1/runs/:runId/jobs", async ({ params }) => {
    const run = await existing(readRunId(params.runId));
    return envelope((await runs.items(run.id)).slice(0, jobsMax).map(presentJob));
  });

  // A run that has ended already is as cancelled as it can be: no error, as clients of this API expect.
  app.delete<OfRun>("/v1/runs/:runId", async (request, reply) => {
    await runtime.cancelRun(readRunId(request.params.runId));
    return reply.type("application/json").send("");
  });
}

function presentJob({ id, kind, stepId, at, attempt }: QueuedItem): JsonObject {
  return {
    JobID: id,
    at: isoTime(at),
    position: 0,
    kind: jobKinds.get(kind) ?? kind,
    attempt,
    // What the peer keeps of an item is its own affair; these are the facts that ours has.
    Raw: { id, at, kind, stepId },
  };
}

/** What clients of this API call the kinds of items. */
const jobKinds: ReadonlyMap<string, string> = new Map([
  ["call", "edge"],
  ["wake", "sleep"],
  ["timeout", "pause"],
  ["resume", "edge"],
]);
