// REST v2, at both of its places. A path with another method answers with the methods it has.
import type { FastifyInstance, HTTPMethods } from "fastify";
import { allowOnly } from "../method.ts";
import { restV2Prefixes } from "../rest-v2.ts";
import type { ServerDeps } from "../server.ts";
import { v2DocumentRoute } from "./openapi.ts";
import { v2AppRoutes } from "./v2-apps.ts";
import { v2EventRoutes } from "./v2-events.ts";
import { v2FixedRoutes } from "./v2-fixed.ts";
import { v2RunCommandRoutes } from "./v2-run-commands.ts";
import { v2RunReadRoutes } from "./v2-run-reads.ts";

/** Adds REST v2. */
export function v2Routes(app: FastifyInstance, deps: ServerDeps): void {
  for (const prefix of restV2Prefixes) {
    app.register(
      async (scope) => {
        const methods = new Map<string, Set<HTTPMethods>>();
        scope.addHook("onRoute", ({ routePath, method }) => {
          const known = methods.get(routePath) ?? new Set<HTTPMethods>();
          for (const one of [method].flat()) known.add(one);
          methods.set(routePath, known);
        });
        v2FixedRoutes(scope, deps);
        v2AppRoutes(scope, deps);
        v2RunReadRoutes(scope, deps);
        v2RunCommandRoutes(scope, deps);
        v2EventRoutes(scope, deps);
        v2DocumentRoute(scope, deps);
        for (const [path, allowed] of methods) allowOnly(scope, path, [...allowed]);
      },
      { prefix },
    );
  }
}
