// REST v1: the functions of an app, as a bare list.
import { environmentId, registeredConfig } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { isoTime } from "../present-rest.ts";
import { indexRegistry } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";

/** How the zero time is written: clients of this API read it as never. */
const never = "0001-01-01T00:00:00Z";

/** Adds the route. An app that nobody knows has no functions. */
export function restFunctionRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  app.get<{ Params: { appName: string } }>("/v1/apps/:appName/functions", async (request) => {
    const { appByName, functions } = indexRegistry(runtime.registry());
    const owner = appByName(request.params.appName);
    return functions
      .filter((fn) => owner !== null && fn.appId === owner.id)
      .map((fn) => ({
        internal_id: fn.id,
        env_id: environmentId,
        app_id: fn.appId,
        id: fn.slug,
        name: fn.config.name,
        config: registeredConfig(fn),
        created_at: isoTime(fn.createdAt),
        archived_at: fn.archivedAt === null ? never : isoTime(fn.archivedAt),
      }));
  });
}
