// REST v1: events, and the runs they started. Unlike the peer's, errors carry their true status.
import type { StoredEvent } from "@stepwright/engine";
import {
  cursorInvalid,
  eventNotFound,
  isUlid,
  millis,
  parameterInvalid,
  parseDuration,
  parseInstant,
  asEventId,
  ulidTime,
  type Millis,
} from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { eventsPage, eventsWindowMs } from "../limits.ts";
import { readEventId } from "../parameters.ts";
import { restEnvelope, restEvent, restRun, type RestEvent } from "../present-rest.ts";
import { one, type Query } from "../query.ts";
import type { ServerDeps } from "../server.ts";

/** Adds the event routes of REST v1. */
export function restEventRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { events, runs } = runtime.storage;
  const present = async (event: StoredEvent): Promise<RestEvent> => restEvent(event, await runtime.eventPayload(event));
  const envelope = (data: unknown): object => restEnvelope(data, runtime.now());

  app.get<{ Querystring: Query }>("/v1/events", async ({ query }) => {
    const now = runtime.now();
    const start = await readCursor(one(query, "cursor"));
    const page = await events.list(
      {
        ...optional("name", one(query, "name")),
        receivedFrom: readInstant(query, "received_after", now) ?? millis(now - eventsWindowMs),
        ...optional("receivedBefore", earlier(readInstant(query, "received_before", now), start.before)),
      },
      { cursor: start.cursor, limit: readLimit(one(query, "limit")) },
    );
    return envelope(await Promise.all(page.items.map(({ event }) => present(event))));
  });

  app.get<{ Params: { eventId: string } }>("/v1/events/:eventId", async (request) => {
    const eventId = readEventId(request.params.eventId);
    const event = await events.byInternalId(eventId);
    if (event === null) throw eventNotFound({ eventId });
    return envelope(await present(event));
  });

  app.get<{ Params: { eventId: string } }>("/v1/events/:eventId/runs", async (request) => {
    const eventId = readEventId(request.params.eventId);
    const started = await runs.startedBy(eventId);
    // A batch goes with its first event, as clients of this API know it: they would count its run once per event.
    return envelope(started.filter(({ triggerEventId }) => triggerEventId === eventId).map(restRun));
  });

  /** The cursor of this API is an internal id; the store's is a place in its order. */
  async function readCursor(
    cursor: string | null,
  ): Promise<{ readonly cursor: string | null; readonly before: Millis | null }> {
    if (cursor === null) return { cursor: null, before: null };
    if (!isUlid(cursor)) throw cursorInvalid({ cursor });
    const event = await events.byInternalId(asEventId(cursor));
    if (event !== null) return { cursor: String(event.seq), before: null };
    // Removed since the page that ended with it: the list goes on with what came no later.
    return { cursor: null, before: millis(ulidTime(cursor) + 1) };
  }
}

function earlier(a: Millis | null, b: Millis | null): Millis | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

/** What is absent, zero or no number counts as the default, as clients of this API expect. */
function readLimit(text: string | null): number {
  const limit = Number.parseInt(text ?? "", 10);
  return Number.isNaN(limit) || limit === 0 ? eventsPage.default : Math.min(Math.max(limit, 1), eventsPage.max);
}

function readInstant(query: Query, name: string, now: Millis): Millis | null {
  const text = one(query, name);
  if (text === null) return null;
  const ago = parseDuration(text);
  const at = ago === null ? parseInstant(text) : millis(now - ago);
  if (at === null)
    throw parameterInvalid({
      name,
      value: text,
      allowed: `give an RFC 3339 date, or a duration before now such as "2h"`,
    });
  return at;
}

function optional<Key extends string, Value>(key: Key, value: Value | null): { readonly [K in Key]?: Value } {
  return value === null ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
