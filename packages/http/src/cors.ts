// Lets web pages of other origins use the APIs made for them: the event API everywhere, `/v1` on a server without keys.
import type { FastifyReply, FastifyRequest } from "fastify";
import { isEventPath, type Access } from "./access.ts";
import { pathOf } from "./error-handler.ts";

const preflightSeconds = 3600;

/**
 * Adds the headers of cross-origin requests.
 *
 * Returns true when the request is a preflight, which is then answered by these headers and an empty body alone.
 */
export function allowOrigins(request: FastifyRequest, reply: FastifyReply, access: Access): boolean {
  const { origin } = request.headers;
  if (origin === undefined || !isShared(pathOf(request), access)) return false;
  reply.header("vary", "Origin").header("access-control-allow-origin", origin);
  const method = request.headers["access-control-request-method"];
  if (request.method !== "OPTIONS" || method === undefined) {
    reply.header("access-control-expose-headers", "Link, Mcp-Session-Id");
    return false;
  }
  const headers = request.headers["access-control-request-headers"];
  reply
    .code(200)
    .header("access-control-allow-methods", method)
    .header("access-control-max-age", String(preflightSeconds));
  if (headers !== undefined) reply.header("access-control-allow-headers", canonicalNames(headers));
  return true;
}

function isShared(path: string, access: Access): boolean {
  return isEventPath(path) || (access.kind === "open" && path.startsWith("/v1/"));
}

/** `content-type,x-foo` as `Content-Type, X-Foo`. */
function canonicalNames(headers: string): string {
  return headers
    .split(",")
    .map((name) =>
      name
        .trim()
        .toLowerCase()
        .replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
    )
    .join(", ");
}
