// Counts events, a piece at a time.
import type { CountedPiece, EventFilter } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { receiptDisorderMaxMs, seqSearch } from "./event-list.ts";
import { isInternalName } from "./events.ts";
import { statementsByText } from "./statements.ts";

/** Entries of an index that one request looks at: some milliseconds. */
const entriesMax = 20_000;

interface Counted {
  readonly count: number;
  readonly seen: number;
  readonly last: number | null;
}

/** Prepares the count. */
export function eventCount(db: Connection): (filter: EventFilter, cursor: string | null) => CountedPiece {
  const firstSeqSince = seqSearch(db);
  const prepare = statementsByText<Counted>(db);
  return (filter, cursor) => {
    if (filter.name !== undefined && isInternalName(filter.name) && filter.includeInternal !== true)
      return { count: 0, nextCursor: null };
    const query = eventCountQuery(filter, cursor === null ? 0 : Number(cursor), firstSeqSince);
    const counted = prepare(query.sql).get(...query.parameters);
    const isLast = counted === undefined || counted.seen < entriesMax;
    return { count: counted?.count ?? 0, nextCursor: isLast ? null : String(counted.last) };
  };
}

/**
 * The SQL of a piece. Receipts are in the order of the sequence but for a minute, so only within a minute of either end of the period
 * is an event's own time looked at; the others are counted in the index.
 */
export function eventCountQuery(
  filter: EventFilter,
  behind: number,
  firstSeqSince: (at: number) => number,
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  // One bound at each end: of two, SQLite seeks to one and goes through all between it and the other.
  const since = filter.receivedFrom === undefined ? 0 : firstSeqSince(filter.receivedFrom - receiptDisorderMaxMs);
  const conditions = ["seq >= ?"];
  const values: unknown[] = [Math.max(behind + 1, since)];
  const fits: string[] = [];
  const fitValues: unknown[] = [];
  if (filter.name !== undefined) {
    conditions.push("name = +?");
    values.push(filter.name);
  } else if (filter.includeInternal !== true) conditions.push("is_internal = 0");
  if (filter.receivedFrom !== undefined) {
    fits.push("(seq >= ? OR (SELECT received_at FROM events WHERE events.seq = entries.seq) >= ?)");
    fitValues.push(firstSeqSince(filter.receivedFrom + receiptDisorderMaxMs), filter.receivedFrom);
  }
  if (filter.receivedBefore !== undefined) {
    conditions.push("seq < ?");
    values.push(firstSeqSince(filter.receivedBefore + receiptDisorderMaxMs));
    fits.push("(seq < ? OR (SELECT received_at FROM events WHERE events.seq = entries.seq) < ?)");
    fitValues.push(firstSeqSince(filter.receivedBefore - receiptDisorderMaxMs), filter.receivedBefore);
  }
  const index =
    filter.name !== undefined
      ? "INDEXED BY events_name"
      : filter.includeInternal === true
        ? "NOT INDEXED"
        : "INDEXED BY events_public";
  const test = fits.length === 0 ? "true" : fits.join(" AND ");
  return {
    sql: `SELECT count(*) FILTER (WHERE ${test}) AS count, count(*) AS seen, max(seq) AS last
FROM (SELECT seq FROM events ${index} WHERE ${conditions.join(" AND ")} ORDER BY seq LIMIT +?) AS entries`,
    parameters: [...fitValues, ...values, entriesMax],
  };
}
