// Builds the HTTP server from its routes; it listens to nothing, so that tests can inject requests.
import type { Clock, Runtime } from "@stepwright/runtime";
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { guardOpenServer, requireLogin, requireSigningKey, type Access } from "./access.ts";
import type { Assets } from "./assets.ts";
import { acceptTextBodies } from "./body.ts";
import { allowOrigins } from "./cors.ts";
import { handleErrors, sendError } from "./error-handler.ts";
import type { LoadGraphql } from "./graphql-api.ts";
import { type IntakeLimits, limitIntake } from "./limit-intake.ts";
import { bodyBytesMaxDefault } from "./limits.ts";
import { apiAppRoutes } from "./routes/api-apps.ts";
import { apiEventRoutes } from "./routes/api-events.ts";
import { apiFunctionControlRoutes } from "./routes/api-function-control.ts";
import { apiFunctionRoutes } from "./routes/api-functions.ts";
import { apiInfoRoutes } from "./routes/api-info.ts";
import { apiLiveRoutes } from "./routes/api-live.ts";
import { apiRetentionRoutes } from "./routes/api-retention.ts";
import { apiRunRoutes } from "./routes/api-runs.ts";
import { apiSetAsideRoutes } from "./routes/api-set-aside.ts";
import { assetRoutes } from "./routes/assets.ts";
import { checkpointRoutes } from "./routes/checkpoint.ts";
import { devRoutes } from "./routes/dev.ts";
import { eventRoutes } from "./routes/events.ts";
import { graphqlRoutes } from "./routes/graphql.ts";
import { healthRoutes } from "./routes/health.ts";
import { invokeRoutes } from "./routes/invoke.ts";
import { registerRoutes } from "./routes/register.ts";
import { restEventRoutes } from "./routes/rest-events.ts";
import { restRunRoutes } from "./routes/rest-runs.ts";
import { runStateRoutes } from "./routes/run-state.ts";
import { signalRoutes } from "./routes/signals.ts";

/** What the server says about itself. */
export interface ServerInfo {
  readonly version: string;
  readonly mode: "dev" | "start";
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Null for a database in memory. */
  readonly dataDir: string | null;
}

/** Everything the server is built from. */
export interface ServerDeps {
  readonly runtime: Runtime;
  /** Times the messages of the live feed. */
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly access: Access;
  readonly assets: Assets;
  readonly info: ServerInfo;
  /** Bytes of a request body after decompression; default 32 MiB. */
  readonly bodyBytesMax?: number;
  /** How much may be in hand at once. */
  readonly intake?: IntakeLimits;
  /** Absent: there is no GraphQL API. */
  readonly graphql?: LoadGraphql;
}

/** Builds the server without listening. Closing it ends the live connections, but neither the runtime nor the storage. */
export function buildServer(deps: ServerDeps): FastifyInstance {
  const { access, info, log } = deps;
  const serverKind = info.mode === "dev" ? "dev" : "cloud";
  let requests = 0;
  const app = fastify({
    loggerInstance: log,
    // Each request would make a logger of its own, for lines that are hardly ever written.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: deps.bodyBytesMax ?? bodyBytesMaxDefault,
    genReqId: () => `${info.startedAt.toString(36)}-${(requests++).toString(36)}`,
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
    // Requests that are in while the server goes down are answered.
    return503OnClosing: false,
  });

  acceptTextBodies(app);
  handleErrors(app);
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-inngest-server-kind", serverKind);
    guardOpenServer(request, access);
    if (allowOrigins(request, reply, access)) reply.send("");
    else done();
  });
  limitIntake(app, deps);

  healthRoutes(app, deps);
  eventRoutes(app, deps);
  assetRoutes(app, deps);

  // Each of these is a scope of its own: a hook added in one does not reach the others.
  app.register(async (keyed) => {
    keyed.addHook("onRequest", requireSigningKey(access));
    invokeRoutes(keyed, deps);
    registerRoutes(keyed, deps);
    devRoutes(keyed, deps);
    checkpointRoutes(keyed, deps);
    runStateRoutes(keyed, deps);
    signalRoutes(keyed, deps);
    restEventRoutes(keyed, deps);
    restRunRoutes(keyed, deps);
  });
  graphqlRoutes(app, deps);
  apiInfoRoutes(app, deps);
  app.register(async (api) => {
    api.addHook(
      "onRequest",
      requireLogin(access, () => deps.runtime.now()),
    );
    apiRunRoutes(api, deps);
    apiEventRoutes(api, deps);
    apiFunctionRoutes(api, deps);
    apiFunctionControlRoutes(api, deps);
    apiAppRoutes(api, deps);
    apiRetentionRoutes(api, deps);
    apiSetAsideRoutes(api, deps);
    apiLiveRoutes(api, deps);
  });
  return app;
}
