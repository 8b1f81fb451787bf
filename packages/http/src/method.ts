// Answers requests whose path is right and whose method is not.
import { methodNotAllowed, pathNotFound } from "@stepwright/protocol";
import type { FastifyInstance, FastifyRequest, HTTPMethods } from "fastify";
import { askedPath, pathOf } from "./error-handler.ts";

const refusal = { isRefusal: true };

/** Says whether a route is there only to refuse a method. */
export function isRefusal(config: unknown): boolean {
  return config === refusal || (typeof config === "object" && config !== null && "isRefusal" in config);
}

const known = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** Makes every other method of a path answer METHOD_NOT_ALLOWED with the ones that work, before a body is read. */
export function allowOnly(app: FastifyInstance, url: string, allowed: readonly HTTPMethods[]): void {
  const others = known.filter((method) => !allowed.includes(method));
  const refuse = (request: FastifyRequest): never => {
    throw methodNotAllowed({ method: request.method, path: askedPath(request), allowed: allowed.join(", ") });
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

/**
 * As `allowOnly` for every route that is added to this scope later, and what is at no path of the scope is not there: with five routes
 * for all of them, where a route for each path and method took two megabytes of forty paths.
 */
export function refuseOthers(scope: FastifyInstance): void {
  const methods = new Map<string, Set<HTTPMethods>>();
  scope.addHook("onRoute", ({ url, method, config }) => {
    if (isRefusal(config)) return;
    const those = methods.get(url) ?? new Set<HTTPMethods>();
    for (const one of [method].flat()) those.add(one);
    methods.set(url, those);
  });
  const refuse = (request: FastifyRequest): never => {
    const { method } = request;
    const path = askedPath(request);
    const [, allowed] = [...methods].find(([pattern]) => isAt(pathOf(request), pattern)) ?? [];
    if (allowed === undefined) throw pathNotFound({ method, path });
    throw methodNotAllowed({ method, path, allowed: [...allowed].join(", ") });
  };
  scope.route({
    method: [...known],
    url: "/*",
    exposeHeadRoute: false,
    config: refusal,
    onRequest: refuse,
    handler: refuse,
  });
}

/** Says whether a path is one of a route's, in which a segment may be a parameter, and the last one all that is left. */
function isAt(path: string, pattern: string): boolean {
  const given = path.split("/");
  const wanted = pattern.split("/");
  const rest = wanted.at(-1) === "*";
  if (rest ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((part, at) => part === "*" || (part.startsWith(":") ? given[at] !== "" : given[at] === part));
}
