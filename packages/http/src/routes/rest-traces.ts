// `POST /v1/traces/userland`: spans that the OpenTelemetry SDK of an app exports, kept with their runs. What is not kept is told as the
// protocol has it, so that exporters neither fail nor try again.
import type { AppSpan } from "@stepwright/engine";
import type { RunId } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { acceptRawBodies } from "../body.ts";
import { answerBytes, answerJson } from "../otlp/answer.ts";
import { readAppSpan } from "../otlp/app-span.ts";
import { readJsonExport } from "../otlp/read-json.ts";
import { readProtobufExport } from "../otlp/read-protobuf.ts";
import type { OtlpSpan } from "../otlp/span.ts";
import { tracesPath } from "../otlp/traces-path.ts";
import type { ServerDeps } from "../server.ts";

const tracesBodyBytesMax = 8 * 1024 * 1024;

/** Adds the route. Its errors have the shape of a `google.rpc.Status`, as exporters expect. */
export function restTraceRoutes(app: FastifyInstance, { runtime }: Pick<ServerDeps, "runtime">): void {
  app.register(async (scope) => {
    acceptRawBodies(scope);
    scope.post(tracesPath, { bodyLimit: tracesBodyBytesMax }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      // The content type is not looked at anywhere in this server. JSON begins with a brace, and so may a message.
      const json = /^\s*\{/.test(body.subarray(0, 64).toString("latin1"))
        ? readJsonExport(body.toString("utf8"))
        : null;
      const read = json ?? readProtobufExport(body);
      if (read === null) return reply.code(400).send({ message: "Invalid payload" });
      const { ofRuns, strangers } = byRun(read.spans);
      let refused = read.refused + strangers;
      for (const [runId, spans] of ofRuns) refused += await runtime.putAppSpans(runId, spans);
      return json !== null
        ? answerJson(refused, sentence)
        : reply.type("application/x-protobuf").send(answerBytes(refused, sentence));
    });
  });
}

const sentence = "spans are kept that carry inngest.traceref and whose run is there and has room for them";

function byRun(spans: readonly OtlpSpan[]): {
  readonly ofRuns: ReadonlyMap<RunId, readonly AppSpan[]>;
  readonly strangers: number;
} {
  const read = spans.flatMap((span) => readAppSpan(span) ?? []);
  const groups = Map.groupBy(read, ({ runId }) => runId);
  return {
    ofRuns: new Map([...groups].map(([runId, list]) => [runId, list.map(({ span }) => span)])),
    strangers: spans.length - read.length,
  };
}
