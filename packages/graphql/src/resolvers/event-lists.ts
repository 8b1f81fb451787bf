// Lists of events: pages, the old list of the last hour, and the stream of what happens.
import { eventNames, type StoredEvent } from "@stepwright/engine";
import { asEventId, isJsonObject, isUlid, millis, type Millis, parseJsonText } from "@stepwright/protocol";
import type { EventListRow } from "@stepwright/storage";
import type { Context } from "../context.ts";
import { failure } from "../failure.ts";
import { countAll } from "../lists/count.ts";
import { type Edge, pageInfo, pageSize, readCursor, writeCursor } from "../lists/cursor.ts";
import { isEventFound, readSearch, type Search } from "../lists/search.ts";
import { type EventList, eventPages, walkEvents } from "../lists/walk-events.ts";
import { eventNamesMax, eventsPage, recentEventsMs, storePageMax, streamMax } from "../limits.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";

interface EventsV2Args {
  readonly first: number;
  readonly after?: string | null;
  readonly filter: {
    readonly eventNames?: readonly string[] | null;
    readonly from: Millis;
    readonly until?: Millis | null;
    readonly includeInternalEvents: boolean;
    readonly query?: string | null;
  };
}

const eventsV2: Resolve<unknown, EventsV2Args> = async (_, { first, after, filter }, context) => {
  const names = filter.eventNames ?? null;
  if (names !== null && names.length > eventNamesMax)
    throw failure(`error retrieving events: ${names.length} event names are more than the limit of ${eventNamesMax}`);
  const list: EventList = {
    names: names === null || names.length === 0 ? null : names,
    filter: {
      receivedFrom: filter.from,
      receivedBefore: millis((filter.until ?? context.now) + 1),
      includeInternal: filter.includeInternalEvents,
    },
  };
  const search = readSearch(filter.query, "events");
  const before = await placeOf(after, context);
  const { edges, rest } = await readPage(list, search, { before, size: pageSize(first, eventsPage) }, context);
  return {
    edges,
    pageInfo: pageInfo(edges, {
      hasNextPage: rest !== null,
      hasPreviousPage: before !== null,
      ...(rest === null ? {} : { endCursor: writeCursor({ seq: rest }) }),
    }),
    totalCount: () => countEvents(list, search, context),
  };
};

const events: Resolve<unknown, { readonly query: { readonly lastEventId?: string | null } }> = async (
  _,
  { query },
  context,
) => {
  const { storage } = context.runtime;
  const before = query.lastEventId == null ? null : await seqOf(query.lastEventId, context);
  const list = { names: null, filter: { receivedFrom: millis(context.now - recentEventsMs) } };
  const rows = await walkEvents(storage, list, { before, limit: eventsPage.max });
  context.noteStarted(rows);
  return rows.map(({ event }) => event);
};

/** Where a cursor points to: clients of the protocol may have made it themselves, of no more than an id. */
async function placeOf(after: string | null | undefined, context: Context): Promise<number | null> {
  const { seq, ID: id } = readCursor(after) ?? {};
  if (typeof seq === "number" && Number.isSafeInteger(seq)) return seq;
  return typeof id === "string" ? seqOf(id, context) : null;
}

/** Reads on until the page is full, the list at its end, or enough was looked at; `rest` is where it goes on. */
async function readPage(
  list: EventList,
  search: Search | null,
  { before, size }: { readonly before: number | null; readonly size: number },
  context: Context,
): Promise<{ readonly edges: readonly Edge<StoredEvent>[]; readonly rest: number | null }> {
  const { storage } = context.runtime;
  const edges: Edge<StoredEvent>[] = [];
  let rest: number | null = null;
  const limit = search === null ? size + 1 : storePageMax;
  for await (const { rows, next } of eventPages(storage, list, { before, limit })) {
    context.noteStarted(rows);
    for (const { event } of rows) {
      if (search !== null && !(await isEventFound(event, search, context))) continue;
      if (edges.length === size) return { edges, rest: edges.at(-1)?.node.seq ?? null };
      edges.push({ node: event, cursor: writeCursor({ ID: event.internalId, seq: event.seq }) });
    }
    rest = next;
  }
  return { edges, rest };
}

async function countEvents(list: EventList, search: Search | null, context: Context): Promise<number> {
  const { storage } = context.runtime;
  if (search !== null) {
    let found = 0;
    for await (const { rows } of eventPages(storage, list, { before: null, limit: storePageMax })) {
      for (const { event } of rows) if (await isEventFound(event, search, context)) found += 1;
    }
    return found;
  }
  const filters =
    list.names === null ? [list.filter] : [...new Set(list.names)].map((name) => ({ ...list.filter, name }));
  const counts = await Promise.all(filters.map((filter) => countAll((cursor) => storage.events.count(filter, cursor))));
  return counts.reduce((sum, count) => sum + count, 0);
}

interface StreamArgs {
  readonly query: {
    readonly after?: string | null;
    readonly before?: string | null;
    readonly limit: number;
    readonly includeInternalEvents?: boolean | null;
  };
}

const stream: Resolve<unknown, StreamArgs> = async (_, { query }, context) => {
  const { storage } = context.runtime;
  const size = Math.min(Math.max(query.limit, 1), streamMax);
  const after = query.after == null ? 0 : ((await seqOf(query.after, context)) ?? 0);
  const before = query.before == null ? null : await seqOf(query.before, context);
  const list = { names: null, filter: { includeInternal: true } };
  const shown: EventListRow[] = [];
  for await (const { rows } of eventPages(storage, list, { before, limit: storePageMax })) {
    const newer = rows.filter(({ event }) => event.seq > after);
    shown.push(...newer.filter((row) => query.includeInternalEvents === true || isShown(row)));
    if (newer.length < rows.length || shown.length >= size) break;
  }
  return shown.slice(0, size).sort((a, b) => b.event.ts - a.event.ts);
};

/** What starts functions is shown, also where the engine itself has made it. */
function isShown({ event, runs }: EventListRow): boolean {
  if (!event.name.startsWith("inngest/")) return true;
  return runs.length > 0 && (event.name === eventNames.invoked || event.name === eventNames.timer);
}

const streamFields = {
  id: ({ event }) => event.internalId,
  trigger: async ({ event }, _, { dataOf }) => {
    if (event.name !== eventNames.timer) return event.name;
    const data = parseJsonText(await dataOf(event));
    return (isJsonObject(data) ? data["cron"] : null) ?? event.name;
  },
  type: ({ event }) => (event.name === eventNames.timer ? "CRON" : "EVENT"),
  createdAt: ({ event }) => event.ts,
  runs: ({ runs }, _, { run }) => Promise.all(runs.map(({ runId }) => run(runId))),
  inBatch: async ({ runs }, _, { run }) => {
    const started = await Promise.all(runs.map(({ runId }) => run(runId)));
    return started.some((one) => one !== null && one.batchId !== null);
  },
} satisfies Readonly<Record<string, Resolve<EventListRow, unknown>>>;

/** The place of an event by its id; null when there is none. */
async function seqOf(id: string, { runtime }: Context): Promise<number | null> {
  return isUlid(id) ? ((await runtime.storage.events.byInternalId(asEventId(id)))?.seq ?? null) : null;
}

/** The resolvers of lists of events. */
export const eventListResolvers: Readonly<Record<string, TypeResolvers>> = {
  Query: { eventsV2, events, stream },
  StreamItem: streamFields,
};
