// A page of a search as the API gives it.
import type { ApiPage } from "@stepwright/protocol";
import type { SearchPage } from "@stepwright/storage";

/** Presents a page of a search; the items stay as they are. */
export function presentSearchPage<T>({ items, nextCursor, notIndexed, tooShort }: SearchPage<T>): ApiPage<T> {
  return { items, nextCursor, search: { notIndexed, tooShort } };
}
