// Runs: their rows, their events and their idempotency keys.
import { isEnded, type Run, type RunStatus } from "@stepwright/engine";
import { asRunId, type EventId, type Millis, type RunId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import type { Counters } from "./counters.ts";
import type { KnownRun, KnownRuns } from "./known-runs.ts";
import { runFromRow, type RunRow } from "./run-row.ts";

const startedByMax = 100;
const rerunsMax = 100;

const insertSql = `INSERT INTO runs (id, function_id, app_id, function_slug, function_version, status, trigger_name,
  trigger_event_id, cron, batch_id, original_run_id, invoked_by_run_id, invoked_by_step_id, queued_at, started_at,
  ended_at, output, error, version, flow, progress)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const insertEventSql = "INSERT INTO run_events (run_id, position, event_seq) VALUES (?, ?, ?)";
const changing = "output = ?, error = ?, version = ?, progress = ?, queued_at = ?";
// Most updates leave the status and the times alone. Naming them would rewrite six index entries: 9 µs for four of them, where this takes 4.
const updateSql = `UPDATE runs SET ${changing} WHERE row = ?`;
const updateAllSql = `UPDATE runs SET ${changing}, status = ?, started_at = ?, ended_at = ? WHERE row = ?`;
const moveSql =
  "UPDATE runs SET function_id = ?, app_id = ?, function_slug = ?, function_version = ?, flow = ? WHERE id = ?";
const knownSql = "SELECT row, version, status, started_at AS startedAt, ended_at AS endedAt FROM runs WHERE id = ?";
const keySql = "SELECT expires_at FROM run_keys WHERE key = ?";
const runOfKeySql =
  "SELECT run_id FROM run_keys WHERE key = ? AND run_id <> '' AND (expires_at IS NULL OR expires_at > ?)";
const putKeySql = `INSERT INTO run_keys (key, run_id, expires_at) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET run_id = excluded.run_id, expires_at = excluded.expires_at WHERE run_keys.expires_at <= ?`;
const getSql = "SELECT * FROM runs WHERE id = ?";
const eventSeqsSql = "SELECT seq FROM events WHERE internal_id = ?";
const startedBySql = `SELECT runs.* FROM run_events CROSS JOIN runs ON runs.id = run_events.run_id
WHERE run_events.event_seq = +? ORDER BY run_events.run_id LIMIT ${startedByMax}`;
/** Selects the runs that were started again from one. */
export const rerunsSql = `SELECT * FROM runs INDEXED BY runs_original WHERE original_run_id = +? ORDER BY id DESC LIMIT ${rerunsMax}`;
/**
 * Selects the ids of unfinished runs that nothing will move on (guarantee 4). A cancel listener or a run timeout ends a run
 * but never moves it on, so neither counts.
 */
export const strandedSql = `SELECT id FROM runs WHERE status IN ('queued', 'running')
AND NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.run_id = runs.id AND queue_items.kind <> 'runTimeout')
AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.run_id = runs.id AND pauses.kind <> 'cancel')`;
const orphansSql = `${strandedSql}
LIMIT +?`;

/** Every status, in the order of a run's life. */
export const runStatuses: readonly RunStatus[] = ["queued", "running", "completed", "failed", "cancelled", "skipped"];

/** Writes runs. */
export interface RunWrites {
  create(run: Run, eventSeqs: readonly number[]): void;
  /** Gives a run to another function. */
  move(run: Run): void;
  /** Overwrites what may change of a run; throws when there is no such run. */
  update(run: Run): void;
  /** Null when there is no such run. */
  get(runId: RunId): Run | null;
  /** Null when there is no such run. */
  version(runId: RunId): number | null;
  isKeyFree(key: string, now: Millis): boolean;
  /** Remembers the run of a key; a key that has not expired keeps its run. */
  putKey(o: {
    readonly key: string;
    readonly runId: RunId;
    readonly expiresAt: Millis | null;
    readonly now: Millis;
  }): void;
}

/** Prepares the writes of runs. */
export function runWrites(
  db: Connection,
  { counters, known }: { readonly counters: Counters; readonly known: KnownRuns },
): RunWrites {
  const insert = db.prepare(insertSql);
  const insertEvent = db.prepare(insertEventSql);
  const update = db.prepare(updateSql);
  const move = db.prepare(moveSql);
  const updateAll = db.prepare(updateAllSql);
  const get = db.prepare<[string], RunRow>(getSql);
  const readKnown = db.prepare<[string], Parameters<KnownRuns["read"]>[1]>(knownSql);
  const key = db.prepare<[string], { expires_at: number | null }>(keySql);
  const putKey = db.prepare(putKeySql);

  const stored = (runId: RunId): KnownRun | null => {
    const remembered = known.get(runId);
    if (remembered !== undefined) return remembered;
    const row = readKnown.get(runId);
    if (row === undefined) return null;
    // Nobody writes to a run that has ended, but for a few who are turned down.
    return isEnded(row.status) ? { ...row, items: null, hasWaits: true } : known.read(runId, row);
  };

  const write = (run: Run, before: KnownRun): void => {
    const changed = [run.output, run.error, run.version, JSON.stringify(run.progress), run.queuedAt] as const;
    if (run.status === before.status && run.startedAt === before.startedAt && run.endedAt === before.endedAt) {
      update.run(...changed, before.row);
      return;
    }
    updateAll.run(...changed, run.status, run.startedAt, run.endedAt, before.row);
    if (run.status === before.status) return;
    counters.add(counterOf(before.status), -1);
    counters.add(counterOf(run.status), 1);
  };

  return {
    create(run, eventSeqs) {
      const { lastInsertRowid } = insert.run(
        run.id,
        run.functionId,
        run.appId,
        run.functionSlug,
        run.functionVersion,
        run.status,
        run.triggerName,
        run.triggerEventId,
        run.cron,
        run.batchId,
        run.originalRunId,
        run.invokedBy?.runId ?? null,
        run.invokedBy?.stepId ?? null,
        run.queuedAt,
        run.startedAt,
        run.endedAt,
        run.output,
        run.error,
        run.version,
        flowText(run),
        JSON.stringify(run.progress),
      );
      eventSeqs.forEach((seq, position) => insertEvent.run(run.id, position, seq));
      counters.add(counterOf(run.status), 1);
      if (!isEnded(run.status)) known.made(run, Number(lastInsertRowid));
    },
    move(run) {
      move.run(run.functionId, run.appId, run.functionSlug, run.functionVersion, flowText(run), run.id);
    },
    update(run) {
      const before = stored(run.id);
      if (before === null) throw new Error(`run ${run.id} does not exist, so it cannot be updated`);
      write(run, before);
      before.version = run.version;
      before.status = run.status;
      before.startedAt = run.startedAt;
      before.endedAt = run.endedAt;
    },
    get(runId) {
      const row = get.get(runId);
      return row === undefined ? null : runFromRow(row);
    },
    version: (runId) => stored(runId)?.version ?? null,
    isKeyFree(text, now) {
      const row = key.get(text);
      return row === undefined || (row.expires_at !== null && row.expires_at <= now);
    },
    putKey(o) {
      putKey.run(o.key, o.runId, o.expiresAt, o.now);
    },
  };
}

/** Reads single runs. */
export interface RunGets {
  get(runId: RunId): Run | null;
  ofKey(key: string, now: Millis): RunId | null;
  startedBy(eventId: EventId): readonly Run[];
  rerunsOf(runId: RunId): readonly Run[];
  orphans(limit: number): readonly RunId[];
}

/** Prepares the reads of single runs. */
export function runGets(db: Connection): RunGets {
  const get = db.prepare<[string], RunRow>(getSql);
  const eventSeqs = db.prepare<[string], number>(eventSeqsSql).pluck();
  const startedBy = db.prepare<[number], RunRow>(startedBySql);
  const reruns = db.prepare<[string], RunRow>(rerunsSql);
  const orphans = db.prepare<[number], string>(orphansSql).pluck();
  const runOfKey = db.prepare<[string, number], string>(runOfKeySql).pluck();
  return {
    ofKey(key, now) {
      const id = runOfKey.get(key, now);
      return id === undefined ? null : asRunId(id);
    },
    get(runId) {
      const row = get.get(runId);
      return row === undefined ? null : runFromRow(row);
    },
    startedBy(eventId) {
      // A repeated request may have stored the event twice; the key that kept it from starting twice decides whose run it is.
      const rows = eventSeqs.all(eventId).flatMap((seq) => startedBy.all(seq));
      return rows
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, startedByMax)
        .map(runFromRow);
    },
    rerunsOf: (runId) => reruns.all(runId).map(runFromRow),
    orphans: (limit) => orphans.all(limit).map(asRunId),
  };
}

/** Reads how many runs there are of each status. */
export function countByStatus(counters: Counters): Readonly<Record<RunStatus, number>> {
  const count = (status: RunStatus): number => counters.get(counterOf(status));
  return {
    queued: count("queued"),
    running: count("running"),
    completed: count("completed"),
    failed: count("failed"),
    cancelled: count("cancelled"),
    skipped: count("skipped"),
  };
}

function flowText(run: Run): string | null {
  return run.flow === null ? null : JSON.stringify(run.flow);
}

/** The counter of runs with this status. */
export function counterOf(status: RunStatus): string {
  return `runs.${status}`;
}
