// What people and the scheduler's sweep see of the queue.
import type { Lane } from "@stepwright/engine";
import { asRunId, asStepId, millis, type RunId, type StepId } from "@stepwright/protocol";
import type { LaneState, QueuedItem, QueueReads } from "@stepwright/storage";
import type { Connection } from "./connection.ts";

// Steps from lane to lane through the index: its cost is the number of lanes, not of items.
const lanesSql = `WITH RECURSIVE lanes (lane) AS (
  SELECT min(lane) FROM queue_items WHERE lease_epoch IS NULL
  UNION ALL
  SELECT (SELECT min(lane) FROM queue_items WHERE lease_epoch IS NULL AND lane > lanes.lane) FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT lane, (SELECT at FROM queue_items WHERE queue_items.lane = lanes.lane AND lease_epoch IS NULL ORDER BY at LIMIT 1) AS at
FROM lanes WHERE lane IS NOT NULL`;
const dueSql = "SELECT count(*) FROM queue_items WHERE lane = ? AND lease_epoch IS NULL AND at <= ?";
// Two counts of whole trees, which SQLite does without reading rows.
const unleasedSql = `SELECT (SELECT count(*) FROM queue_items) - (SELECT count(*) FROM queue_items WHERE lease_epoch IS NOT NULL)`;
const setAsideCountSql = "SELECT count(*) FROM set_aside_items";
const setAsideSql = "SELECT id, kind, run_id, reason, at FROM set_aside_items ORDER BY at DESC LIMIT +?";
const ofRunSql = `SELECT id, kind, step_id, coalesce(work ->> '$.name', work ->> '$.request.name') AS name, at, attempt, lease_epoch
FROM queue_items WHERE run_id = ?`;
const openStepsSql = `SELECT step_id FROM queue_items WHERE run_id = +? AND step_id IS NOT NULL
UNION SELECT step_id FROM pauses WHERE run_id = +? AND step_id IS NOT NULL`;

interface QueuedRow {
  readonly id: string;
  readonly kind: string;
  readonly step_id: string | null;
  readonly name: string | null;
  readonly at: number;
  readonly attempt: number;
  readonly lease_epoch: number | null;
}

interface SetAsideRow {
  readonly id: string;
  readonly kind: string;
  readonly run_id: string | null;
  readonly reason: string;
  readonly at: number;
}

/** Reads the queue. */
export interface QueueGets {
  readonly lanes: () => readonly LaneState[];
  /** Items that nobody works on; `now` parts the due ones from the future ones. */
  readonly depth: (now: number) => Awaited<ReturnType<QueueReads["depth"]>>;
  /** The newest first. */
  readonly setAside: (limit: number) => Awaited<ReturnType<QueueReads["setAside"]>>;
  /** Open items of a run, soonest first. */
  readonly ofRun: (runId: RunId) => readonly QueuedItem[];
  /** Steps that an open item or a pause of the run is about. */
  readonly openSteps: (runId: RunId) => readonly StepId[];
}

/** Prepares the reads of the queue. */
export function queueReads(db: Connection): QueueGets {
  const lanes = db.prepare<[], { lane: Lane; at: number }>(lanesSql);
  const due = db.prepare<[string, number], number>(dueSql).pluck();
  const unleased = db.prepare<[], number>(unleasedSql).pluck();
  const setAsideCount = db.prepare<[], number>(setAsideCountSql).pluck();
  const setAside = db.prepare<[number], SetAsideRow>(setAsideSql);
  const ofRun = db.prepare<[string], QueuedRow>(ofRunSql);
  const openSteps = db.prepare<[string, string], string>(openStepsSql).pluck();
  return {
    lanes: () => lanes.all().map((row) => ({ lane: row.lane, nextAt: millis(row.at) })),
    depth(now) {
      const dueCount = lanes.all().reduce((sum, row) => sum + (due.get(row.lane, now) ?? 0), 0);
      return { due: dueCount, future: (unleased.get() ?? 0) - dueCount, setAside: setAsideCount.get() ?? 0 };
    },
    setAside: (limit) =>
      setAside.all(limit).map((row) => ({
        id: row.id,
        kind: row.kind,
        runId: row.run_id === null ? null : asRunId(row.run_id),
        reason: row.reason,
        at: millis(row.at),
      })),
    ofRun: (runId) =>
      ofRun
        .all(runId)
        .sort((a, b) => a.at - b.at)
        .map((row) => ({
          id: row.id,
          kind: row.kind,
          stepId: row.step_id === null ? null : asStepId(row.step_id),
          name: row.name,
          at: millis(row.at),
          attempt: row.attempt,
          isLeased: row.lease_epoch !== null,
        })),
    openSteps: (runId) => openSteps.all(runId, runId).map(asStepId),
  };
}
