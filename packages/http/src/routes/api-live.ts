// `GET /api/live`: server-sent events with what changed.
import { tooManyRequests } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { liveClientsMax } from "../limits.ts";
import { createLiveHub } from "../live.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the live feed; closing the server ends its streams. */
export function apiLiveRoutes(app: FastifyInstance, { runtime, clock, log }: ServerDeps): void {
  const hub = createLiveHub({
    feed: runtime.live,
    clock,
    onDropped: (behindMs) => log.warn({ component: "http", behindMs }, "live page dropped, it had stopped reading"),
  });
  app.addHook("preClose", (done) => {
    hub.close();
    done();
  });

  app.get("/api/live", (request, reply) => {
    if (hub.clients >= liveClientsMax) throw tooManyRequests({ seconds: 5 });
    reply
      .header("content-type", "text/event-stream")
      .header("cache-control", "no-store")
      // Nginx would hold the messages back otherwise.
      .header("x-accel-buffering", "no");
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.writeHead(200);
    reply.raw.flushHeaders();
    // A quiet feed is none that hangs; the hub drops who does not read.
    request.raw.socket.setTimeout(0);
    hub.add(reply.raw);
  });
}
