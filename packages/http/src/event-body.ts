// Reads the events of a request body, and the event-like body of an invocation.
import { bodyInvalid, canonicalJson, type EventLimits, type IncomingEvent, parseEvents } from "@stepwright/protocol";
import type { FastifyRequest } from "fastify";
import { bodyJson, bodyText } from "./body.ts";

/** Reads one event or a list; throws the error that names every bad one. */
export function readEvents(request: FastifyRequest, limits: EventLimits): readonly IncomingEvent[] {
  const parsed = parseEvents(bodyText(request), limits);
  if (parsed.kind === "rejected") throw parsed.error;
  return parsed.events;
}

/**
 * Reads the body of an invocation: an event whose name does not matter, or nothing.
 *
 * The engine names the event itself, so a name that users may not send does no harm here.
 */
export function readInvocation(request: FastifyRequest, limits: EventLimits): IncomingEvent {
  const body = bodyText(request).trim() === "" ? {} : bodyJson(request);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw bodyInvalid({ reason: `send an object such as {"data":{}}` });
  }
  const parsed = parseEvents(canonicalJson({ ...body, name: "invocation" }), limits);
  if (parsed.kind === "rejected") throw parsed.error;
  const [event] = parsed.events;
  if (event === undefined) throw bodyInvalid({ reason: "there is no event in it" });
  return event;
}
