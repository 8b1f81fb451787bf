// `/api/test/*`: what tests do with a server on a virtual clock; no other server has these routes.
import { StepwrightError, testRefused } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import type { ServerDeps } from "../server.ts";
import { apiTestClockRoutes } from "./api-test-clock.ts";
import { apiTestFaultRoutes } from "./api-test-faults.ts";
import { apiTestQueueRoutes } from "./api-test-queue.ts";

/** Adds the routes; none without controls. */
export function apiTestRoutes(app: FastifyInstance, deps: ServerDeps): void {
  const { testControls } = deps;
  if (testControls === undefined) return;
  // A scope of its own, for its errors.
  app.register(async (scope) => {
    scope.setErrorHandler((error) => {
      throw isRefusal(error) ? testRefused({ reason: error.message }, { cause: error }) : error;
    });
    apiTestClockRoutes(scope, deps, testControls);
    apiTestQueueRoutes(scope, testControls);
    apiTestFaultRoutes(scope, testControls);
  });
}

/** Controls refuse in sentences for whoever wrote the test; what the language itself throws is a defect of ours. */
function isRefusal(error: unknown): error is Error {
  if (error instanceof StepwrightError || !(error instanceof Error) || "code" in error) return false;
  return !(error instanceof TypeError || error instanceof ReferenceError);
}
