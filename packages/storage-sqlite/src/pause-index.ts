// The index of pauses by event name and equality terms: an event finds its waiters by a few
// probes, whatever the number of pauses (semantics.md §13.2).
import { createHash } from "node:crypto";
import type { IndexTerm } from "@stepwright/expressions";
import type { Connection } from "./connection.ts";
import { type PausePaths, pausePaths } from "./pause-paths.ts";

const insertTermSql = `INSERT INTO pause_terms (event_name, path, value_type, value, seq, expires_at)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const deleteTermSql =
  "DELETE FROM pause_terms WHERE event_name = ? AND path = ? AND value_type = ? AND value = ? AND seq = ?";
const newerTermSql = `SELECT EXISTS (SELECT 1 FROM pause_terms
WHERE event_name = ? AND path = ? AND value_type = ? AND value = ? AND seq > ?)`;

/** A pause as the index sees it. */
export interface IndexedPause {
  readonly seq: number;
  readonly eventName: string;
  readonly terms: readonly IndexTerm[];
  readonly isSlow: boolean;
  readonly expiresAt: number | null;
}

/** One place in the index: a path, the type of a value and its key. */
export type IndexPlace = readonly [path: string, valueType: string, value: string];

/** Writes the index, and looks for what has been added since. */
export interface PauseIndex {
  add(pause: IndexedPause): void;
  remove(pause: IndexedPause): void;
  /** Paths that the pauses of an event name use. */
  readonly paths: PausePaths;
  /** Says whether a pause at one of the places, or a path that was not there before, came in after `afterSeq`. */
  hasNewer(o: {
    readonly eventName: string;
    readonly probes: readonly IndexTerm[];
    readonly afterSeq: number;
  }): boolean;
}

/** Prepares the index of a store whose newest pause has at most the seq `newestSeq`. */
export function pauseIndex(db: Connection, newestSeq: number): PauseIndex {
  let newest = newestSeq;
  const insertTerm = db.prepare(insertTermSql);
  const deleteTerm = db.prepare(deleteTermSql);
  const paths = pausePaths(db);
  const newerTerm = db.prepare<[string, string, string, string, number], number>(newerTermSql).pluck();
  return {
    paths,
    add(pause) {
      newest = pause.seq;
      for (const place of placesOf(pause)) insertTerm.run(pause.eventName, ...place, pause.seq, pause.expiresAt);
      for (const path of pathsOf(pause)) paths.add(pause.eventName, path, pause.seq);
    },
    remove(pause) {
      for (const place of placesOf(pause)) deleteTerm.run(pause.eventName, ...place, pause.seq);
      for (const path of pathsOf(pause)) paths.remove(pause.eventName, path);
    },
    hasNewer(o) {
      if (o.afterSeq >= newest) return false;
      if (paths.of(o.eventName).some((one) => one.since_seq > o.afterSeq)) return true;
      return placesToProbe(o.probes).some((place) => newerTerm.get(o.eventName, ...place, o.afterSeq) === 1);
    },
  };
}

/** The places at which an event's probes find pauses: those of the probes, and the two of pauses without terms. */
export function placesToProbe(probes: readonly IndexTerm[]): readonly IndexPlace[] {
  return [anyPlace, slowPlace, ...probes.map(placeOf)];
}

/** Never the path of a term: it stands for pauses that no term covers. */
export const reservedPath = "";
const anyPlace: IndexPlace = [reservedPath, "any", ""];
const slowPlace: IndexPlace = [reservedPath, "slow", ""];

function placesOf(pause: IndexedPause): readonly IndexPlace[] {
  // A slow pause may have terms for some alternatives of its expression; evaluating it for every event covers them.
  if (pause.isSlow) return [slowPlace];
  return pause.terms.length === 0 ? [anyPlace] : pause.terms.map(placeOf);
}

// Pauses without terms count under the reserved path, so that a name without any row has no pauses at all.
function pathsOf(pause: IndexedPause): ReadonlySet<string> {
  const isBare = pause.isSlow || pause.terms.length === 0;
  return new Set(isBare ? [reservedPath] : pause.terms.map((term) => term.path));
}

// An index entry holds its key whole: a long literal would take a page for itself. Two values with
// one digest would only be a candidate too many, which the full expression then turns down.
const valueLengthMax = 100;

function placeOf(term: IndexTerm): IndexPlace {
  const value =
    term.value.length <= valueLengthMax
      ? term.value
      : `sha256:${createHash("sha256").update(term.value).digest("hex")}`;
  return [term.path, term.valueType, value];
}
