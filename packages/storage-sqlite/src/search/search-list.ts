// What searches of runs and of events have in common: hits of the index and rows that it does not have yet, merged in order.
import { matchesSearch, type SearchPage, type SearchQuery } from "@stepwright/storage";
import type { Connection } from "../connection.ts";
import { pageOf, type PageRequest, rowsWanted } from "../page.ts";
import { statementsByText } from "../statements.ts";
import { blockFacet, blockRows } from "./facets.ts";
import { matchExpressions } from "./match-expression.ts";
import { blockReads, type IndexKind, type Progress, progressReads } from "./progress.ts";
import type { TextReads } from "./read-texts.ts";

/** Rows that are not indexed yet and are read one by one, newest first: 15 ms. Under load the index may be further behind. */
const unindexedMax = 500;
/** Hits of the index compared with a filter that it does not know, such as `queued`: 15 ms, as each is a row to be fetched. */
const candidatesMax = 3_000;
/**
 * What a search may cost that finds little, counted in numbers of rows that two lists are gone through for side by side (11 ns
 * each): 10 to 35 ms, blocks included. Words that never meet are looked for in 800,000 numbers at once, many words or a phrase
 * whose end may be many in one block; whoever asked may go on from there.
 */
const costMax = 800_000;
/** Up to this cost of all rows they are gone through without blocks, which take 5 ms each: 22 ms. */
const wholeMax = 2_000_000;
/** To find the place of a part in one list: 20 µs. */
const seekCost = 2_000;

/**
 * A million rows took 11 ms of CPU time with two lists, 30 with two phrases of frequent words, 43 with 20 words, 46 with the 30 of a
 * phrase whose end may be many, 107 with 400: the more there are, the sooner one of them passes rows by. One list has nothing but hits.
 */
function costOf({ from, below }: Range, lists: number): number {
  return (below - from) * Math.sqrt(lists - 1) + lists * seekCost;
}

/**
 * The newest rows of a range that are searched at once: those of one block. FTS5 goes through its lists to their ends for words
 * that never meet, whatever rows were asked for, and the facet of the block is the list that ends. What is below `blocksFrom` has none.
 */
function newestPart({ from, below }: Range, blocksFrom: number): Part {
  if (below <= blocksFrom) return { from, below, facet: null };
  const start = Math.floor((below - 1) / blockRows) * blockRows;
  return { from: Math.max(from, blocksFrom, start), below, facet: blockFacet(below - 1) };
}

/** Conditions on the rows of the table, in SQL. */
export interface RowFilter {
  readonly conditions: readonly string[];
  readonly values: readonly unknown[];
  /** Words of the index, of which one of each list is there. */
  readonly facets: readonly (readonly string[])[];
  readonly withoutFacet: string | null;
  /** Only rows from here on, and below the other. */
  readonly from: number;
  readonly below: number;
}

/** Where to search. */
export interface SearchedTable<TextRow, Row, Item> {
  readonly kind: IndexKind;
  readonly texts: TextReads<TextRow>;
  /** Rows that an id of ours names. */
  readonly rowsOfId: (id: string) => readonly number[];
  /** Indexed rows whose text has changed since. */
  readonly changedRows: () => readonly number[];
  readonly get: (row: number) => Row | undefined;
  readonly toItem: (row: Row) => Item;
}

const tables = {
  runs: { name: "runs", rowid: "row", texts: "run_texts", words: "run_words" },
  events: { name: "events", rowid: "seq", texts: "event_texts", words: "event_words" },
} as const;

interface Match {
  readonly match: (facet: string | null) => string;
  readonly lists: number;
}

interface Range {
  readonly from: number;
  readonly below: number;
}

/** Rows that are searched at once, all of which have the facet; null: there is none. */
interface Part extends Range {
  readonly facet: string | null;
}

interface Hit {
  readonly row: number;
  readonly fits: 0 | 1;
}

/** Prepares a search on the reading connection. */
export function searchList<TextRow extends { readonly row: number }, Row, Item>(
  db: Connection,
  table: SearchedTable<TextRow, Row, Item>,
): (query: SearchQuery, filter: RowFilter, page: PageRequest) => SearchPage<Item> {
  const { name, rowid, texts, words } = tables[table.kind];
  const expressionOf = matchExpressions(db, words);
  const progressOf = progressReads(db);
  const prepareHits = statementsByText<Hit>(db);
  const blocksOf = blockReads(db);
  const newest = db.prepare<[], number>(`SELECT coalesce(max(${rowid}), 0) FROM ${name}`).pluck();
  const oldest = db.prepare<[], number>(`SELECT coalesce(min(${rowid}), 0) FROM ${name}`).pluck();

  /** Rows of the index that fit, newest first; `next` is where to go on when there was too much to look at. */
  const hitsOf = ({ match, lists }: Match, filter: RowFilter, wanted: number) => {
    const fits = filter.conditions.length === 0 ? "1" : filter.conditions.join(" AND ");
    const hits =
      prepareHits(`SELECT ${texts}.rowid AS row, (${fits}) AS fits FROM ${texts} CROSS JOIN ${name} ON ${name}.${rowid} = ${texts}.rowid
WHERE ${texts} MATCH ? AND ${texts}.rowid >= CAST(? AS INTEGER) AND ${texts}.rowid < CAST(? AS INTEGER) ORDER BY ${texts}.rowid DESC LIMIT ${candidatesMax}`);
    const rows: number[] = [];
    let looked = 0;
    const all = { from: oldest.get() ?? 0, below: (newest.get() ?? 0) + 1 };
    const from = Math.max(filter.from, all.from);
    const blocksFrom = costOf(all, lists) <= wholeMax ? Infinity : (blocksOf(table.kind) ?? Infinity);
    let cost = 0;
    for (let below = Math.min(filter.below, all.below); below > from;) {
      if (cost >= costMax) return { rows, next: below };
      const part = newestPart({ from, below }, blocksFrom);
      for (const hit of hits.iterate(...filter.values, match(part.facet), part.from, below)) {
        looked += 1;
        if (hit.fits === 1) rows.push(hit.row);
        if (rows.length === wanted) return { rows, next: null };
        if (looked === candidatesMax) return { rows, next: hit.row };
      }
      cost += costOf(part, lists);
      ({ from: below } = part);
    }
    return { rows, next: null };
  };

  /** Rows that are read one by one, and whether they fit. */
  const readOneByOne = (query: SearchQuery, filter: RowFilter, progress: Progress) => {
    const last = Math.min(newest.get() ?? 0, filter.below - 1);
    const unindexed = [
      ...(last > progress.high
        ? table.texts.before(last + 1, unindexedMax).filter(({ row }) => row > progress.high)
        : []),
      ...(last < progress.low ? table.texts.before(last + 1, unindexedMax) : []),
    ].map(({ row }) => row);
    const numbers = new Set([...unindexed, ...table.changedRows(), ...query.ids.flatMap(table.rowsOfId)]);
    return { numbers, hits: [...numbers].filter((row) => isHit(query, filter, row)) };
  };

  const fitsOf = statementsByText<{ readonly fits: 0 | 1 }>(db);
  const isHit = (query: SearchQuery, filter: RowFilter, number: number): boolean => {
    if (number < filter.from || number >= filter.below) return false;
    const row = table.texts.get(number);
    if (row === undefined) return false;
    const conditions = [`${rowid} = ?`, ...filter.conditions].join(" AND ");
    if (fitsOf(`SELECT 1 AS fits FROM ${name} WHERE ${conditions}`).get(number, ...filter.values) === undefined)
      return false;
    const { words: found, ids } = table.texts.document(row);
    return matchesSearch(query, [...found, ...ids.map((id) => id.toLowerCase())]);
  };

  return (query, filter, page) => {
    const progress = progressOf(table.kind);
    const wanted = rowsWanted(page);
    const { match, lists, tooShort } = expressionOf(query, filter.facets, filter.withoutFacet);
    const read = readOneByOne(query, filter, progress);
    const found =
      match === null ? { rows: [], next: null } : hitsOf({ match, lists }, filter, wanted + read.numbers.size);
    const indexed = found.rows.filter((row) => !read.numbers.has(row));
    const { next } = found;
    const rows = [...indexed, ...read.hits.filter((row) => next === null || row >= next)].toSorted((a, b) => b - a);
    const all = pageOf({ rows, page, cursorOf: String, toItem: table.get });
    return {
      items: all.items.filter((row) => row !== undefined).map(table.toItem),
      nextCursor: all.nextCursor ?? (next === null ? null : String(next)),
      notIndexed: notIndexed(progress, newest.get() ?? 0),
      tooShort,
    };
  };
}

/** About: numbers have gaps where rows are gone, and of what is not indexed the newest are read. */
function notIndexed({ low, high }: Progress, newest: number): number {
  return Math.max(0, newest - high - unindexedMax) + Math.max(0, low - 1);
}
