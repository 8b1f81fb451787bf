// The search of events.
import type { EventFilter, EventListRow, SearchPage, SearchQuery } from "@stepwright/storage";
import type { Connection } from "../connection.ts";
import { asksForNothing, eventListRows, receiptDisorderMaxMs, seqSearch } from "../event-list.ts";
import { eventColumns, type EventRow } from "../events.ts";
import type { PageRequest } from "../page.ts";
import { facetsOfEvents, internalFacet } from "./facets.ts";
import { eventTexts } from "./read-texts.ts";
import { searchList } from "./search-list.ts";

const rowsPerIdMax = 100;

const getSql = `SELECT ${eventColumns} FROM events WHERE seq = ?`;
const rowsOfIdSql = `SELECT seq FROM events WHERE internal_id = +? ORDER BY seq LIMIT ${rowsPerIdMax}`;

/** Prepares the search of events on the reading connection. */
export function searchEvents(
  db: Connection,
): (query: SearchQuery, filter: EventFilter, page: PageRequest) => SearchPage<EventListRow> {
  const get = db.prepare<[number], EventRow>(getSql);
  const rowsOfId = db.prepare<[string], number>(rowsOfIdSql).pluck();
  const firstSeqSince = seqSearch(db);
  const search = searchList(db, {
    kind: "events",
    texts: eventTexts(db),
    rowsOfId: (id) => rowsOfId.all(id),
    changedRows: () => [],
    get: (row) => get.get(row),
    toItem: eventListRows(db),
  });

  return (query, filter, page) => {
    if (asksForNothing(filter)) return { items: [], nextCursor: null, notIndexed: 0, tooShort: null };
    const conditions = ["lifecycle_of IS NULL"];
    const values: unknown[] = [];
    const where = (condition: string, value: unknown): void => {
      conditions.push(condition);
      values.push(value);
    };
    if (filter.name !== undefined) where("name = ?", filter.name);
    else if (filter.includeInternal !== true) conditions.push("is_internal = 0");
    if (filter.receivedFrom !== undefined) where("received_at >= ?", filter.receivedFrom);
    if (filter.receivedBefore !== undefined) where("received_at < ?", filter.receivedBefore);
    const { receivedFrom, receivedBefore } = filter;
    return search(
      query,
      {
        conditions,
        values,
        facets: facetsOfEvents(filter),
        withoutFacet: filter.includeInternal === true ? null : internalFacet(),
        from: receivedFrom === undefined ? 0 : firstSeqSince(receivedFrom - receiptDisorderMaxMs),
        below: Math.min(
          page.cursor === null ? Number.MAX_SAFE_INTEGER : Number(page.cursor),
          receivedBefore === undefined ? Number.MAX_SAFE_INTEGER : firstSeqSince(receivedBefore + receiptDisorderMaxMs),
        ),
      },
      page,
    );
  };
}
