// `/api/set-aside`: what could not be processed, and another try for one item or a page of them.
import {
  type ApiPage,
  type ApiRetried,
  type ApiSetAside,
  cursorInvalid,
  queueItemNotFound,
  StepwrightError,
} from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { limitParameter, readQuery } from "../parameters.ts";
import type { ServerDeps } from "../server.ts";

/** The query of a page. */
export const setAsideQuery = z.strictObject({ cursor: z.string().optional(), limit: limitParameter });

/** Adds the list and the retries of items that were set aside. */
export function apiSetAsideRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const readPage = async (query: unknown): Promise<ApiPage<ApiSetAside>> => {
    const { cursor = null, limit } = readQuery(setAsideQuery, query);
    if (cursor !== null && !/^\d{1,16}:\d{1,16}$/.test(cursor)) throw cursorInvalid({ cursor });
    return runtime.storage.queue.setAside({ cursor, limit });
  };

  app.get("/api/set-aside", (request): Promise<ApiPage<ApiSetAside>> => readPage(request.query));

  app.post<{ Params: { id: string } }>("/api/set-aside/:id/retry", async (request) => {
    await runtime.retryItem(request.params.id);
    return { retried: true };
  });

  // A page, and not all: one request does a bounded piece of work. What is set aside again meanwhile is newer than the
  // pages that follow, so whoever goes from page to page comes to an end.
  app.post("/api/set-aside/retry", async (request): Promise<ApiRetried> => {
    const { items, nextCursor } = await readPage(request.query);
    const outcomes = await Promise.all(items.map(({ id }) => retry(id)));
    return {
      retried: outcomes.filter((outcome) => outcome === "retried").length,
      refused: outcomes.filter((outcome) => typeof outcome === "object"),
      nextCursor,
    };
  });

  async function retry(id: string): Promise<"retried" | "gone" | ApiRetried["refused"][number]> {
    try {
      await runtime.retryItem(id);
      return "retried";
    } catch (error) {
      if (!(error instanceof StepwrightError) || error.status >= 500) throw error;
      // Somebody else was quicker.
      if (error.code === queueItemNotFound.code) return "gone";
      return { id, code: error.code, error: error.message };
    }
  }
}
