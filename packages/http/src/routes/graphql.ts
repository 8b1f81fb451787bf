// `/v0/gql`: the GraphQL API, and `/v0`: a page to try queries on.
import { createHash } from "node:crypto";
import { pathNotFound } from "@stepwright/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { requireLogin } from "../access.ts";
import { bodyText } from "../body.ts";
import type { GraphqlApi, GraphqlRequest } from "../graphql-api.ts";
import { graphqlBodyBytesMax } from "../limits.ts";
import { allowOnly } from "../method.ts";
import { playgroundPage, playgroundScript, playgroundStyle } from "../playground.ts";
import type { ServerDeps } from "../server.ts";

const path = "/v0/gql";

// The page is this text alone: nothing else is loaded, and nothing but this server is asked.
const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src '${hashOf(playgroundScript)}'`,
  `style-src '${hashOf(playgroundStyle)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Adds the API and its page.
 *
 * The peer asks nobody for a key here, and with it anybody who reaches the port reads every event and cancels every run. Its clients
 * run against servers without keys; on one with keys they need it, or the login of the dashboard for the page.
 */
export function graphqlRoutes(app: FastifyInstance, { access, runtime, graphql }: ServerDeps): void {
  if (graphql === undefined) return;
  let loading: Promise<GraphqlApi> | null = null;
  const answer = async (request: GraphqlRequest, reply: FastifyReply) => {
    // One that fails is tried again with the next request.
    loading ??= graphql().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    const { status, body } = await (await loading).answer(request);
    return reply.code(status).type("application/json; charset=utf-8").send(body);
  };

  app.register(async (api) => {
    api.addHook(
      "onRequest",
      requireLogin(access, () => runtime.now()),
    );
    api.post(path, { bodyLimit: graphqlBodyBytesMax }, (request, reply) =>
      answer({ method: "POST", body: bodyText(request) }, reply),
    );
    api.get<{ Querystring: Record<string, string | string[] | undefined> }>(path, (request, reply) =>
      answer({ method: "GET", parameters: singleParameters(request.query) }, reply),
    );
    allowOnly(api, path, ["GET", "POST"]);
  });

  for (const url of ["/v0", "/v0/"]) app.get(url, sendPage);
}

function sendPage(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { accept = "*/*" } = request.headers;
  if (!accept.includes("text/html") && !accept.includes("*/*")) throw pathNotFound({ method: "GET", path: "/v0" });
  return reply
    .header("content-security-policy", contentSecurityPolicy)
    .header("x-content-type-options", "nosniff")
    .header("referrer-policy", "same-origin")
    .type("text/html; charset=utf-8")
    .send(playgroundPage);
}

function singleParameters(
  query: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
