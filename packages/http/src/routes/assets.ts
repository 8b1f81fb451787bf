// The dashboard's files, and its page for every path a person may open. Also answers what exists nowhere.
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Asset } from "../assets.ts";
import { pathOf, sendNotFound } from "../error-handler.ts";
import type { ServerDeps } from "../server.ts";

// Everything a page loads comes from this server; nothing may frame it.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const noDashboard = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Stepwright</title>
<p>The server is running. It has no dashboard: it was started with <code>--no-ui</code>, or built without one (<code>pnpm build</code> in the repository adds it).</p></html>
`;

// Paths of the APIs: what does not exist there is an error, not a page.
const apiPrefixes = ["/api/", "/e/", "/fn/", "/invoke/", "/v0/", "/v1/", "/v2/"];

/** Adds the dashboard, and the answer to unknown paths. */
export function assetRoutes(app: FastifyInstance, { assets }: ServerDeps): void {
  const etags = new WeakMap<Asset, string>();

  // Before a body is read: nobody gets to upload one to nowhere.
  app.addHook("onRequest", (request, reply, done) => {
    if (request.is404 && request.method !== "GET" && request.method !== "HEAD") sendNotFound(request, reply);
    else done();
  });

  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request);
    if (apiPrefixes.some((prefix) => path.startsWith(prefix))) return sendNotFound(request, reply);
    const file = assets.read(path.slice(1));
    if (file !== null && path !== "/index.html") return sendAsset(request, reply, file, path.startsWith("/assets/"));
    // A missing file is an error; a page is what has no extension.
    if (!acceptsHtml(request) || /\.[a-z0-9]+$/i.test(path.replace(/\/index\.html$/, "/")))
      return sendNotFound(request, reply);
    const index = assets.read("index.html");
    if (index === null) return securely(reply).type("text/html; charset=utf-8").send(noDashboard);
    return sendAsset(request, reply, index, false);
  });

  /** The build names the files under `assets/` by their content, so they never change; all others are checked each time. */
  function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset, isImmutable: boolean): FastifyReply {
    const etag = etags.get(asset) ?? `"${createHash("sha256").update(asset.body).digest("base64url").slice(0, 22)}"`;
    etags.set(asset, etag);
    securely(reply)
      .header("cache-control", isImmutable ? "public, max-age=31536000, immutable" : "no-cache")
      .header("vary", "Accept-Encoding")
      .header("etag", etag);
    if (request.headers["if-none-match"] === etag) return reply.code(304).send();
    reply.type(asset.contentType);
    const accepted = request.headers["accept-encoding"] ?? "";
    const { br, gzip } = asset.encodings;
    if (br !== undefined && /\bbr\b/.test(accepted)) return reply.header("content-encoding", "br").send(br);
    if (gzip !== undefined && /\bgzip\b/.test(accepted)) return reply.header("content-encoding", "gzip").send(gzip);
    return reply.send(asset.body);
  }
}

function acceptsHtml(request: FastifyRequest): boolean {
  const { accept } = request.headers;
  return accept === undefined || accept.includes("text/html") || accept.includes("*/*");
}

function securely(reply: FastifyReply): FastifyReply {
  return reply
    .header("content-security-policy", contentSecurityPolicy)
    .header("x-content-type-options", "nosniff")
    .header("referrer-policy", "same-origin");
}
