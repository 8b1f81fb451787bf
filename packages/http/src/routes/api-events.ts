// `/api/events`: lists events with the runs they started, shows one, and takes events sent from the page.
import {
  cursorInvalid,
  eventNotFound,
  type ApiEventDetail,
  type ApiEventRow,
  type ApiPage,
  type ApiSent,
} from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { readEvents } from "../event-body.ts";
import { readMatches } from "../matched-steps.ts";
import {
  flagParameter,
  isNumber,
  limitParameter,
  millisParameter,
  readEventId,
  readQuery,
  searchParameter,
} from "../parameters.ts";
import { presentEvent, presentEventRow } from "../present-event.ts";
import { presentFates } from "../present-flow.ts";
import { presentSearchPage } from "../present-search.ts";
import { indexRegistry } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";

/** The query of a list of events. */
export const eventsQuery = z.strictObject({
  name: z.string().optional(),
  from: millisParameter.optional(),
  to: millisParameter.optional(),
  internal: flagParameter.default(false),
  search: searchParameter.optional(),
  cursor: z.string().optional(),
  limit: limitParameter,
});

/** Adds the event routes of the dashboard. */
export function apiEventRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { events, runs, flow } = runtime.storage;

  app.get("/api/events", async (request): Promise<ApiPage<ApiEventRow>> => {
    const { name, from, to, internal, search, cursor = null, limit } = readQuery(eventsQuery, request.query);
    if (cursor !== null && !isNumber(cursor)) throw cursorInvalid({ cursor });
    const filter = {
      ...(name === undefined || name === "" ? {} : { name }),
      ...(from === undefined ? {} : { receivedFrom: from }),
      ...(to === undefined ? {} : { receivedBefore: to }),
      includeInternal: internal,
    };
    const page =
      search === undefined
        ? await events.list(filter, { cursor, limit })
        : presentSearchPage(await events.search(search, filter, { cursor, limit }));
    return { ...page, items: page.items.map(presentEventRow) };
  });

  app.get<{ Params: { eventId: string } }>("/api/events/:eventId", async (request): Promise<ApiEventDetail> => {
    const eventId = readEventId(request.params.eventId);
    const event = await events.byInternalId(eventId);
    if (event === null) throw eventNotFound({ eventId });
    const [data, started, fates] = await Promise.all([
      runtime.eventPayload(event),
      runs.startedBy(eventId),
      flow.ofEvent(event.seq),
    ]);
    return {
      ...presentEvent(event, data),
      runs: started.map(({ id, functionSlug, status }) => ({ runId: id, functionSlug, status })),
      matches: await readMatches(fates.matches, (runId) => runs.spans(runId)),
      fates: presentFates(fates, indexRegistry(runtime.registry())),
    };
  });

  app.post("/api/events", async (request): Promise<ApiSent> => {
    const sent = readEvents(request, runtime.eventLimits);
    return { ids: sent.length === 0 ? [] : await runtime.ingest(sent, { seed: null }) };
  });
}
