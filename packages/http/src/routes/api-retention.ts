// `/api/retention`: how long what is over is kept, and what was removed; and a sweep before its hour.
import type { ApiRetention, ApiSweep } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import type { ServerDeps } from "../server.ts";

/** Adds the routes. */
export function apiRetentionRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get("/api/retention", async (): Promise<ApiRetention> => {
    const { policy, isSweeping, nextSweepAt, lastSweep, removed } = runtime.retention();
    const { bytes, freeBytes } = await runtime.storage.stats();
    const { completed = null, failed = null, cancelled = null, skipped = null } = policy?.runs ?? {};
    return {
      keeps: { completed, failed, cancelled, skipped, events: policy?.events ?? null },
      isSweeping,
      nextSweepAt,
      lastSweep,
      removed,
      bytes,
      freeBytes,
    };
  });

  app.post("/api/retention/sweep", async (): Promise<ApiSweep> => ({ isSweeping: runtime.sweepNow() }));
}
