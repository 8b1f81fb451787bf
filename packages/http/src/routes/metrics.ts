// `GET /metrics`: figures in the text format of Prometheus.
import type { FastifyInstance } from "fastify";
import type { Metrics } from "../metrics.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the route. Scraping costs no write: readiness is known from the phase alone. */
export function metricsRoutes(app: FastifyInstance, { runtime }: ServerDeps, metrics: Metrics): void {
  app.get("/metrics", async (_request, reply) => {
    const { queue, runs } = runtime.storage;
    const [depth, counts, { bytes }] = await Promise.all([
      queue.depth(),
      runs.countByStatus(),
      runtime.storage.stats(),
    ]);
    const text = metrics.text({
      queue: depth,
      runs: counts,
      inMemory: runtime.inMemory(),
      bytes,
      isReady: runtime.phase === "working",
    });
    return reply.type("text/plain; version=0.0.4; charset=utf-8").send(text);
  });
}
