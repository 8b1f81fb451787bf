// `/fn`: an app tells which functions it has, and is removed.
import { randomUUID } from "node:crypto";
import {
  headers,
  isDeniedSdkVersion,
  parameterMissing,
  parseRegister,
  sdkVersionDenied,
  serverKindMismatch,
} from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { bodyJson } from "../body.ts";
import { allowOnly } from "../method.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the sync that an app starts, and the removal of apps. */
export function registerRoutes(app: FastifyInstance, { runtime, info }: ServerDeps): void {
  const ours = info.mode === "dev" ? "dev" : "cloud";

  app.post("/fn/register", async (request) => {
    const theirs = request.headers[headers.expectedServerKind];
    if (typeof theirs === "string" && theirs !== "" && theirs !== ours) throw serverKindMismatch({ ours, theirs });
    const env = request.headers[headers.env];
    const parsed = parseRegister(bodyJson(request), { env: typeof env === "string" ? env : null });
    if (parsed.kind === "rejected") throw parsed.error;
    const { request: register } = parsed;
    if (isDeniedSdkVersion(register.sdk)) throw sdkVersionDenied({ sdk: register.sdk });
    const { modified, appId } = await runtime.register(register);
    // Clients expect an id of the sync; nothing can be asked with it, so it need not be kept.
    return { ok: true, modified, sync_id: randomUUID(), app_id: appId };
  });
  allowOnly(app, "/fn/register", ["POST"]);

  app.delete<{ Querystring: { url?: string } }>("/fn/remove", async (request, reply) => {
    const { url } = request.query;
    if (typeof url !== "string" || url === "")
      throw parameterMissing({ name: "url", allowed: "give the URL the app is served at" });
    await runtime.apps.removeByUrl(url);
    return reply.send("");
  });
}
