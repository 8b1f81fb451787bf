// `POST /v1/signals`: resumes the run that waits for a signal.
import { canonicalJson, signalNotFound } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { bodyJson } from "../body.ts";
import { readBody } from "../parameters.ts";
import { restEnvelope } from "../present-rest.ts";
import type { ServerDeps } from "../server.ts";

/** The body of a signal. */
export const signalBody = z.object({
  signal: z.string("send the name of the signal as text").min(1, "the name of the signal is empty"),
  // Absent when a signal is sent without data, as `JSON.stringify` leaves out what is undefined.
  data: z.unknown().optional(),
});

/** Adds the sending of signals. */
export function signalRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.post("/v1/signals", async (request) => {
    const { signal, data } = readBody(signalBody, bodyJson(request));
    const runId = await runtime.sendSignal(signal, canonicalJson(data ?? null));
    if (runId === null) throw signalNotFound({ signal });
    return restEnvelope({ run_id: runId }, runtime.now());
  });
}
