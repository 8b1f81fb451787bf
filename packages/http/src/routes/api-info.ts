// `/api/info`, `/api/login` and `/api/logout`: what the page asks before it may read anything.
import { loginFailed, pathNotFound, tooManyRequests, type ApiInfo } from "@stepwright/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { isKeyHolder, isLoggedIn, refuseForeignOrigin } from "../access.ts";
import { bodyJson } from "../body.ts";
import { loginBodyBytesMax } from "../limits.ts";
import { countLoginAttempts } from "../login-attempts.ts";
import { readBody } from "../parameters.ts";
import type { ServerDeps } from "../server.ts";
import { endedSessionCookie, sessionCookie } from "../session.ts";

/** The body of a login. */
export const loginBody = z.object({ key: z.string("send the signing key as text") });

/** Adds the routes that work without a login. */
export function apiInfoRoutes(app: FastifyInstance, { runtime, access, info, testControls }: ServerDeps): void {
  const attempts = countLoginAttempts();

  app.get("/api/info", async (request): Promise<ApiInfo> => {
    // Before a login the page learns that it needs one, and nothing about the data or the machine.
    if (!isLoggedIn(request, access, runtime.now())) return lockedInfo;
    const { queue, runs } = runtime.storage;
    const [depth, counts] = await Promise.all([queue.depth(), runs.countByStatus()]);
    const { version, mode, startedAt, dataDir } = info;
    return {
      version,
      mode,
      startedAt,
      dataDir,
      isDiscovering: runtime.isDiscovering,
      virtualNow: testControls?.clock().now ?? null,
      needsLogin: false,
      queue: depth,
      runs: counts,
    };
  });

  app.post("/api/login", { bodyLimit: loginBodyBytesMax }, async (request, reply) => {
    if (access.kind === "open") throw pathNotFound({ method: "POST", path: "/api/login" });
    refuseForeignOrigin(request);
    const now = runtime.now();
    const waitMs = attempts.waitMs(request.ip, now);
    if (waitMs > 0) throw tooManyRequests({ seconds: Math.ceil(waitMs / 1000) });
    const { key } = readBody(loginBody, bodyJson(request));
    if (!isKeyHolder(`Bearer ${key}`, access)) {
      attempts.failed(request.ip, now);
      throw loginFailed({});
    }
    const cookie = sessionCookie({ signingKey: access.signingKey, now, isSecure: isSecure(request) });
    return reply.header("set-cookie", cookie).code(204).send();
  });

  app.post("/api/logout", { bodyLimit: loginBodyBytesMax }, async (request, reply) => {
    refuseForeignOrigin(request);
    return reply
      .header("set-cookie", endedSessionCookie({ isSecure: isSecure(request) }))
      .code(204)
      .send();
  });
}

const lockedInfo: ApiInfo = {
  version: "",
  mode: "start",
  startedAt: 0,
  dataDir: null,
  isDiscovering: false,
  virtualNow: null,
  needsLogin: true,
  queue: { due: 0, future: 0, setAside: 0 },
  runs: { queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0, skipped: 0 },
};

/** Over plain HTTP a browser would drop a `Secure` cookie; a proxy that ends TLS says so. */
function isSecure(request: FastifyRequest): boolean {
  return request.headers["x-forwarded-proto"] === "https" || request.protocol === "https";
}
