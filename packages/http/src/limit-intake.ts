// Applies the limits of what is in hand to every request: before its body is read, while it is read, and until its answer is out.
import type { Socket } from "node:net";
import { serverBusy } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isEventPath } from "./access.ts";
import { pathOf } from "./error-handler.ts";
import { createIntake, type Ticket } from "./intake.ts";
import { bodiesBytesMaxDefault, requestsMaxDefault, requestsPerConnectionMax, retryAfterSeconds } from "./limits.ts";

/** How much may be in hand. */
export interface IntakeLimits {
  /** Bytes of request bodies; default 64 MiB. */
  readonly bodiesBytesMax?: number;
  /** Requests with a body; default 4,000. */
  readonly requestsMax?: number;
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
export function limitIntake(app: FastifyInstance, runtime: Runtime, limits: IntakeLimits): void {
  const intake = createIntake({
    bytesMax: limits.bodiesBytesMax ?? bodiesBytesMaxDefault,
    requestsMax: limits.requestsMax ?? requestsMaxDefault,
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
    if (!isEventPath(pathOf(request))) return intake.enter("progress", announced);
    runtime.checkRoom();
    return intake.enter("new", announced);
  };

  // Not when the connection closes: a sender that hangs up leaves its events in the queue of commits.
  app.addHook("onSend", (request, reply, payload, done) => {
    ticketOf(request)?.leave();
    const bytes = lengthOf(payload);
    if (bytes > countedAnswerBytes) reply.raw.once("close", intake.unsent(bytes));
    done(null, payload);
  });
}

function lengthOf(payload: unknown): number {
  return typeof payload === "string" || Buffer.isBuffer(payload) ? payload.length : 0;
}
