// `/api/cancellations`: cancels many runs of a function at once, says before how many it would hit, and how far it has come.
import type { Cancellation } from "@stepwright/engine";
import {
  type ApiCancellation,
  type ApiCancellationPreview,
  type ApiPage,
  cancellationNotFound,
  cursorInvalid,
  isUlid,
  type Millis,
  millis,
} from "@stepwright/protocol";
import type { CancellationRequest } from "@stepwright/runtime";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { bodyJson } from "../body.ts";
import { limitParameter, readBody, readQuery } from "../parameters.ts";
import { indexRegistry } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";

const time = z
  .int("send milliseconds since 1970")
  .min(0, "it is before 1970")
  .transform((at): Millis => millis(at));

/** The body that says which runs are meant. */
export const cancellationRequestBody = z.strictObject({
  function: z.string("send the id of the function").min(1, "the id is empty"),
  from: time.optional(),
  to: time.optional(),
  if: z.string("send the condition as text").min(1, "the condition is empty; leave it out").optional(),
});

/** The query of a page. */
export const cancellationsQuery = z.strictObject({ cursor: z.string().optional(), limit: limitParameter });

interface OfCancellation {
  readonly Params: { readonly cancellationId: string };
}

/** Adds the routes. */
export function apiCancellationRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { cancellations } = runtime.storage;
  const present = (cancellation: Cancellation): ApiCancellation => {
    const { id, functionId, startedAfter, startedBefore, if: condition, createdAt, endedAt, cancelled } = cancellation;
    const fn = indexRegistry(runtime.registry()).functionById(functionId);
    return {
      id,
      functionSlug: fn?.slug ?? null,
      from: startedAfter,
      to: startedBefore,
      if: condition,
      createdAt,
      endedAt,
      cancelled,
    };
  };
  const readRequest = (body: unknown): CancellationRequest => {
    const { function: functionSlug, from, to, if: condition } = readBody(cancellationRequestBody, body);
    return {
      functionSlug,
      startedAfter: from ?? null,
      startedBefore: to ?? runtime.now(),
      if: condition ?? null,
    };
  };

  app.get("/api/cancellations", async (request): Promise<ApiPage<ApiCancellation>> => {
    const { cursor = null, limit } = readQuery(cancellationsQuery, request.query);
    if (cursor !== null && !isUlid(cursor)) throw cursorInvalid({ cursor });
    const page = await cancellations.list({ cursor, limit });
    return { ...page, items: page.items.map(present) };
  });

  app.post("/api/cancellations", async (request): Promise<ApiCancellation> =>
    present(await runtime.cancellations.ask(readRequest(bodyJson(request)))),
  );

  app.post("/api/cancellations/preview", (request): Promise<ApiCancellationPreview> =>
    runtime.cancellations.preview(readRequest(bodyJson(request))),
  );

  app.get<OfCancellation>("/api/cancellations/:cancellationId", async ({ params }): Promise<ApiCancellation> => {
    const { cancellationId } = params;
    const found = isUlid(cancellationId) ? await cancellations.get(cancellationId) : null;
    if (found === null) throw cancellationNotFound({ cancellationId });
    return present(found);
  });

  app.delete<OfCancellation>("/api/cancellations/:cancellationId", async ({ params }, reply) => {
    await runtime.cancellations.remove(params.cancellationId);
    return reply.code(204).send();
  });
}
