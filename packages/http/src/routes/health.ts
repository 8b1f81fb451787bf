// `GET /health` says that the process answers, `GET /ready` that the server works and can store what it is sent. Both are open
// to everybody.
import { notReady, StepwrightError } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import type { FastifyInstance } from "fastify";
import type { ServerDeps } from "../server.ts";

/** Adds the routes for those who watch the server. */
export function healthRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get("/health", async () => ({ status: 200, message: "OK" }));

  app.get("/ready", async () => {
    const reason = await reasonNotReady(runtime);
    if (reason !== null) throw notReady({ reason });
    return { status: 200, message: "OK" };
  });
}

/** Null when the server is ready. */
async function reasonNotReady({ phase, storage, checkWrites }: Runtime): Promise<string | null> {
  if (phase === "new") return "it is starting";
  if (phase === "stopping") return "it is shutting down";
  try {
    // Reads fail at once where a write would be kept and tried again.
    await storage.stats();
    await checkWrites();
    return null;
  } catch (cause) {
    // The code alone: the message has paths of this machine, and everybody may ask.
    return cause instanceof StepwrightError ? cause.code : "the database does not answer";
  }
}
