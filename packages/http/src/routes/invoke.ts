// `POST /invoke/SLUG`: starts one function by hand, with the body as its event.
import type { FastifyInstance } from "fastify";
import { readInvocation } from "../event-body.ts";
import { allowOnly } from "../method.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the invocation of a function over plain HTTP. */
export function invokeRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.post<{ Params: { slug: string } }>("/invoke/:slug", async (request) => {
    const id = await runtime.invoke(request.params.slug, readInvocation(request, runtime.eventLimits));
    return { id, status: 200 };
  });
  allowOnly(app, "/invoke/:slug", ["POST"]);
}
