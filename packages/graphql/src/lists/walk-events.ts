// Walks through events, newest first, also those of several names.
import type { EventFilter, EventListRow, Storage } from "@stepwright/storage";

/** Which events are listed. */
export interface EventList {
  /** Null for events of every name. */
  readonly names: readonly string[] | null;
  readonly filter: Omit<EventFilter, "name">;
}

/** Reads the newest events that are older than a place in the order of storing; fewer than asked for only at the end. */
export async function walkEvents(
  storage: Storage,
  { names, filter }: EventList,
  page: { readonly before: number | null; readonly limit: number },
): Promise<readonly EventListRow[]> {
  const cursor = page.before === null ? null : String(page.before);
  const read = async (one: EventFilter) => (await storage.events.list(one, { cursor, limit: page.limit })).items;
  if (names === null) return read(filter);
  const lists = await Promise.all([...new Set(names)].map((name) => read({ ...filter, name })));
  return lists
    .flat()
    .sort((a, b) => b.event.seq - a.event.seq)
    .slice(0, page.limit);
}
