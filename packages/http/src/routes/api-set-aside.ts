// `/api/set-aside`: what could not be processed, and another try for it.
import type { ApiSetAside } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { pageRowsMax } from "../limits.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the list and the retry of items that were set aside. */
export function apiSetAsideRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get("/api/set-aside", async (): Promise<{ readonly items: readonly ApiSetAside[] }> => ({
    items: await runtime.storage.queue.setAside(pageRowsMax),
  }));

  app.post<{ Params: { id: string } }>("/api/set-aside/:id/retry", async (request) => {
    await runtime.retryItem(request.params.id);
    return { retried: true };
  });
}
