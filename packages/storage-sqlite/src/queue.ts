// Queue items: put in, leased, given back, taken out.
import { type ItemFlow, type Lane, laneKind, type LeasedItem, type NewQueueItem, type Work } from "@stepwright/engine";
import type { Millis, QueueItemId, RunId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import { type Gates, gatesFromText, gatesInTheWay, gatesText } from "./gates.ts";
import type { Lanes } from "./lanes.ts";
import type { KnownLeases } from "./known-leases.ts";
import type { KnownRuns } from "./known-runs.ts";
import type { Given, LeaseRound } from "./lease-round.ts";
import type { Lines } from "./lines.ts";
import { leasedColumns, leasedFromRow, type LeasedRow, runOf, stepOf } from "./queue-row.ts";

// Where an unleased item is found: by its time, ready in its lane by its score, or in a line (migration 2).
const timed = 0;
const ready = 1;
const inLine = 2;

const placeColumns = "row, id, lane, at, score, gates, place, line, generation, lease_epoch, run_id";
const insertSql = `INSERT INTO queue_items (id, lane, at, attempt, kind, run_id, step_id, work, score, gates, place, line, lease_epoch, generation)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
const holdsSql = "SELECT EXISTS (SELECT 1 FROM queue_items WHERE id = ? AND lease_epoch = ? AND generation = ?)";
// Every call ends with one of these: each column more is read for nothing.
const removedColumns = "id, lane, at, gates, line, lease_epoch";
const removeSql = `DELETE FROM queue_items WHERE id = ? RETURNING ${removedColumns}`;
const removeRowSql = "DELETE FROM queue_items WHERE row = ?";
const removeOfRunSql = `DELETE FROM queue_items WHERE run_id = ? RETURNING ${removedColumns}`;
const placeSql = `SELECT ${placeColumns} FROM queue_items WHERE id = ?`;
const rescheduleSql =
  "UPDATE queue_items SET at = ?, attempt = ?, place = ?, line = NULL, lease_epoch = NULL WHERE id = ?";
const resetAttemptSql = "UPDATE queue_items SET attempt = 0 WHERE id = ?";
const replaceSql = `UPDATE queue_items SET lane = ?, at = ?, attempt = ?, kind = ?, run_id = ?, step_id = ?, work = ?, score = ?, gates = ?,
  place = ${timed}, line = NULL, lease_epoch = NULL WHERE id = ?`;
const setAsideSql = `INSERT INTO set_aside_items (id, lane, attempt, kind, run_id, work, reason, at)
SELECT id, lane, attempt, kind, run_id, work, ?, ? FROM queue_items WHERE id = ?
ON CONFLICT (id) DO UPDATE SET attempt = excluded.attempt, work = excluded.work, reason = excluded.reason, at = excluded.at`;
/** Says whether an item of this id was set aside. */
export const isSetAsideSql = "SELECT EXISTS (SELECT 1 FROM set_aside_items WHERE id = ?)";
const forgetSetAsideSql = "DELETE FROM set_aside_items WHERE id = ?";
const unleaseSql = "UPDATE queue_items SET lease_epoch = NULL, generation = generation - 1 WHERE id = ?";
const leaseTimedSql = `UPDATE queue_items SET lease_epoch = ?, generation = generation + 1 WHERE row IN (
  SELECT row FROM queue_items WHERE lane = +? AND lease_epoch IS NULL AND place = ${timed} AND at <= ? ORDER BY at, row LIMIT +?
) RETURNING ${leasedColumns}`;
const leaseOneSql = `UPDATE queue_items SET lease_epoch = ?, generation = generation + 1, place = ${ready}, line = NULL WHERE row = ?
RETURNING ${leasedColumns}`;
const promoteSql = `UPDATE queue_items SET place = ${ready} WHERE row IN (
  SELECT row FROM queue_items WHERE lane = +? AND lease_epoch IS NULL AND place = ${timed} AND at <= ? ORDER BY at LIMIT +?
)`;
const readySql = `SELECT ${placeColumns} FROM queue_items WHERE lane = +? AND lease_epoch IS NULL AND place = ${ready}
ORDER BY score, row LIMIT +?`;
const headOfLineSql = `SELECT ${placeColumns} FROM queue_items WHERE line = +? ORDER BY score, row LIMIT 1`;
const lineUpSql = `UPDATE queue_items SET place = ${inLine}, line = ? WHERE row = ?`;
const endLeasesSql = "UPDATE queue_items SET lease_epoch = NULL WHERE lease_epoch IS NOT NULL";

/** Where an item stands. */
export interface PlacedRow {
  readonly row: number;
  readonly id: string;
  readonly lane: Lane;
  readonly at: number;
  readonly score: number;
  readonly gates: string | null;
  readonly place: number;
  readonly line: number | null;
  readonly generation: number;
  readonly lease_epoch: number | null;
  readonly run_id: RunId | null;
}

type RemovedRow = Pick<PlacedRow, "id" | "lane" | "at" | "gates" | "line" | "lease_epoch">;

/** Writes the queue. What is leased or given back is told to the round of the commit. */
export interface QueueWrites {
  /** Puts an item in, leased at once if the round has room and its gates are open; an id that exists already changes nothing. */
  enqueue(round: LeaseRound, item: NewQueueItem, work: Work): void;
  dequeue(round: LeaseRound, id: QueueItemId): void;
  dequeueOfRun(round: LeaseRound, runId: RunId): void;
  reschedule(round: LeaseRound, o: { readonly id: QueueItemId; readonly at: Millis; readonly attempt: number }): void;
  resetAttempt(id: QueueItemId): void;
  replaceWork(round: LeaseRound, item: NewQueueItem, work: Work): void;
  setAside(round: LeaseRound, o: { readonly id: QueueItemId; readonly reason: string; readonly at: Millis }): void;
  isSetAside(id: QueueItemId): boolean;
  /** An item that was set aside is no longer shown. */
  forgetSetAside(id: QueueItemId): void;
  holdsLease(id: QueueItemId, generation: number): boolean;
  has(id: QueueItemId): boolean;
  /** Says whether the item is there and nobody has its lease. */
  isWaiting(id: QueueItemId): boolean;
  /** Leases due items that go by their time, oldest first. */
  leaseTimed(round: LeaseRound, lane: Lane, max: number): void;
  /** Leases an item whose gates are open. */
  leaseOne(round: LeaseRound, row: PlacedRow): void;
  /** Calls whose time has come are ready from now on. */
  promote(lane: Lane, o: { readonly now: Millis; readonly max: number }): void;
  /** Ready items, lowest score first. */
  ready(lane: Lane, max: number): readonly PlacedRow[];
  headOfLine(line: number): PlacedRow | null;
  lineUp(row: PlacedRow, line: number): void;
  /** Takes back a lease that nobody has been told of; only of an item without gates. */
  unlease(round: LeaseRound, given: Given): void;
}

/** Makes what earlier boots had leased due again. */
export function endEarlierLeases(db: Connection): void {
  db.prepare(endLeasesSql).run();
}

/** Prepares the writes of the queue for one boot. */
export function queueWrites(
  db: Connection,
  {
    lanes,
    lines,
    gates,
    known,
    epoch,
  }: {
    readonly lanes: Lanes;
    readonly lines: Lines;
    readonly gates: Gates;
    readonly known: { readonly leases: KnownLeases; readonly runs: KnownRuns };
    readonly epoch: number;
  },
): QueueWrites {
  const insert = db.prepare(insertSql);
  const holds = db.prepare<[string, number, number], number>(holdsSql).pluck();
  const remove = db.prepare<[string], RemovedRow>(removeSql);
  const removeRow = db.prepare<[number]>(removeRowSql);
  const removeOfRun = db.prepare<[string], RemovedRow>(removeOfRunSql);
  const place = db.prepare<[string], PlacedRow>(placeSql);
  const reschedule = db.prepare(rescheduleSql);
  const resetAttempt = db.prepare(resetAttemptSql);
  const replace = db.prepare(replaceSql);
  const setAside = db.prepare(setAsideSql);
  const isSetAside = db.prepare<[string], number>(isSetAsideSql).pluck();
  const forgetSetAside = db.prepare(forgetSetAsideSql);
  const unlease = db.prepare(unleaseSql);
  const leaseTimed = db.prepare<[number, string, number, number], LeasedRow>(leaseTimedSql);
  const leaseOne = db.prepare<[number, number], LeasedRow>(leaseOneSql);
  const promote = db.prepare(promoteSql);
  const readyRows = db.prepare<[string, number], PlacedRow>(readySql);
  const headOfLine = db.prepare<[number], PlacedRow>(headOfLineSql);
  const lineUp = db.prepare(lineUpSql);

  /** An item has left its place or its lease. */
  const left = (round: LeaseRound, row: RemovedRow): void => {
    if (row.lease_epoch !== null) {
      known.leases.drop(row.id);
      round.takeBack(row.id);
      if (row.gates !== null) gates.giveBack(gatesFromText(row.gates));
      return;
    }
    round.touched.add(row.lane);
    if (row.line === null) lanes.removed(row.lane, row.at);
    else leftLine(row.line, row.lane);
  };
  const leftLine = (line: number, lane: Lane): void => {
    const closed = lines.left(line);
    lanes.changed(lane);
    // Whoever else stands at a gate that this line was let through is owed the look that it had.
    if (closed === null) return;
    for (const gate of closed.gates) gates.opened.add(gate.id);
    // The time of a call that was cancelled is nobody's: its lane would be due, and there would be nothing to look at.
    for (const other of lines.forgetTimes(closed.gates)) lanes.changed(other);
  };
  const cameIn = (round: LeaseRound, lane: Lane, at: number): void => {
    lanes.added(lane, at);
    round.touched.add(lane);
  };

  /** Where an item goes that is put in now. Opens or joins a line if that is its place. */
  const placeFor = (round: LeaseRound, item: NewQueueItem, flow: ItemFlow): Placing => {
    if (item.at > round.now || laneKind(item.lane) !== "call") {
      const isLeased = item.at <= round.now && round.isFree(item.lane, lanes.nextAt(item.lane));
      return { place: timed, line: null, isLeased };
    }
    const line = flow.gates.length === 0 ? null : lines.find(item.lane, flow.gates);
    if (line !== null) {
      lines.join(line.line, flow.score);
      return { place: inLine, line: line.line, isLeased: false };
    }
    // Who goes through a gate is decided when the commit ends, by score and among all that have come by then.
    const isLeased = flow.gates.length === 0 && round.isFree(item.lane, lanes.nextAt(item.lane));
    return { place: ready, line: null, isLeased };
  };

  const putAside = (
    round: LeaseRound,
    o: { readonly id: string; readonly reason: string; readonly at: Millis },
  ): void => {
    setAside.run(o.reason, o.at, o.id);
    const row = remove.get(o.id);
    if (row !== undefined) left(round, row);
  };
  /** Whoever leases it could do nothing with it, and must not find it again and again. */
  const setUnreadableAside = (round: LeaseRound, row: LeasedRow): void =>
    putAside(round, { id: row.id, reason: "what is to be done cannot be read from its row", at: round.now });

  const removeLeased = (round: LeaseRound, id: QueueItemId): boolean => {
    const lease = known.leases.get(id);
    if (lease === undefined) return false;
    removeRow.run(lease.row);
    known.leases.drop(id);
    known.runs.lostItem(lease.runId, id);
    round.takeBack(id);
    gates.giveBack(lease.gates);
    return true;
  };
  const remember = ({ row, id, generation, gates: text }: LeasedRow, work: Work): void =>
    known.leases.took(id, { row, generation, runId: runOf(work), gates: gatesFromText(text) });

  return {
    enqueue(round, item, work) {
      // Before anything is written for it: a line must not be opened for an item that is there already.
      if ((item.flow?.gates.length ?? 0) > 0 && place.get(item.id) !== undefined) return;
      const flow = item.flow ?? { score: item.at, gates: [] };
      const { place: where, line, isLeased } = placeFor(round, item, flow);
      const runId = runOf(work);
      const { changes, lastInsertRowid } = insert.run(
        item.id,
        item.lane,
        item.at,
        item.attempt,
        work.kind,
        runId,
        stepOf(work),
        JSON.stringify(work),
        flow.score,
        gatesText(flow.gates),
        where,
        line,
        isLeased ? epoch : null,
        isLeased ? 1 : 0,
      );
      if (changes === 0) return;
      known.runs.gotItem(runId, item.id);
      if (isLeased) {
        known.leases.took(item.id, { row: Number(lastInsertRowid), generation: 1, runId, gates: flow.gates });
        round.give({ item: leasedOf(item, work), score: flow.score, gates: [] });
      } else if (where === inLine) {
        lanes.changed(item.lane);
        round.touched.add(item.lane);
      } else cameIn(round, item.lane, item.at);
    },
    dequeue(round, id) {
      if (removeLeased(round, id)) return;
      const row = remove.get(id);
      if (row !== undefined) left(round, row);
    },
    dequeueOfRun(round, runId) {
      // A run that ends has its own call in hand, and mostly nothing else.
      const items = known.runs.get(runId)?.items ?? null;
      if (items !== null) for (const id of items) removeLeased(round, id);
      if (items !== null && items.size === 0) return;
      for (const row of removeOfRun.all(runId)) left(round, row);
    },
    reschedule(round, o) {
      const row = place.get(o.id);
      if (row === undefined) return;
      const isReady = o.at <= round.now && laneKind(row.lane) === "call";
      reschedule.run(o.at, o.attempt, isReady ? ready : timed, o.id);
      left(round, row);
      cameIn(round, row.lane, o.at);
    },
    resetAttempt(id) {
      resetAttempt.run(id);
    },
    replaceWork(round, item, work) {
      const row = place.get(item.id);
      if (row === undefined) return;
      const flow = item.flow ?? { score: item.at, gates: [] };
      replace.run(
        item.lane,
        item.at,
        item.attempt,
        work.kind,
        runOf(work),
        stepOf(work),
        JSON.stringify(work),
        flow.score,
        gatesText(flow.gates),
        item.id,
      );
      known.runs.gotItem(runOf(work), item.id);
      left(round, row);
      cameIn(round, item.lane, item.at);
    },
    setAside: putAside,
    isSetAside: (id) => isSetAside.get(id) === 1,
    forgetSetAside(id) {
      forgetSetAside.run(id);
    },
    holdsLease: (id, generation) =>
      known.leases.get(id)?.generation === generation || holds.get(id, epoch, generation) === 1,
    has: (id) => place.get(id) !== undefined,
    isWaiting: (id) => place.get(id)?.lease_epoch === null,
    leaseTimed(round, lane, max) {
      const rows = leaseTimed.all(epoch, lane, round.now, max);
      for (const row of rows) {
        lanes.removed(lane, row.at);
        const item = leasedFromRow(row);
        if (item === null) setUnreadableAside(round, row);
        else {
          remember(row, item.work);
          round.give({ item, score: item.at, gates: [] });
        }
      }
    },
    leaseOne(round, row) {
      const inTheWay = gatesInTheWay(gatesFromText(row.gates), row.generation);
      const leased = leaseOne.get(epoch, row.row);
      if (leased === undefined) throw new Error(`broken invariant: ${row.id} is there to be leased`);
      gates.take(inTheWay, { lane: row.lane, runId: row.run_id, now: round.now });
      const item = leasedFromRow(leased);
      if (item === null) setUnreadableAside(round, leased);
      else {
        remember(leased, item.work);
        round.give({ item, score: row.score, gates: inTheWay });
      }
      if (row.line === null) lanes.removed(row.lane, row.at);
      else leftLine(row.line, row.lane);
    },
    promote(lane, o) {
      promote.run(lane, o.now, o.max);
    },
    ready: (lane, max) => readyRows.all(lane, max),
    headOfLine: (line) => headOfLine.get(line) ?? null,
    lineUp(row, line) {
      lineUp.run(line, row.row);
      lanes.removed(row.lane, row.at);
      lanes.changed(row.lane);
    },
    unlease(round, given) {
      unlease.run(given.item.id);
      known.leases.drop(given.item.id);
      round.takeBack(given.item.id);
      lanes.added(given.item.lane, given.item.at);
    },
  };
}

interface Placing {
  readonly place: number;
  readonly line: number | null;
  readonly isLeased: boolean;
}

function leasedOf({ id, lane, at, attempt }: NewQueueItem, work: Work): LeasedItem {
  return { id, lane, at, attempt, work, generation: 1 };
}
