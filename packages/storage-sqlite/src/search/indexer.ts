// The work on the index: a piece at a time, each in one transaction with the progress that it makes.
import type { CaughtUp } from "@stepwright/storage";
import type { Connection } from "../connection.ts";
import type { ChangedRuns } from "./changed-runs.ts";
import { blockFacet, eventFacets, runFacets } from "./facets.ts";
import { blockWrites, type IndexKind, progressReads, progressWrites } from "./progress.ts";
import { type Document, eventTexts, runTexts, type RunTextRow, type TextReads } from "./read-texts.ts";

/** Words that count as much as a short text more. */
const wordsPerWeight = 64;
/** What it counts to look at a row without a text of its own. */
const lookWeight = 0.2;
/** Runs looked up per piece because they have changed: few of them were indexed before they had ended. */
const changedPerPiece = 100;
/** Open runs looked at per piece of the walk after a start. */
const openPerPiece = 100;
/**
 * Pages of the index merged per piece that has written any. With 16, a piece of weight 50 takes 1.1 ms at the median and 7 at the
 * 999th part; with half of them segments pile up, and merging all at once has taken 39 ms. Left to itself, FTS5 took 20.
 */
const mergedPages = 16;

const changedSql = `SELECT runs.row FROM runs CROSS JOIN search_open_runs ON search_open_runs.row = runs.row WHERE runs.id = +?`;
const openSql = `SELECT search_open_runs.row, runs.status FROM search_open_runs CROSS JOIN runs ON runs.row = search_open_runs.row
WHERE search_open_runs.row > ? ORDER BY search_open_runs.row LIMIT ${openPerPiece}`;

interface Piece {
  readonly weightMax: number;
  weight: number;
  indexed: number;
  /** Changed runs that were looked at. */
  readonly taken: string[];
}

/** Prepares the work on the index, on the writing connection. */
export function indexer({
  writer: db,
  reader,
  changed,
  beforeCommit,
}: {
  readonly writer: Connection;
  /** Walks over open runs, of which there may be many: the writer's cache is for what is written. */
  readonly reader: Connection;
  readonly changed: ChangedRuns;
  readonly beforeCommit: (() => void) | undefined;
}): (o: { readonly weightMax: number }) => CaughtUp {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const end = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  const runs = runIndex(db, reader, changed);
  const events = eventIndex(db);

  // Each goes first in every other piece: after a flood neither waits for all of the other.
  let order: readonly [KindIndex, KindIndex] = [runs, events];
  const work = (piece: Piece): boolean => {
    const isAllAgain = runs.again(piece);
    const isUpToDate = order.map((kind) => kind.forward(piece)).every(Boolean) && isAllAgain;
    order = [order[1], order[0]];
    return isUpToDate && order.map((kind) => kind.backward(piece)).every(Boolean);
  };

  let hasBegun = false;
  return ({ weightMax }) => {
    const piece: Piece = { weightMax, weight: 0, indexed: 0, taken: [] };
    const { walkFrom } = changed;
    try {
      begin.run();
      if (!hasBegun) for (const kind of order) kind.begin();
      const isCurrent = work(piece);
      beforeCommit?.();
      end.run();
      hasBegun = true;
      return { indexed: piece.indexed, isCurrent };
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (db.inTransaction) rollback.run();
      changed.putBack(piece.taken);
      changed.walkFrom = walkFrom;
      throw error;
    }
  };
}

function isFull(piece: Piece): boolean {
  return piece.weight >= piece.weightMax;
}

interface KindIndex {
  /** To be called once, before rows are indexed. */
  begin(): void;
  /** Goes on with what has been stored since; false when there is more. */
  forward(piece: Piece): boolean;
  /** Goes on with what was there before; false when there is more. */
  backward(piece: Piece): boolean;
}

interface RunIndex extends KindIndex {
  /** Indexes runs once more that have changed since they were; false when there are more. */
  again(piece: Piece): boolean;
}

function runIndex(db: Connection, reader: Connection, changed: ChangedRuns): RunIndex {
  const texts = runTexts(db);
  const changedRow = db.prepare<[string], number>(changedSql).pluck();
  const openRows = reader.prepare<[number], { row: number; status: string }>(openSql);
  const putOpen = db.prepare<[number]>("INSERT OR IGNORE INTO search_open_runs (row) VALUES (?)");
  const removeOpen = db.prepare<[number]>("DELETE FROM search_open_runs WHERE row = ?");
  const { indexRow, ...index } = kindIndex({
    db,
    kind: "runs",
    texts,
    facetsOf: runFacets,
    onIndexed: (run: RunTextRow) => void (isOpen(run.status) ? putOpen : removeOpen).run(run.row),
  });
  const indexAgain = (piece: Piece, row: number): void => {
    const run = texts.get(row);
    if (run !== undefined) indexRow(piece, run);
  };

  const again = (piece: Piece): void => {
    const rows: number[] = [];
    while (piece.taken.length < changedPerPiece && rows.length < piece.weightMax / 2) {
      const runId = changed.takeOldest();
      if (runId === null) break;
      piece.taken.push(runId);
      const row = changedRow.get(runId);
      if (row !== undefined) rows.push(row);
    }
    // FTS5 writes out what it has gathered whenever the numbers go back.
    for (const row of rows.toSorted((a, b) => a - b)) indexAgain(piece, row);
  };
  /** Goes on with the walk over open runs, of which some have ended unnoticed. */
  const walk = (piece: Piece): void => {
    if (changed.walkFrom === null || isFull(piece)) return;
    const rows = openRows.all(changed.walkFrom);
    for (const { row, status } of rows) {
      if (isFull(piece)) return;
      if (!isOpen(status)) indexAgain(piece, row);
      changed.walkFrom = row;
    }
    if (rows.length === openPerPiece) return;
    changed.walkFrom = null;
    // The pages of all open runs, which nobody asks for again.
    reader.pragma("shrink_memory");
  };

  return {
    ...index,
    again(piece) {
      again(piece);
      walk(piece);
      return changed.count === 0 && changed.walkFrom === null;
    },
  };
}

function isOpen(status: string): boolean {
  return status === "queued" || status === "running";
}

function eventIndex(db: Connection): KindIndex {
  return kindIndex({ db, kind: "events", texts: eventTexts(db), facetsOf: eventFacets, onIndexed: () => undefined });
}

function kindIndex<Row extends { readonly row: number; readonly lifecycle_of?: string | null }>(o: {
  readonly db: Connection;
  readonly kind: IndexKind;
  readonly texts: TextReads<Row>;
  readonly facetsOf: (row: Row) => readonly string[];
  readonly onIndexed: (row: Row) => void;
}): KindIndex & { indexRow(piece: Piece, row: Row): void } {
  const { db, kind, texts } = o;
  const table = kind === "runs" ? "run_texts" : "event_texts";
  const put = db.prepare<[number, string]>(`INSERT OR REPLACE INTO ${table} (rowid, text) VALUES (?, ?)`);
  const merge = db.prepare(`INSERT INTO ${table} (${table}, rank) VALUES ('merge', ${mergedPages})`);
  const progressOf = progressReads(db);
  const putProgress = progressWrites(db);
  const beginBlocks = blockWrites(db);

  const indexRow = (piece: Piece, row: Row): void => {
    if (row.lifecycle_of != null) {
      piece.weight += lookWeight;
      return;
    }
    const document: Document = texts.document(row);
    put.run(row.row, [...o.facetsOf(row), blockFacet(row.row), ...document.words].join(" "));
    o.onIndexed(row);
    piece.weight += 1 + Math.floor(document.words.length / wordsPerWeight);
    piece.indexed += 1;
  };

  return {
    indexRow,
    begin: () => beginBlocks(kind),
    forward(piece) {
      if (isFull(piece)) return false;
      const { low, high } = progressOf(kind);
      const rows = texts.after(high, piece.weightMax);
      let last = high;
      for (const row of rows) {
        if (isFull(piece)) break;
        indexRow(piece, row);
        last = row.row;
      }
      if (last === high) return true;
      merge.run();
      putProgress(kind, { low, high: last });
      return rows.length < piece.weightMax && last === rows.at(-1)?.row;
    },
    backward(piece) {
      const { low, high } = progressOf(kind);
      if (low <= 0) return true;
      // So few that they fit, whatever is in most of them: they go from the lowest up, as numbers must not go back.
      const limit = Math.floor((piece.weightMax - piece.weight) / 2);
      if (limit < 1) return false;
      const rows = texts.before(low, limit);
      for (const row of rows.toReversed()) indexRow(piece, row);
      if (rows.length > 0) merge.run();
      const isDone = rows.length < limit;
      putProgress(kind, { low: isDone ? 0 : (rows.at(-1)?.row ?? 0), high });
      return isDone;
    },
  };
}
