// `/api/cancellations`: cancels the unfinished runs of a function together, and says how far that is.
import type { Cancellation } from "@stepwright/engine";
import { type ApiCancellation, cancellationNotFound, isUlid, millis } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { bodyJson } from "../body.ts";
import { readBody } from "../parameters.ts";
import { indexRegistry } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";

const time = z.int("send milliseconds since 1970").min(0, "send milliseconds since 1970").transform(millis);

/** The body that asks for one. Without times, every run that was made until now is meant. */
export const cancelRunsBody = z.strictObject({
  function: z.string("send the id of the function").min(1, "the id is empty"),
  from: time.optional(),
  to: time.optional(),
  if: z.string("send an expression").min(1, "the expression is empty").optional(),
});

interface OfCancellation {
  readonly Params: { readonly cancellationId: string };
}

/** Adds the routes. */
export function apiCancellationRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const present = (cancellation: Cancellation): ApiCancellation => {
    const { id, functionId, startedAfter, startedBefore, createdAt, endedAt, cancelled } = cancellation;
    const functionSlug = indexRegistry(runtime.registry()).functionById(functionId)?.slug ?? functionId;
    return {
      id,
      functionSlug,
      from: startedAfter,
      to: startedBefore,
      if: cancellation.if,
      createdAt,
      endedAt,
      cancelled,
    };
  };

  app.post("/api/cancellations", async (request): Promise<ApiCancellation> => {
    const { function: functionSlug, from, to, if: condition } = readBody(cancelRunsBody, bodyJson(request));
    const asked = await runtime.cancellations.ask({
      functionSlug,
      startedAfter: from ?? null,
      startedBefore: to ?? runtime.now(),
      if: condition ?? null,
    });
    return present(asked);
  });

  app.get<OfCancellation>("/api/cancellations/:cancellationId", async ({ params }): Promise<ApiCancellation> => {
    const { cancellationId } = params;
    const found = isUlid(cancellationId) ? await runtime.storage.cancellations.get(cancellationId) : null;
    if (found === null) throw cancellationNotFound({ cancellationId });
    return present(found);
  });
}
