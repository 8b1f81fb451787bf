// Who may use the server: the hosts and origins it answers to, and the keys it asks for.
import {
  authenticationFailed,
  bearerMatches,
  hostNotAllowed,
  loginRequired,
  originNotAllowed,
  type Millis,
} from "@stepwright/protocol";
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { pathOf } from "./error-handler.ts";
import { hasSession } from "./session.ts";

/** How the server is protected. */
export type Access =
  /** `dev`: no keys. While bound to loopback, foreign hosts and pages are refused. */
  | { readonly kind: "open"; readonly isLoopback: boolean }
  /** `start`: event keys for the event API, the signing key for everything else. */
  | {
      readonly kind: "keyed";
      readonly eventKeys: readonly string[];
      readonly signingKey: string;
      /** Taken as well, while keys are changed. */
      readonly fallbackKey: string | null;
    };

/**
 * Refuses what a foreign web page could make a browser send.
 *
 * Without keys, the browser on the same machine is the way in: a page whose name was pointed at 127.0.0.1 shows itself by
 * its `Host` (DNS rebinding), any other page by its `Origin`. The event API takes events from every origin, as senders
 * expect. With keys, a page has none to send; the session cookie is guarded where it is read.
 */
export function guardOpenServer(request: FastifyRequest, access: Access): void {
  if (access.kind === "keyed") return;
  const path = pathOf(request);
  if (path === "/health" || path === "/ready") return;
  const { host, origin } = request.headers;
  if (access.isLoopback && host !== undefined && !isLocalName(hostNameOf(host))) throw hostNotAllowed({ host });
  if (isEventPath(path) || origin === undefined || isLocalName(originHostName(origin))) return;
  if (!access.isLoopback && originHost(origin) === host) return;
  throw originNotAllowed({ origin });
}

/** Tells whether a path belongs to the event API. */
export function isEventPath(path: string): boolean {
  return path.startsWith("/e/") || path.startsWith("/invoke/");
}

/** Makes a hook that lets only requests with the signing key through; any request on a server without keys. */
export function requireSigningKey(access: Access): onRequestHookHandler {
  return (request, _reply, done) => {
    if (access.kind === "keyed" && !isKeyHolder(request.headers.authorization, access)) throw authenticationFailed({});
    done();
  };
}

/** Tells whether an `Authorization` header carries one of the signing keys. */
export function isKeyHolder(authorization: string | undefined, access: Extract<Access, { kind: "keyed" }>): boolean {
  return keysOf(access).some((key) => bearerMatches(authorization, key));
}

function keysOf({ signingKey, fallbackKey }: Extract<Access, { kind: "keyed" }>): readonly string[] {
  return fallbackKey === null ? [signingKey] : [signingKey, fallbackKey];
}

/** Makes a hook that lets only requests with the signing key or a session through; any request on a server without keys. */
export function requireLogin(access: Access, now: () => Millis): onRequestHookHandler {
  return (request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
    if (!isLoggedIn(request, access, now())) throw loginRequired({});
    done();
  };
}

/** Tells whether a request may read the dashboard's data; throws ORIGIN_NOT_ALLOWED for a session used by a foreign page. */
export function isLoggedIn(request: FastifyRequest, access: Access, now: Millis): boolean {
  if (access.kind === "open") return true;
  if (isKeyHolder(request.headers.authorization, access)) return true;
  if (!keysOf(access).some((signingKey) => hasSession(request.headers.cookie, { signingKey, now }))) return false;
  refuseForeignOrigin(request);
  return true;
}

/**
 * Throws ORIGIN_NOT_ALLOWED when a browser says that another origin's page sent the request.
 *
 * `Sec-Fetch-Site` comes first because a proxy may rewrite `Host`, and no page can forge it.
 */
export function refuseForeignOrigin(request: FastifyRequest): void {
  const { origin, host, "sec-fetch-site": site } = request.headers;
  if (origin === undefined || site === "same-origin" || originHost(origin) === host) return;
  throw originNotAllowed({ origin });
}

// The last two are how containers reach the machine they run on; no public name server answers for them.
const localNames = new Set(["localhost", "[::1]", "host.docker.internal", "host.containers.internal"]);

function isLocalName(hostName: string | null): boolean {
  if (hostName === null) return false;
  return localNames.has(hostName) || hostName.endsWith(".localhost") || /^127(\.\d{1,3}){3}$/.test(hostName);
}

function hostNameOf(host: string): string | null {
  return originHostName(`http://${host}`);
}

function originHostName(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).hostname : null;
}

/** Host and port of an origin; null for the `null` origin of sandboxed pages and files. */
function originHost(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
