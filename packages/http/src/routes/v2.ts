// REST v2. A path with another method answers with the methods it has.
import type { FastifyInstance } from "fastify";
import { refuseOthers } from "../method.ts";
import { restV2Prefix } from "../rest-v2.ts";
import type { ServerDeps } from "../server.ts";
import { v2DocumentRoute } from "./openapi.ts";
import { v2AppRoutes } from "./v2-apps.ts";
import { v2EventRoutes } from "./v2-events.ts";
import { v2FixedRoutes } from "./v2-fixed.ts";
import { v2RunCommandRoutes } from "./v2-run-commands.ts";
import { v2RunReadRoutes } from "./v2-run-reads.ts";

/** Adds REST v2. */
export function v2Routes(app: FastifyInstance, deps: ServerDeps): void {
  app.register(
    async (scope) => {
      refuseOthers(scope);
      v2FixedRoutes(scope, deps);
      v2AppRoutes(scope, deps);
      v2RunReadRoutes(scope, deps);
      v2RunCommandRoutes(scope, deps);
      v2EventRoutes(scope, deps);
      v2DocumentRoute(scope, deps);
    },
    { prefix: restV2Prefix },
  );
}
