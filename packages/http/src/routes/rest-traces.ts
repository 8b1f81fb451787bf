// `POST /v1/traces/userland`: spans that the OpenTelemetry SDK of an app exports. They are counted and not kept, and the
// protocol has words for that, so that exporters neither fail nor try again.
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { acceptRawBodies } from "../body.ts";
import { countSpans, refusedSpans, tracesPath } from "../otlp.ts";

const tracesBodyBytesMax = 8 * 1024 * 1024;

const tracesBody = z.object({
  resourceSpans: z
    .array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(z.unknown()).optional() })).optional() }))
    .optional(),
});

/** Adds the route. */
export function restTraceRoutes(app: FastifyInstance): void {
  app.register(async (scope) => {
    acceptRawBodies(scope);
    scope.post(tracesPath, { bodyLimit: tracesBodyBytesMax }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      // The content type is not looked at anywhere in this server; JSON begins with a brace, and a message never does.
      const isJson = /^\s*\{/.test(body.subarray(0, 64).toString("latin1"));
      const count = isJson ? countInJson(body) : countSpans(body);
      if (count === null) return reply.code(400).send({ message: "Invalid payload" });
      if (!isJson) return reply.type("application/x-protobuf").send(refusedSpans(count, sentence));
      return count === 0 ? {} : { partialSuccess: { rejectedSpans: String(count), errorMessage: sentence } };
    });
  });
}

const sentence = "this server does not keep spans of apps";

function countInJson(body: Buffer): number | null {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
  const parsed = tracesBody.safeParse(value);
  if (!parsed.success) return null;
  const scopes = (parsed.data.resourceSpans ?? []).flatMap((resource) => resource.scopeSpans ?? []);
  return scopes.reduce((sum, { spans = [] }) => sum + spans.length, 0);
}
