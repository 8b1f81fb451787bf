// `/test`: what test suites of the peer ask of its server, when it was started for them.
import { asFunctionId, asRunId, accountId, isUlid, type FunctionId } from "@stepwright/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { indexRegistry } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";
import { optionalParameter } from "./limit-overrides.ts";

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Adds the routes; none without test mode. */
export function testModeRoutes(app: FastifyInstance, { runtime, isTestMode = false }: ServerDeps): void {
  if (!isTestMode) return;
  const { runs } = runtime.storage;

  app.get("/test", async (_request, reply) => plain(reply, "OK"));

  // Rows stay, as with the peer; what is under way ends.
  app.post("/test/reset", async (_request, reply) => {
    for (;;) {
      const { items } = await runs.list({ statuses: ["queued", "running"] }, { cursor: null, limit: 100 });
      if (items.length === 0) return plain(reply, "ok");
      for (const run of items) await runtime.cancelRun(run.id);
    }
  });

  app.post("/test/function/pause", async (request, reply) => {
    const slug = slugOf(readFunctionId(request));
    if (slug === null) return plain(reply.code(400), "Invalid fnId");
    await runtime.functions.pause(slug);
    return plain(reply, "OK");
  });

  app.get("/test/queue/function-queue-size", async (request, reply) => {
    if (!isAccount(request)) return plain(reply.code(400), "Invalid accountId");
    const functionId = readFunctionId(request);
    if (functionId === null) return plain(reply.code(400), "Invalid fnId");
    return { count: await itemsOf(functionId) };
  });

  app.post("/test/function/runs/cancel", async (request, reply) => {
    const slug = slugOf(readFunctionId(request));
    if (slug === null) return plain(reply.code(400), "Invalid fnId");
    const runId = optionalParameter(request, "runId");
    if (!isUlid(runId)) return plain(reply.code(400), "Invalid runId");
    await runtime.functions.pause(slug);
    await runtime.cancelRun(asRunId(runId));
    return plain(reply, "OK");
  });

  function slugOf(functionId: FunctionId | null): string | null {
    return functionId === null ? null : (indexRegistry(runtime.registry()).functionById(functionId)?.slug ?? null);
  }

  /** Queue items of the function's runs, scheduled ones included. */
  async function itemsOf(functionId: FunctionId): Promise<number> {
    let count = 0;
    let cursor: string | null = null;
    do {
      const page = await runs.list({ functionId, statuses: ["queued", "running"] }, { cursor, limit: 100 });
      for (const run of page.items) count += (await runs.items(run.id)).length;
      cursor = page.nextCursor;
    } while (cursor !== null);
    return count;
  }
}

function plain(reply: FastifyReply, text: string): FastifyReply {
  return reply.type("text/plain; charset=utf-8").send(text);
}

function isAccount(request: FastifyRequest): boolean {
  const text = optionalParameter(request, "accountId");
  return uuidPattern.test(text) && text.toLowerCase() === accountId;
}

function readFunctionId(request: FastifyRequest): FunctionId | null {
  const text = optionalParameter(request, "fnId");
  return uuidPattern.test(text) ? asFunctionId(text.toLowerCase()) : null;
}
