// `GET /health` says that the process answers, `GET /ready` that its storage does too. Both are open to everybody.
import { notReady } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import type { ServerDeps } from "../server.ts";

/** Adds the routes for those who watch the server. */
export function healthRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get("/health", async () => ({ status: 200, message: "OK" }));

  app.get("/ready", async () => {
    try {
      await runtime.storage.stats();
    } catch (cause) {
      throw notReady({ reason: "the database does not answer" }, { cause });
    }
    return { status: 200, message: "OK" };
  });
}
