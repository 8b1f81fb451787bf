// The list of events: keyset pages, newest first, each event with the runs it started.
import type { RunStatus } from "@stepwright/engine";
import { asRunId } from "@stepwright/protocol";
import type { EventFilter, EventListRow, Page } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { eventColumns, eventFromRow, type EventRow, isInternalName } from "./events.ts";
import { type PageRequest, pageOf, rowsWanted } from "./page.ts";
import { statementsByText } from "./statements.ts";

// Sequence numbers follow the time of receipt but for commits that overtake each other and clocks that are set
// back. A period is looked up with this allowance, by halving: an index on the time would be paid by every event.
export const receiptDisorderMaxMs = 60_000;
const runsPerEventMax = 100;

const nextReceiptSql = "SELECT seq, received_at FROM events WHERE seq >= ? ORDER BY seq LIMIT 1";
const boundsSql = "SELECT (SELECT min(seq) FROM events) AS first, (SELECT max(seq) FROM events) AS last";
const runsSql = `SELECT runs.id, runs.function_slug, runs.status FROM run_events CROSS JOIN runs ON runs.id = run_events.run_id
WHERE run_events.event_seq = +? ORDER BY run_events.run_id LIMIT ${runsPerEventMax}`;

interface StartedRow {
  readonly id: string;
  readonly function_slug: string;
  readonly status: RunStatus;
}

/** Prepares the list of events. */
export function eventList(db: Connection): (filter: EventFilter, page: PageRequest) => Page<EventListRow> {
  const firstSeqSince = seqSearch(db);
  const toItem = eventListRows(db);
  const prepare = statementsByText<EventRow>(db);
  return (filter, page) => {
    if (asksForNothing(filter)) return { items: [], nextCursor: null };
    const query = eventListQuery(filter, page, firstSeqSince);
    const rows = prepare(query.sql).all(...query.parameters);
    return pageOf({ rows, page, cursorOf: (row) => String(row.seq), toItem });
  };
}

/** Prepares what makes a row of the list of an event: the runs it started. */
export function eventListRows(db: Connection): (row: EventRow) => EventListRow {
  const runs = db.prepare<[number], StartedRow>(runsSql);
  return (row) => ({
    event: eventFromRow(row),
    runs: runs
      .all(row.seq)
      .map((run) => ({ runId: asRunId(run.id), functionSlug: run.function_slug, status: run.status })),
  });
}

/** The SQL of a filter; `firstSeqSince` finds a sequence number below which nothing was received at or after a time. */
export function eventListQuery(
  filter: EventFilter,
  page: PageRequest,
  firstSeqSince: (at: number) => number,
): { readonly sql: string; readonly parameters: readonly unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const where = (condition: string, value: unknown): void => {
    conditions.push(condition);
    values.push(value);
  };
  if (filter.name !== undefined) where("name = +?", filter.name);
  else if (filter.includeInternal !== true) conditions.push("is_internal = 0");
  if (page.cursor !== null) where("seq < ?", Number(page.cursor));
  if (filter.receivedFrom !== undefined) {
    where("received_at >= ?", filter.receivedFrom);
    where("seq >= ?", firstSeqSince(filter.receivedFrom - receiptDisorderMaxMs));
  }
  if (filter.receivedBefore !== undefined) {
    where("received_at < ?", filter.receivedBefore);
    where("seq < ?", firstSeqSince(filter.receivedBefore + receiptDisorderMaxMs));
  }
  const clause = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")} `;
  return {
    sql: `SELECT ${eventColumns} FROM events ${indexOf(filter)} ${clause}ORDER BY seq DESC LIMIT +?`,
    parameters: [...values, rowsWanted(page)],
  };
}

function indexOf(filter: EventFilter): string {
  if (filter.name !== undefined) return "INDEXED BY events_name";
  return filter.includeInternal === true ? "NOT INDEXED" : "INDEXED BY events_public";
}

/** Our own events were asked for by name but not included: nothing to look for, and the index would be walked in vain. */
export function asksForNothing(filter: EventFilter): boolean {
  return filter.name !== undefined && isInternalName(filter.name) && filter.includeInternal !== true;
}

/**
 * Halves the sequence until the first event received at or after the time is found, as if receipts were in
 * order; one past the newest when there is none.
 */
export function seqSearch(db: Connection): (at: number) => number {
  const nextReceipt = db.prepare<[number], { seq: number; received_at: number }>(nextReceiptSql);
  const bounds = db.prepare<[], { first: number | null; last: number | null }>(boundsSql);
  return (at) => {
    const range = bounds.get();
    if (range === undefined || range.first === null || range.last === null) return 0;
    let low = range.first;
    let high = range.last + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const next = nextReceipt.get(middle);
      if (next === undefined || next.received_at >= at) high = middle;
      else low = next.seq + 1;
    }
    return low;
  };
}
