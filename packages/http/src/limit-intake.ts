// Applies the limits of what is in hand to every request: before its body is read, while it is read, and until its answer is out.
import type { Socket } from "node:net";
import { serverBusy } from "@stepwright/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Access, isEventPath } from "./access.ts";
import { pathOf } from "./error-handler.ts";
import { createIntake, type Ticket } from "./intake.ts";
import {
  bodiesBytesMaxDefault,
  eventKeyShareDefault,
  eventsMaxDefault,
  requestsMaxDefault,
  requestsPerConnectionMax,
  retryAfterSeconds,
} from "./limits.ts";
import type { ServerDeps } from "./server.ts";

/** How much may be in hand. */
export interface IntakeLimits {
  /** Bytes of request bodies; default 64 MiB. */
  readonly bodiesBytesMax?: number;
  /** Requests with a body; default 4,000. */
  readonly requestsMax?: number;
  /** Events that wait for the database, of which each event key has its share; default 10,000. */
  readonly eventsMax?: number;
  /** How much of all this one event key may have where there are several, from 0 to 1; default 0.5. */
  readonly eventKeyShare?: number;
}

/** Answers smaller than this are not counted while they are unread: the system's own buffers take them. */
const countedAnswerBytes = 64 * 1024;

/** Routes with a body that ask for no key: everybody may send one, so it takes no room from those who have one. It is small. */
const unkeyedRoutes = new Set(["/api/login", "/api/logout"]);

const tickets = new WeakMap<FastifyRequest, Ticket>();

/** The request's share of the room for bodies; null for one that was let in without. */
export function ticketOf(request: FastifyRequest): Ticket | null {
  return tickets.get(request) ?? null;
}

/** Adds the hooks. Whoever may not send at all was refused before any of them counts. */
export function limitIntake(
  app: FastifyInstance,
  { runtime, access, intake: limits = {} }: Pick<ServerDeps, "runtime" | "access" | "intake">,
): void {
  const intake = createIntake({
    bytes: limits.bodiesBytesMax ?? bodiesBytesMaxDefault,
    requests: limits.requestsMax ?? requestsMaxDefault,
    events: limits.eventsMax ?? eventsMaxDefault,
    senderShare: limits.eventKeyShare ?? eventKeyShareDefault,
  });
  const perConnection = new WeakMap<Socket, number>();

  app.addHook("onRequest", (request, reply, done) => {
    const { socket } = request.raw;
    const before = perConnection.get(socket) ?? 0;
    perConnection.set(socket, before + 1);
    reply.raw.once("close", () => perConnection.set(socket, (perConnection.get(socket) ?? 1) - 1));
    if (before < requestsPerConnectionMax) done();
    else done(serverBusy({ what: "requests of this connection", max: before, seconds: retryAfterSeconds }));
  });

  // After all `onRequest` hooks: keys come first, so that nobody without one takes room or learns how busy the server is.
  app.addHook("preParsing", (request, _reply, payload, done) => {
    try {
      if (request.method === "GET" || request.method === "HEAD") intake.checkUnsent();
      else if (!unkeyedRoutes.has(request.routeOptions.url ?? "")) tickets.set(request, enter(request));
      done(null, payload);
    } catch (error) {
      done(error as Error);
    }
  });
  const enter = (request: FastifyRequest): Ticket => {
    const announced = Number(request.headers["content-length"] ?? 0);
    if (!isEventPath(pathOf(request))) return intake.enter({ kind: "progress", announced, sender: null });
    runtime.checkRoom();
    return intake.enter({ kind: "new", announced, sender: senderOf(request, access) });
  };

  // Not when the connection closes: a sender that hangs up leaves its events in the queue of commits.
  app.addHook("onSend", (request, reply, payload, done) => {
    ticketOf(request)?.leave();
    const bytes = lengthOf(payload);
    if (bytes > countedAnswerBytes) reply.raw.once("close", intake.unsent(bytes));
    done(null, payload);
  });
}

/**
 * Who sends, as far as that matters. Senders are told apart by their event keys, which a server has for each of them if
 * they do not trust each other. Not by their addresses: behind a proxy all have the same.
 */
function senderOf({ params }: FastifyRequest, access: Access): string | null {
  if (access.kind === "open" || new Set(access.eventKeys).size < 2) return null;
  const { key } = params as { readonly key?: string };
  return key ?? null;
}

function lengthOf(payload: unknown): number {
  return typeof payload === "string" || Buffer.isBuffer(payload) ? payload.length : 0;
}
