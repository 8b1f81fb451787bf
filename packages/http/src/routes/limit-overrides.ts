// `/fn/step-limit` and `/fn/state-size-limit`: other limits for the runs of one function, on a server for test suites.
import {
  overrideNotFound,
  parameterInvalid,
  parameterMissing,
  pathNotFound,
  runStateBytesMax,
  stepsPerRunOverrideMax,
} from "@stepwright/protocol";
import type { LimitName } from "@stepwright/runtime";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { bodyText } from "../body.ts";
import { pathOf } from "../error-handler.ts";
import type { ServerDeps } from "../server.ts";

const limits: readonly (readonly [path: string, limit: LimitName, noun: string, highest: number])[] = [
  ["/fn/step-limit", "steps", "step limit", stepsPerRunOverrideMax],
  ["/fn/state-size-limit", "stateBytes", "state size limit", runStateBytesMax],
];

/** Adds the routes. Without test mode they are there for nobody, but not before the key was asked for. */
export function limitOverrideRoutes(app: FastifyInstance, { runtime, isTestMode = false }: ServerDeps): void {
  const refuse = (request: FastifyRequest): void => {
    if (!isTestMode) throw pathNotFound({ method: request.method, path: pathOf(request) });
  };
  for (const [path, limit, noun, highest] of limits) {
    app.post(path, async (request, reply) => {
      refuse(request);
      const value = parameter(request, "limit");
      const max = /^\d{1,12}$/.test(value) ? Number(value) : NaN;
      if (Number.isNaN(max)) throw parameterInvalid({ name: "limit", value, allowed: "give a whole number" });
      runtime.limits.set(limit, parameter(request, "functionId"), Math.min(max, highest));
      return reply.send("");
    });
    app.delete(path, async (request, reply) => {
      refuse(request);
      const functionId = parameter(request, "functionId");
      if (!runtime.limits.clear(limit, functionId)) throw overrideNotFound({ limit: noun, functionId });
      return reply.send("");
    });
  }
}

function parameter(request: FastifyRequest, name: string): string {
  const value = optionalParameter(request, name);
  if (value === "") throw parameterMissing({ name, allowed: "give it in the query or in a form" });
  return value;
}

/** A parameter of the query, or of a form in the body; empty when there is none. */
export function optionalParameter(request: FastifyRequest, name: string): string {
  const query = new URL(request.url, "http://localhost").searchParams;
  return query.get(name) ?? new URLSearchParams(bodyText(request)).get(name) ?? "";
}
