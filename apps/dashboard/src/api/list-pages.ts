// The pages of a list that changes while it is read. Pure.
import type { ApiPage } from "@stepwright/protocol";

/** Pages as they were loaded, newest first, and the cursor each began at. */
export interface ListPages<T> {
  readonly pages: readonly ApiPage<T>[];
  readonly pageParams: readonly (string | null)[];
}

/** All rows in order, each once: a page read later may reach into the next one. */
export function flatRows<T>(list: Pick<ListPages<T>, "pages"> | undefined, idOf: (row: T) => string): readonly T[] {
  const seen = new Set<string>();
  return (list?.pages ?? []).flatMap((page) =>
    page.items.filter((row) => {
      const isNew = !seen.has(idOf(row));
      seen.add(idOf(row));
      return isNew;
    }),
  );
}

/** Brings fresh rows into the list where their ids already are. Nothing moves, so nobody loses their place. */
export function updateRows<T>(list: ListPages<T>, fresh: readonly T[], idOf: (row: T) => string): ListPages<T> {
  const byId = new Map(fresh.map((row) => [idOf(row), row]));
  return {
    ...list,
    pages: list.pages.map((page) => ({ ...page, items: page.items.map((row) => byId.get(idOf(row)) ?? row) })),
  };
}

/** Counts the rows at the top of a fresh first page that the list does not have yet. */
export function countNew<T>(list: ListPages<T>, fresh: readonly T[], idOf: (row: T) => string): number {
  const known = new Set(flatRows(list, idOf).map(idOf));
  const firstKnown = fresh.findIndex((row) => known.has(idOf(row)));
  return firstKnown === -1 ? fresh.length : firstKnown;
}

/** The pages that hold any of these rows, by index. */
export function pagesWith<T>(list: ListPages<T>, concerns: (row: T) => boolean): readonly number[] {
  return list.pages.flatMap((page, index) => (page.items.some(concerns) ? [index] : []));
}

/** The pages that hold rows of a range of row indexes, end included. */
export function pagesInRange<T>(
  list: ListPages<T>,
  range: { readonly start: number; readonly end: number },
): readonly number[] {
  let start = 0;
  return list.pages.flatMap((page, index) => {
    const first = start;
    start += page.items.length;
    return first <= range.end && start > range.start ? [index] : [];
  });
}
