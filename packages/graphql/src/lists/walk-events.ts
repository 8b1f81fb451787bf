// Walks through events, newest first, also those of several names.
import type { EventFilter, EventListRow, Storage } from "@stepwright/storage";
import { searchedRunsMax } from "../limits.ts";
import { breathe } from "./breathe.ts";

/** Which events are listed. */
export interface EventList {
  /** Null for events of every name. */
  readonly names: readonly string[] | null;
  readonly filter: Omit<EventFilter, "name">;
}

/** Rows of a list, and where it goes on behind them; `next` is null at its end. */
export interface EventRows {
  readonly rows: readonly EventListRow[];
  readonly next: number | null;
}

/** Reads on, newest first, until the list is at its end or enough was looked at. */
export async function* eventPages(
  storage: Storage,
  list: EventList,
  page: { readonly before: number | null; readonly limit: number },
): AsyncGenerator<EventRows, void> {
  let { before } = page;
  for (let looked = 0; looked < searchedRunsMax; looked += page.limit) {
    const rows = await walkEvents(storage, list, { before, limit: page.limit });
    const isLast = rows.length < page.limit;
    before = rows.at(-1)?.event.seq ?? before;
    yield { rows, next: isLast ? null : before };
    if (isLast) return;
    await breathe();
  }
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
