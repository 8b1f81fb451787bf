// Cursors: texts that only we can read.
import { isJsonObject, type JsonObject, tryParseJson } from "@stepwright/protocol";

/** Writes a cursor. */
export function writeCursor(place: JsonObject): string {
  return Buffer.from(JSON.stringify(place)).toString("base64");
}

/** Reads a cursor; null for one that is none of ours. */
export function readCursor(text: string | null | undefined): JsonObject | null {
  if (text == null || text === "") return null;
  const value = tryParseJson(Buffer.from(text, "base64").toString("utf8"));
  return isJsonObject(value) ? value : null;
}

/** A row of a list with the cursor behind it. */
export interface Edge<T> {
  readonly node: T;
  readonly cursor: string;
}

/** What a list says about its page. */
export function pageInfo(
  edges: readonly Edge<unknown>[],
  o: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor?: string | null },
): object {
  return {
    hasNextPage: o.hasNextPage,
    hasPreviousPage: o.hasPreviousPage,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: o.endCursor ?? edges.at(-1)?.cursor ?? null,
  };
}

/** The size of a page: what was asked for if there are such pages, else the default. */
export function pageSize(first: number, page: { readonly max: number; readonly default: number }): number {
  return first >= 1 && first <= page.max ? first : page.default;
}
