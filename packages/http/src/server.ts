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
import { bodyBytesMaxDefault, pathParameterCharsMax } from "./limits.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { routedUrl } from "./rest-v2.ts";
import { apiAppRoutes } from "./routes/api-apps.ts";
import { apiCancellationRoutes } from "./routes/api-cancellations.ts";
import { apiEventRoutes } from "./routes/api-events.ts";
import { apiFunctionControlRoutes } from "./routes/api-function-control.ts";
import { apiFunctionRoutes } from "./routes/api-functions.ts";
import { apiInfoRoutes } from "./routes/api-info.ts";
import { apiLiveRoutes } from "./routes/api-live.ts";
import { apiRetentionRoutes } from "./routes/api-retention.ts";
import { apiRunRoutes } from "./routes/api-runs.ts";
import { apiSetAsideRoutes } from "./routes/api-set-aside.ts";
import { apiTestRoutes } from "./routes/api-test.ts";
import { assetRoutes } from "./routes/assets.ts";
import { checkpointRoutes } from "./routes/checkpoint.ts";
import { devRoutes } from "./routes/dev.ts";
import { eventRoutes } from "./routes/events.ts";
import { graphqlRoutes } from "./routes/graphql.ts";
import { healthRoutes } from "./routes/health.ts";
import { invokeRoutes } from "./routes/invoke.ts";
import { limitOverrideRoutes } from "./routes/limit-overrides.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { apiDocumentRoute, v1DocumentRoute } from "./routes/openapi.ts";
import { registerRoutes } from "./routes/register.ts";
import { restCancellationRoutes } from "./routes/rest-cancellations.ts";
import { restEventRoutes } from "./routes/rest-events.ts";
import { restFunctionRoutes } from "./routes/rest-functions.ts";
import { restMetadataRoutes } from "./routes/rest-metadata.ts";
import { restRunRoutes } from "./routes/rest-runs.ts";
import { restTraceRoutes } from "./routes/rest-traces.ts";
import { unsupportedRoutes } from "./routes/rest-unsupported.ts";
import { runStateRoutes } from "./routes/run-state.ts";
import { isRefusal } from "./method.ts";
import { signalRoutes } from "./routes/signals.ts";
import type { TestControls } from "./test-controls.ts";
import { testModeRoutes } from "./routes/test-mode.ts";
import { v2Routes } from "./routes/v2.ts";

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
  /** Times the messages of the live feed: the clock of the world, whatever the runtime's is. */
  readonly clock: Clock;
  readonly log: FastifyBaseLogger;
  readonly access: Access;
  readonly assets: Assets;
  readonly info: ServerInfo;
  /** Bytes of a request body after decompression; default 32 MiB. */
  readonly bodyBytesMax?: number;
  /** Bytes of a checkpoint's body; default 8 MiB. */
  readonly checkpointBytesMax?: number;
  /** What the runtime is counted by; without it `/metrics` shows what is, and nothing of what was. */
  readonly metrics?: Metrics;
  /** Adds what test suites of the peer ask for: `/test`, and limits of single functions. Default false. */
  readonly isTestMode?: boolean;
  /** Hears of every route that is added. */
  readonly onRoute?: (route: { readonly method: string; readonly url: string; readonly isRefusal: boolean }) => void;
  /** How much may be in hand at once. */
  readonly intake?: IntakeLimits;
  /** Absent: there is no GraphQL API. */
  readonly graphql?: LoadGraphql;
  /** `apps`: only what SDKs ask for, and reads of runs and events; an engine in a test has these in a fifth of the time. Default `all`. */
  readonly serves?: "all" | "apps";
  /** What tests may do to a server on a virtual clock, under `/api/test`; absent on a real one. */
  readonly testControls?: TestControls;
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
    routerOptions: { maxParamLength: pathParameterCharsMax },
    bodyLimit: deps.bodyBytesMax ?? bodyBytesMaxDefault,
    genReqId: () => `${info.startedAt.toString(36)}-${(requests++).toString(36)}`,
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
    rewriteUrl: ({ url = "/" }) => routedUrl(url),
    // Requests that are in while the server goes down are answered.
    return503OnClosing: false,
  });

  tellRoutes(app, deps);
  acceptTextBodies(app);
  handleErrors(app);
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-inngest-server-kind", serverKind);
    guardOpenServer(request, access);
    if (allowOrigins(request, reply, access)) reply.send("");
    else done();
  });
  limitIntake(app, deps);

  eventRoutes(app, deps);
  // Each of these is a scope of its own: a hook added in one does not reach the others.
  app.register(async (keyed) => {
    keyed.addHook("onRequest", requireSigningKey(access));
    routesOfSdks(keyed, deps);
    if (deps.serves !== "apps") otherKeyedRoutes(keyed, deps);
  });
  app.register(async (api) => {
    api.addHook(
      "onRequest",
      requireLogin(access, () => deps.runtime.now()),
    );
    apiRunRoutes(api, deps);
    apiEventRoutes(api, deps);
    if (deps.serves !== "apps") otherApiRoutes(api, deps);
  });
  if (deps.serves !== "apps") openRoutes(app, deps);
  return app;
}

/** What SDKs ask for while they work. */
function routesOfSdks(keyed: FastifyInstance, deps: ServerDeps): void {
  registerRoutes(keyed, deps);
  checkpointRoutes(keyed, deps);
  runStateRoutes(keyed, deps);
  signalRoutes(keyed, deps);
  restMetadataRoutes(keyed, deps);
}

function otherKeyedRoutes(keyed: FastifyInstance, deps: ServerDeps): void {
  invokeRoutes(keyed, deps);
  devRoutes(keyed, deps);
  restEventRoutes(keyed, deps);
  restRunRoutes(keyed, deps);
  restFunctionRoutes(keyed, deps);
  restCancellationRoutes(keyed, deps);
  restTraceRoutes(keyed, deps);
  unsupportedRoutes(keyed);
  limitOverrideRoutes(keyed, deps);
  testModeRoutes(keyed, deps);
  v1DocumentRoute(keyed, deps);
  v2Routes(keyed, deps);
}

function otherApiRoutes(api: FastifyInstance, deps: ServerDeps): void {
  apiCancellationRoutes(api, deps);
  apiFunctionRoutes(api, deps);
  apiFunctionControlRoutes(api, deps);
  apiAppRoutes(api, deps);
  apiRetentionRoutes(api, deps);
  apiSetAsideRoutes(api, deps);
  apiLiveRoutes(api, deps);
  apiTestRoutes(api, deps);
  apiDocumentRoute(api, deps);
  metricsRoutes(api, deps, deps.metrics ?? createMetrics());
}

function openRoutes(app: FastifyInstance, deps: ServerDeps): void {
  healthRoutes(app, deps);
  assetRoutes(app, deps);
  graphqlRoutes(app, deps);
  apiInfoRoutes(app, deps);
}

function tellRoutes(app: FastifyInstance, { onRoute }: ServerDeps): void {
  if (onRoute === undefined) return;
  app.addHook("onRoute", ({ method, url, config }) => {
    for (const one of [method].flat()) onRoute({ method: one, url, isRefusal: isRefusal(config) });
  });
}
