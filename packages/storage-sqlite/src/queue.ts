// Queue items: put in, leased, given back, taken out.
import type { Lane, LeasedItem, NewQueueItem, Work } from "@stepwright/engine";
import type { Millis, QueueItemId, RunId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import type { Lanes } from "./lanes.ts";
import type { LeaseRound } from "./lease-round.ts";
import { leasedColumns, leasedFromRow, type LeasedRow, runOf, stepOf } from "./queue-row.ts";

const insertSql = `INSERT INTO queue_items (id, lane, at, attempt, kind, run_id, step_id, work, lease_epoch, generation)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
const holdsSql = "SELECT EXISTS (SELECT 1 FROM queue_items WHERE id = ? AND lease_epoch = ? AND generation = ?)";
const removeSql = "DELETE FROM queue_items WHERE id = ? RETURNING id, lane, at, lease_epoch";
const removeOfRunSql = "DELETE FROM queue_items WHERE run_id = ? RETURNING id, lane, at, lease_epoch";
const placeSql = "SELECT id, lane, at, lease_epoch FROM queue_items WHERE id = ?";
const rescheduleSql = "UPDATE queue_items SET at = ?, attempt = ?, lease_epoch = NULL WHERE id = ?";
const resetAttemptSql = "UPDATE queue_items SET attempt = 0 WHERE id = ?";
const replaceSql = `UPDATE queue_items SET lane = ?, at = ?, attempt = ?, kind = ?, run_id = ?, step_id = ?, work = ?, lease_epoch = NULL
WHERE id = ?`;
const setAsideSql = `INSERT INTO set_aside_items (id, lane, attempt, kind, run_id, work, reason, at)
SELECT id, lane, attempt, kind, run_id, work, ?, ? FROM queue_items WHERE id = ?
ON CONFLICT (id) DO UPDATE SET attempt = excluded.attempt, work = excluded.work, reason = excluded.reason, at = excluded.at`;
const unleaseSql = "UPDATE queue_items SET lease_epoch = NULL, generation = generation - 1 WHERE id = ?";
const leaseSql = `UPDATE queue_items SET lease_epoch = ?, generation = generation + 1 WHERE row IN (
  SELECT row FROM queue_items WHERE lane = +? AND lease_epoch IS NULL AND at <= ? ORDER BY at, row LIMIT +?
) RETURNING ${leasedColumns}`;
const endLeasesSql = "UPDATE queue_items SET lease_epoch = NULL WHERE lease_epoch IS NOT NULL";

interface PlaceRow {
  readonly id: string;
  readonly lane: Lane;
  readonly at: number;
  readonly lease_epoch: number | null;
}

/** Writes the queue. What is leased or given back is told to the round of the commit. */
export interface QueueWrites {
  /** Puts an item in, leased at once if the round has room; an id that exists already changes nothing. */
  enqueue(round: LeaseRound, item: NewQueueItem, work: Work): void;
  dequeue(round: LeaseRound, id: QueueItemId): void;
  dequeueOfRun(round: LeaseRound, runId: RunId): void;
  reschedule(round: LeaseRound, o: { readonly id: QueueItemId; readonly at: Millis; readonly attempt: number }): void;
  resetAttempt(id: QueueItemId): void;
  replaceWork(round: LeaseRound, item: NewQueueItem, work: Work): void;
  setAside(round: LeaseRound, o: { readonly id: QueueItemId; readonly reason: string; readonly at: Millis }): void;
  holdsLease(id: QueueItemId, generation: number): boolean;
  has(id: QueueItemId): boolean;
  /** Leases due items of the lane, oldest first. */
  lease(lane: Lane, o: { readonly now: Millis; readonly max: number }): readonly LeasedItem[];
  /** Takes back a lease that nobody has been told of. */
  unlease(item: LeasedItem): void;
}

/** Makes what earlier boots had leased due again. */
export function endEarlierLeases(db: Connection): void {
  db.prepare(endLeasesSql).run();
}

/** Prepares the writes of the queue for one boot. */
export function queueWrites(db: Connection, lanes: Lanes, epoch: number): QueueWrites {
  const insert = db.prepare(insertSql);
  const holds = db.prepare<[string, number, number], number>(holdsSql).pluck();
  const remove = db.prepare<[string], PlaceRow>(removeSql);
  const removeOfRun = db.prepare<[string], PlaceRow>(removeOfRunSql);
  const place = db.prepare<[string], PlaceRow>(placeSql);
  const reschedule = db.prepare(rescheduleSql);
  const resetAttempt = db.prepare(resetAttemptSql);
  const replace = db.prepare(replaceSql);
  const setAside = db.prepare(setAsideSql);
  const unlease = db.prepare(unleaseSql);
  const lease = db.prepare<[number, string, number, number], LeasedRow>(leaseSql);

  const left = (round: LeaseRound, row: PlaceRow): void => {
    if (row.lease_epoch === null) lanes.removed(row.lane, row.at);
    else round.takeBack(row.id);
  };
  const cameIn = (round: LeaseRound, lane: Lane, at: number): void => {
    lanes.added(lane, at);
    round.touched.add(lane);
  };

  return {
    enqueue(round, item, work) {
      const leased = round.hasRoomFor(item, lanes.nextAt(item.lane));
      const { changes } = insert.run(
        item.id,
        item.lane,
        item.at,
        item.attempt,
        work.kind,
        runOf(work),
        stepOf(work),
        JSON.stringify(work),
        leased ? epoch : null,
        leased ? 1 : 0,
      );
      if (changes === 0) return;
      if (leased) round.give({ ...item, work, generation: 1 });
      else cameIn(round, item.lane, item.at);
    },
    dequeue(round, id) {
      const row = remove.get(id);
      if (row !== undefined) left(round, row);
    },
    dequeueOfRun(round, runId) {
      for (const row of removeOfRun.all(runId)) left(round, row);
    },
    reschedule(round, o) {
      const row = place.get(o.id);
      if (row === undefined) return;
      left(round, row);
      reschedule.run(o.at, o.attempt, o.id);
      cameIn(round, row.lane, o.at);
    },
    resetAttempt(id) {
      resetAttempt.run(id);
    },
    replaceWork(round, item, work) {
      const row = place.get(item.id);
      if (row === undefined) return;
      left(round, row);
      replace.run(
        item.lane,
        item.at,
        item.attempt,
        work.kind,
        runOf(work),
        stepOf(work),
        JSON.stringify(work),
        item.id,
      );
      cameIn(round, item.lane, item.at);
    },
    setAside(round, o) {
      setAside.run(o.reason, o.at, o.id);
      const row = remove.get(o.id);
      if (row !== undefined) left(round, row);
    },
    holdsLease: (id, generation) => holds.get(id, epoch, generation) === 1,
    has: (id) => place.get(id) !== undefined,
    lease(lane, o) {
      const rows = lease.all(epoch, lane, o.now, o.max);
      for (const row of rows) lanes.removed(lane, row.at);
      return rows.map(leasedFromRow);
    },
    unlease(item) {
      unlease.run(item.id);
      lanes.added(item.lane, item.at);
    },
  };
}
