// Keyset pages: how many rows to read and whether more follow.
import type { Page } from "@stepwright/storage";

/** Which page is wanted. */
export interface PageRequest {
  /** Where the previous page ended; null for the first. */
  readonly cursor: string | null;
  readonly limit: number;
}

/** The most rows one page has, whatever was asked for. */
export const pageRowsMax = 100;

/** One row more than the page holds tells whether another page follows. */
export function rowsWanted(page: PageRequest): number {
  return pageSize(page) + 1;
}

/** Cuts the rows read to a page. */
export function pageOf<Row, Item>(o: {
  readonly rows: readonly Row[];
  readonly page: PageRequest;
  readonly cursorOf: (row: Row) => string;
  readonly toItem: (row: Row) => Item;
}): Page<Item> {
  const rows = o.rows.slice(0, pageSize(o.page));
  const last = rows.at(-1);
  const hasMore = o.rows.length > rows.length && last !== undefined;
  return { items: rows.map(o.toItem), nextCursor: hasMore ? o.cursorOf(last) : null };
}

function pageSize(page: PageRequest): number {
  return Math.min(Math.max(Math.floor(page.limit), 1), pageRowsMax);
}
