// Answers requests whose path is right and whose method is not.
import { methodNotAllowed } from "@stepwright/protocol";
import type { FastifyInstance, FastifyRequest, HTTPMethods } from "fastify";
import { pathOf } from "./error-handler.ts";

const refusal = { isRefusal: true };

/** Says whether a route is there only to refuse a method. */
export function isRefusal(config: unknown): boolean {
  return config === refusal || (typeof config === "object" && config !== null && "isRefusal" in config);
}

/** Makes every other method of a path answer METHOD_NOT_ALLOWED with the ones that work, before a body is read. */
export function allowOnly(app: FastifyInstance, url: string, allowed: readonly HTTPMethods[]): void {
  const others = (["GET", "POST", "PUT", "PATCH", "DELETE"] as const).filter((method) => !allowed.includes(method));
  const refuse = (request: FastifyRequest): never => {
    throw methodNotAllowed({ method: request.method, path: pathOf(request), allowed: allowed.join(", ") });
  };
  app.route({
    method: [...others],
    url,
    exposeHeadRoute: false,
    config: refusal,
    onRequest: refuse,
    handler: refuse,
  });
}
