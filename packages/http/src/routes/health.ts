// `GET /health` says that the process answers, `GET /ready` that its storage does too and may be written to. Both are open
// to everybody.
import { notReady, StepwrightError } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import type { ServerDeps } from "../server.ts";

/** Adds the routes for those who watch the server. */
export function healthRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get("/health", async () => ({ status: 200, message: "OK" }));

  app.get("/ready", async () => {
    try {
      await runtime.storage.stats();
    } catch (cause) {
      // The code alone: the message has paths of this machine, and everybody may ask.
      const reason = cause instanceof StepwrightError ? cause.code : "the database does not answer";
      throw notReady({ reason }, { cause });
    }
    return { status: 200, message: "OK" };
  });
}
