// REST v2: what is the same on every server, its keys, and what only the hosted service has.
import { accountId, environmentId, fieldMissing, millis, notSupported, type JsonValue } from "@stepwright/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Access } from "../access.ts";
import type { Query } from "../query.ts";
import { readLimit, readV2Body } from "../read-v2.ts";
import { protoTime, sendV2 } from "../rest-v2.ts";
import type { ServerDeps } from "../server.ts";

// The dates are those that the peer gives its one account and environment.
const since = "2021-05-13T09:30:04Z";
const account: JsonValue = {
  createdAt: since,
  email: "dev@inngest.local",
  id: accountId,
  name: "Dev Server",
  updatedAt: since,
};
const environmentName = "dev";
const environment: JsonValue = { createdAt: since, id: environmentId, name: environmentName, type: "TEST" };

/** What the hosted service has beyond this server: path, methods and a name for it. */
export const hosted = [
  ["/env/webhooks", ["GET", "POST"], "webhooks"],
  ["/partner/accounts", ["GET", "POST"], "several accounts"],
  ["/insights/*", ["GET", "POST"], "insights"],
  ["/experiments", ["GET"], "experiments"],
  ["/experiments/*", ["GET", "POST"], "experiments"],
  ["/sessions", ["GET"], "sessions"],
  ["/sessions/*", ["GET", "POST"], "sessions"],
  ["/sandboxes", ["GET", "POST"], "sandboxes"],
  ["/sandboxes/*", ["GET", "POST", "DELETE"], "sandboxes"],
] as const;

/** The body that would make an environment. */
export const environmentBody = z.strictObject({ name: z.string().optional() });

/** Adds them. */
export function v2FixedRoutes(app: FastifyInstance, { runtime, access, info }: ServerDeps): void {
  const now = () => runtime.now();

  app.get("/health", async (_request, reply) => sendV2(reply, { data: { status: "ok" }, now: now() }));
  app.get("/account", async (_request, reply) => sendV2(reply, { data: account, now: now() }));

  app.get<{ Querystring: Query }>("/envs", async (request, reply) => {
    readLimit(request.query, { default: 20, max: 250 });
    return sendV2(reply, { data: [environment], now: now(), page: {} });
  });
  app.post("/envs", async (request) => {
    if (!readV2Body(environmentBody, request).name) throw fieldMissing({ field: "Environment name" });
    throw notSupported({ feature: "more than one environment" });
  });
  app.patch("/envs/:envId", async () => {
    throw notSupported({ feature: "changing environments" });
  });

  for (const kind of ["events", "signing"] as const) {
    app.get<{ Querystring: Query }>(`/keys/${kind}`, async (request, reply) => {
      readLimit(request.query, { default: 20, max: 100 });
      const keys = isOtherEnvironment(request) ? [] : keysOf(access, kind);
      const createdAt = protoTime(millis(info.startedAt));
      const data = keys.map((key) => ({ createdAt, environment: environmentName, key }));
      return sendV2(reply, { data, now: now(), page: {} });
    });
  }

  for (const [url, methods, feature] of hosted) {
    app.route({
      method: [...methods],
      url,
      exposeHeadRoute: false,
      handler: async (request) => {
        if (url === "/env/webhooks" && request.headers["x-inngest-env"] === undefined)
          throw fieldMissing({ field: "X-Inngest-Env header" });
        throw notSupported({ feature });
      },
    });
  }
}

/** Whoever may ask has the signing key already, and the event keys let one send events, which the signing key does as well. */
function keysOf(access: Access, kind: "events" | "signing"): readonly string[] {
  if (access.kind === "open") return [];
  return kind === "events" ? access.eventKeys : [access.signingKey];
}

function isOtherEnvironment({ headers }: FastifyRequest): boolean {
  const wanted = headers["x-inngest-env"];
  return typeof wanted === "string" && wanted !== "" && wanted !== environmentName && wanted !== environmentId;
}
