// What people and the scheduler's sweep see of the queue.
import type { Lane } from "@stepwright/engine";
import {
  asQueueItemId,
  asRunId,
  asStepId,
  millis,
  type QueueItemId,
  type RunId,
  type StepId,
} from "@stepwright/protocol";
import type { LaneQueue, Page, QueuedItem, QueueReads, SetAsideItem, SetAsideRow, WaitsFor } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import { distinctSql } from "./distinct-sql.ts";
import { gatesFromText } from "./gates.ts";
import { roomOnly } from "./lines.ts";
import { pageOf, type PageRequest, rowsWanted } from "./page.ts";
import { isSetAsideSql } from "./queue.ts";
import { workFromText } from "./queue-row.ts";
import { timeOrNull } from "./time-or-null.ts";

const timedLanesSql = distinctSql("queue_items", "lane", "lease_epoch IS NULL AND place = 0");
const readyLanesSql = distinctSql("queue_items", "lane", "lease_epoch IS NULL AND place = 1");
const lineLanesSql = distinctSql("flow_lines", "lane");
const timedDueSql = "SELECT count(*) FROM queue_items WHERE lane = ? AND lease_epoch IS NULL AND place = 0 AND at <= ?";
// Two indexes that hold nothing else are counted without reading rows.
const readyDueSql = `SELECT (SELECT count(*) FROM queue_items WHERE lease_epoch IS NULL AND place = 1)
  + (SELECT count(*) FROM queue_items WHERE line IS NOT NULL)`;
// Two counts of whole trees, which SQLite does without reading rows.
const unleasedSql = `SELECT (SELECT count(*) FROM queue_items) - (SELECT count(*) FROM queue_items WHERE lease_epoch IS NOT NULL)`;
const setAsideCountSql = "SELECT count(*) FROM set_aside_items";
// The index by time has the rowid behind it.
const setAsideSql = `SELECT id, kind, run_id, reason, at, rowid AS row FROM set_aside_items
WHERE (at, rowid) < (?, ?) ORDER BY at DESC, rowid DESC LIMIT +?`;
const setAsideItemSql = "SELECT id, lane, attempt, run_id, work FROM set_aside_items WHERE id = ?";
const queuedColumns = `queue_items.id, kind, run_id, step_id,
  iif(json_valid(work), coalesce(work ->> '$.name', work ->> '$.request.name'), NULL) AS name, at, attempt, lease_epoch,
  place, flow_lines.gates, stands_at, opens_at`;
const joinPlaces =
  "LEFT JOIN flow_lines ON flow_lines.line = queue_items.line LEFT JOIN gate_timers ON gate_timers.gate = stands_at";
const ofRunSql = `SELECT ${queuedColumns} FROM queue_items ${joinPlaces} WHERE run_id = +?`;
const ofRunsSql = `SELECT ${queuedColumns} FROM json_each(?) AS wanted
CROSS JOIN queue_items ON queue_items.run_id = wanted.value ${joinPlaces}`;
// A lane's calls in flight are few; they are found among all that are leased.
const inFlightSql = "SELECT count(*) FROM queue_items WHERE lease_epoch IS NOT NULL AND lane = ?";
const readyOfLaneSql = "SELECT count(*) FROM queue_items WHERE lease_epoch IS NULL AND place = 1 AND lane = ?";
const timedOfLaneSql = "SELECT count(*) FROM queue_items WHERE lease_epoch IS NULL AND place = 0 AND lane = ?";
const inLinesSql = "SELECT count(*) FROM queue_items WHERE line IS NOT NULL AND lane = ?";
const linesOfLaneSql = `SELECT flow_lines.gates, stands_at, opens_at,
  (SELECT count(*) FROM queue_items WHERE queue_items.line = flow_lines.line) AS count
FROM flow_lines LEFT JOIN gate_timers ON gate_timers.gate = stands_at
WHERE flow_lines.lane = +? ORDER BY head_score, flow_lines.line LIMIT +?`;
const leasedAtGatesSql = "SELECT run_id, gates FROM queue_items WHERE lease_epoch IS NOT NULL AND gates IS NOT NULL";
const slotHoldersSql = "SELECT run_id FROM run_slots WHERE gate = +? LIMIT +?";
const openStepsSql = `SELECT step_id FROM queue_items WHERE run_id = +? AND step_id IS NOT NULL
UNION SELECT step_id FROM pauses WHERE run_id = +? AND step_id IS NOT NULL`;

interface QueuedRow {
  readonly id: string;
  readonly kind: string;
  readonly run_id: string;
  readonly step_id: string | null;
  readonly name: string | null;
  readonly at: number;
  readonly attempt: number;
  readonly lease_epoch: number | null;
  readonly place: number;
  readonly gates: string | null;
  readonly stands_at: string | null;
  readonly opens_at: number | null;
}

interface LineRow {
  readonly gates: string;
  readonly stands_at: string;
  readonly opens_at: number | null;
  readonly count: number;
}

interface SetAsideListRow {
  readonly id: string;
  readonly kind: string;
  readonly run_id: string | null;
  readonly reason: string;
  readonly at: number;
  readonly row: number;
}

interface SetAsideItemRow {
  readonly id: string;
  readonly lane: Lane;
  readonly attempt: number;
  readonly run_id: string | null;
  readonly work: string;
}

/** Reads the queue. */
export interface QueueGets {
  /** Every lane that has unleased items. */
  readonly lanes: () => readonly Lane[];
  /** Items that nobody works on; `now` parts the due ones from the future ones. */
  readonly depth: (now: number) => Awaited<ReturnType<QueueReads["depth"]>>;
  /** The newest first. */
  readonly setAside: (page: PageRequest) => Page<SetAsideRow>;
  /** Null when no item with this id was set aside. */
  readonly setAsideItem: (id: string) => SetAsideItem | null;
  readonly isSetAside: (id: QueueItemId) => boolean;
  /** Open items of a run, soonest first. */
  readonly ofRun: (runId: RunId) => readonly QueuedItem[];
  /** The same of several runs; one without items is missing. */
  readonly ofRuns: (runIds: readonly RunId[]) => ReadonlyMap<RunId, readonly QueuedItem[]>;
  readonly ofLane: (lane: Lane, o: { readonly limit: number; readonly now: number }) => LaneQueue;
  readonly holders: (gateId: string, limit: number) => readonly RunId[];
  /** Steps that an open item or a pause of the run is about. */
  readonly openSteps: (runId: RunId) => readonly StepId[];
}

/** Prepares the reads of the queue. */
export function queueReads(db: Connection): QueueGets {
  const laneSources = [timedLanesSql, readyLanesSql, lineLanesSql].map((sql) => db.prepare<[], Lane>(sql).pluck());
  const timedLanes = db.prepare<[], Lane>(timedLanesSql).pluck();
  const timedDue = db.prepare<[string, number], number>(timedDueSql).pluck();
  const readyDue = db.prepare<[], number>(readyDueSql).pluck();
  const unleased = db.prepare<[], number>(unleasedSql).pluck();
  const setAsideCount = db.prepare<[], number>(setAsideCountSql).pluck();
  const setAside = db.prepare<[number, number, number], SetAsideListRow>(setAsideSql);
  const setAsideItem = db.prepare<[string], SetAsideItemRow>(setAsideItemSql);
  const isSetAside = db.prepare<[string], number>(isSetAsideSql).pluck();
  const ofRun = db.prepare<[string], QueuedRow>(ofRunSql);
  const ofRuns = db.prepare<[string], QueuedRow>(ofRunsSql);
  const inFlight = db.prepare<[string], number>(inFlightSql).pluck();
  const readyOfLane = db.prepare<[string], number>(readyOfLaneSql).pluck();
  const timedOfLane = db.prepare<[string], number>(timedOfLaneSql).pluck();
  const inLines = db.prepare<[string], number>(inLinesSql).pluck();
  const linesOfLane = db.prepare<[string, number], LineRow>(linesOfLaneSql);
  const leasedAtGates = db.prepare<[], { readonly run_id: string | null; readonly gates: string }>(leasedAtGatesSql);
  const slotHolders = db.prepare<[string, number], string>(slotHoldersSql).pluck();
  const openSteps = db.prepare<[string, string], string>(openStepsSql).pluck();
  return {
    lanes: () => [...new Set(laneSources.flatMap((source) => source.all()))],
    depth(now) {
      const timed = timedLanes.all().reduce((sum, lane) => sum + (timedDue.get(lane, now) ?? 0), 0);
      const dueCount = timed + (readyDue.get() ?? 0);
      return { due: dueCount, future: (unleased.get() ?? 0) - dueCount, setAside: setAsideCount.get() ?? 0 };
    },
    setAside(page) {
      const [at = 0, row = 0] = page.cursor?.split(":").map(Number) ?? [largest, largest];
      const rows = setAside.all(at, row, rowsWanted(page));
      return pageOf({ rows, page, cursorOf: (last) => `${last.at}:${last.row}`, toItem: setAsideFromRow });
    },
    setAsideItem(id) {
      const row = setAsideItem.get(id);
      if (row === undefined) return null;
      const runId = row.run_id === null ? null : asRunId(row.run_id);
      return { id: asQueueItemId(row.id), lane: row.lane, attempt: row.attempt, runId, work: workFromText(row.work) };
    },
    ofRun: (runId) => soonestFirst(ofRun.all(runId)),
    ofRuns(runIds) {
      const byRun = Map.groupBy(ofRuns.all(JSON.stringify(runIds)), (row) => asRunId(row.run_id));
      return new Map([...byRun].map(([runId, rows]) => [runId, soonestFirst(rows)]));
    },
    ofLane(lane, o) {
      const timed = timedOfLane.get(lane) ?? 0;
      const timedDueNow = timedDue.get(lane, o.now) ?? 0;
      return {
        inFlight: inFlight.get(lane) ?? 0,
        waiting: (readyOfLane.get(lane) ?? 0) + (inLines.get(lane) ?? 0) + timedDueNow,
        future: timed - timedDueNow,
        lines: linesOfLane
          .all(lane, o.limit)
          .map((row) => ({ gates: gatesFromText(row.gates), waitsFor: obstacleOf(row), count: row.count })),
      };
    },
    holders(gateId, limit) {
      const calling = leasedAtGates
        .all()
        .filter((row) => row.gates.includes(gateId) && gatesFromText(row.gates).some((gate) => gate.id === gateId))
        .flatMap((row) => row.run_id ?? []);
      return [...new Set([...calling, ...slotHolders.all(gateId, limit)])].slice(0, limit).map(asRunId);
    },
    isSetAside: (id) => isSetAside.get(id) === 1,
    openSteps: (runId) => openSteps.all(runId, runId).map(asStepId),
  };
}

const largest = Number.MAX_SAFE_INTEGER;

function setAsideFromRow(row: SetAsideListRow): SetAsideRow {
  const runId = row.run_id === null ? null : asRunId(row.run_id);
  return { id: row.id, kind: row.kind, runId, reason: row.reason, at: millis(row.at) };
}

function soonestFirst(rows: readonly QueuedRow[]): readonly QueuedItem[] {
  return rows
    .toSorted((a, b) => a.at - b.at)
    .map((row) => ({
      id: row.id,
      kind: row.kind,
      stepId: row.step_id === null ? null : asStepId(row.step_id),
      name: row.name,
      at: millis(row.at),
      attempt: row.attempt,
      isLeased: row.lease_epoch !== null,
      waitsFor: waitsForOf(row),
    }));
}

/** Ready and nobody's: only room is missing, or the commit that gives it is about to come. */
function waitsForOf(row: QueuedRow): WaitsFor | null {
  if (row.lease_epoch !== null || row.place === 0) return null;
  if (row.gates === null || row.stands_at === null) return { kind: "room" };
  return obstacleOf({ gates: row.gates, stands_at: row.stands_at, opens_at: row.opens_at });
}

function obstacleOf(line: Pick<LineRow, "gates" | "stands_at" | "opens_at">): WaitsFor {
  const gate = gatesFromText(line.gates).find((one) => one.id === line.stands_at);
  if (line.stands_at === roomOnly || gate === undefined) return { kind: "room" };
  return { kind: "gate", gate, opensAt: timeOrNull(line.opens_at) };
}
