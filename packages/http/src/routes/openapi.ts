// The documents of the APIs. They are written when somebody asks for the first time, and kept.
import type { FastifyInstance } from "fastify";
import { ownApi, ownApiWithTests } from "../openapi/api.ts";
import { openApiDocument } from "../openapi/document.ts";
import type { ApiDescription } from "../openapi/operation.ts";
import { restV1 } from "../openapi/v1.ts";
import { restV2 } from "../openapi/v2.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the document of REST v1. */
export function v1DocumentRoute(app: FastifyInstance, deps: ServerDeps): void {
  documentRoute(app, "/v1/openapi.json", restV1, deps);
}

/** Adds the document of REST v2, where its routes are. */
export function v2DocumentRoute(app: FastifyInstance, deps: ServerDeps): void {
  documentRoute(app, "/openapi.json", restV2, deps);
}

/** Adds the document of the server's own API. */
export function apiDocumentRoute(app: FastifyInstance, deps: ServerDeps): void {
  documentRoute(app, "/api/openapi.json", deps.testControls === undefined ? ownApi : ownApiWithTests, deps);
}

function documentRoute(app: FastifyInstance, url: string, api: ApiDescription, { info }: ServerDeps): void {
  let document: string | null = null;
  app.get(url, async (_request, reply) =>
    reply
      .type("application/json; charset=utf-8")
      .send((document ??= JSON.stringify(openApiDocument(api, info.version)))),
  );
}
