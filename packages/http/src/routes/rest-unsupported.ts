// What SDKs and tools may ask of the peer and this server does not do: each answers so in one sentence.
import { notSupported } from "@stepwright/protocol";
import type { FastifyInstance, FastifyRequest, HTTPMethods } from "fastify";

const any: readonly HTTPMethods[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const durable = "running a function as a durable endpoint (a sync run, which an SDK starts by POST /v1/checkpoint)";
const realtime = "realtime, that is channels, topics and their tokens,";
const connect = "connecting workers over websockets (Connect)";

/** Routes that answer 501, and for what. */
export const unsupported: readonly (readonly [url: string, methods: readonly HTTPMethods[], feature: string])[] = [
  ...["/v1/checkpoint", "/v1/http/runs"].flatMap((prefix) => [
    [prefix, ["POST"], durable] as const,
    [`${prefix}/:runId/steps`, ["POST"], durable] as const,
    [`${prefix}/:runId/output`, any, durable] as const,
  ]),
  ["/v1/realtime/*", any, realtime],
  ["/v0/connect", any, connect],
  ["/v0/connect/*", any, connect],
  ["/v1/prom/:env", ["GET"], "figures by environment (GET /metrics has those of the server)"],
];

/** Adds the answers. */
export function unsupportedRoutes(app: FastifyInstance): void {
  for (const [url, methods, feature] of unsupported) {
    app.route({
      method: [...methods],
      url,
      exposeHeadRoute: false,
      handler: async (_request: FastifyRequest) => {
        throw notSupported({ feature });
      },
    });
  }
}
