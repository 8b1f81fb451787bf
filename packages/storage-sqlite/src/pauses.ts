// Pauses: opened and closed by effects, found by events, signals and runs.
import type { NewPause, StoredPause } from "@stepwright/engine";
import { asRunId, type PauseId, type RunId } from "@stepwright/protocol";
import type { PauseProbe } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { type PauseIndex, placesToProbe, reservedPath } from "./pause-index.ts";
import { pauseFromRow, type PauseRow } from "./pause-row.ts";
import type { Sequence } from "./sequence.ts";

const insertSql = `INSERT INTO pauses (seq, id, kind, run_id, step_id, event_name, signal, expression, terms, is_slow, expires_at, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
const isOpenSql = "SELECT EXISTS (SELECT 1 FROM pauses WHERE id = ?)";
const isSignalTakenSql = "SELECT EXISTS (SELECT 1 FROM pauses WHERE signal = ?)";
const closeSql = "DELETE FROM pauses WHERE id = ? RETURNING *";
const closeOfRunSql = "DELETE FROM pauses WHERE run_id = ? RETURNING *";
const releaseSignalSql = "UPDATE pauses SET signal = NULL WHERE signal = ?";
const getSql = "SELECT * FROM pauses WHERE seq = ?";
const bySignalSql = "SELECT * FROM pauses WHERE signal = ?";
const byRunSql = "SELECT * FROM pauses WHERE run_id = +? ORDER BY seq";
const byRunsSql = `SELECT pauses.* FROM json_each(?) AS wanted CROSS JOIN pauses ON pauses.run_id = wanted.value`;
// Each place is a range of the primary key, which ends in seq: 4 µs per place at a million pauses.
const probeSql = `SELECT seq FROM pause_terms
WHERE event_name = +? AND path = +? AND value_type = +? AND value = +? AND seq > ? AND seq < ?
AND (expires_at IS NULL OR expires_at > ?) ORDER BY seq LIMIT +?`;

/** Writes pauses. */
export interface PauseWrites {
  /** Opens a pause; one with the same id that is open already stays as it is. */
  open(pause: NewPause): void;
  /** Says whether there was one to close. */
  close(id: PauseId): boolean;
  closeOfRun(runId: RunId): void;
  releaseSignal(signal: string): void;
  isOpen(id: PauseId): boolean;
  isSignalFree(signal: string): boolean;
}

/** Prepares the writes of pauses. */
export function pauseWrites(db: Connection, sequence: Sequence, index: PauseIndex): PauseWrites {
  const insert = db.prepare(insertSql);
  const isOpen = db.prepare<[string], number>(isOpenSql).pluck();
  const isSignalTaken = db.prepare<[string], number>(isSignalTakenSql).pluck();
  const close = db.prepare<[string], PauseRow>(closeSql);
  const closeOfRun = db.prepare<[string], PauseRow>(closeOfRunSql);
  const releaseSignal = db.prepare(releaseSignalSql);

  const removeFromIndex = (row: PauseRow): void => {
    const pause = pauseFromRow(row);
    if (pause.eventName !== null) index.remove({ ...pause, eventName: pause.eventName });
  };

  return {
    open(pause) {
      const seq = sequence.next();
      const { changes } = insert.run(
        seq,
        pause.id,
        pause.kind,
        pause.runId,
        pause.stepId,
        pause.eventName,
        pause.signal,
        pause.expression,
        JSON.stringify(pause.terms),
        pause.isSlow ? 1 : 0,
        pause.expiresAt,
        pause.createdAt,
      );
      if (changes === 1 && pause.eventName !== null) index.add({ ...pause, seq, eventName: pause.eventName });
    },
    close(id) {
      const row = close.get(id);
      if (row === undefined) return false;
      removeFromIndex(row);
      return true;
    },
    closeOfRun(runId) {
      for (const row of closeOfRun.all(runId)) removeFromIndex(row);
    },
    releaseSignal(signal) {
      releaseSignal.run(signal);
    },
    isOpen: (id) => isOpen.get(id) === 1,
    isSignalFree: (signal) => isSignalTaken.get(signal) === 0,
  };
}

/** Reads pauses. */
export interface PauseGets {
  paths(eventName: string): readonly string[];
  probe(query: PauseProbe): { readonly pauses: readonly StoredPause[]; readonly highestSeq: number };
  bySignal(signal: string): StoredPause | null;
  byRun(runId: RunId): readonly StoredPause[];
  /** The same of several runs; one without pauses is missing. */
  byRuns(runIds: readonly RunId[]): ReadonlyMap<RunId, readonly StoredPause[]>;
}

/** Prepares the reads of pauses. */
export function pauseReads(
  db: Connection,
  { sequence, index }: { readonly sequence: Sequence; readonly index: PauseIndex },
): PauseGets {
  const get = db.prepare<[number], PauseRow>(getSql);
  const bySignal = db.prepare<[string], PauseRow>(bySignalSql);
  const byRun = db.prepare<[string], PauseRow>(byRunSql);
  const byRuns = db.prepare<[string], PauseRow>(byRunsSql);
  const probe = db.prepare<[string, string, string, string, number, number, number, number], number>(probeSql).pluck();

  const seqsFor = (query: PauseProbe): readonly number[] => {
    const seqs = placesToProbe(query.probes).flatMap((place) =>
      probe.all(
        query.eventName,
        ...place,
        query.afterSeq,
        query.beforeSeq ?? Number.MAX_SAFE_INTEGER,
        query.now,
        query.limit,
      ),
    );
    return [...new Set(seqs)].sort((a, b) => a - b).slice(0, query.limit);
  };

  return {
    paths: (eventName) =>
      index.paths
        .of(eventName)
        .map(({ path }) => path)
        .filter((path) => path !== reservedPath),
    probe(query) {
      const indexed = index.paths.of(query.eventName);
      // Most events have nobody waiting for them.
      if (indexed.length === 0) return { pauses: [], highestSeq: sequence.last };
      const known = new Set([reservedPath, ...query.paths]);
      const unprobed = indexed.filter((row) => !known.has(row.path));
      const pauses = seqsFor(query).flatMap((seq) => {
        const row = get.get(seq);
        return row === undefined ? [] : [pauseFromRow(row)];
      });
      return { pauses, highestSeq: Math.min(sequence.last, ...unprobed.map((row) => row.since_seq - 1)) };
    },
    bySignal(signal) {
      const row = bySignal.get(signal);
      return row === undefined ? null : pauseFromRow(row);
    },
    byRun: (runId) => byRun.all(runId).map(pauseFromRow),
    byRuns(runIds) {
      const byId = Map.groupBy(byRuns.all(JSON.stringify(runIds)), (row) => asRunId(row.run_id));
      return new Map([...byId].map(([runId, rows]) => [runId, inOrder(rows)]));
    },
  };
}

function inOrder(rows: readonly PauseRow[]): readonly StoredPause[] {
  return rows.toSorted((a, b) => a.seq - b.seq).map(pauseFromRow);
}
