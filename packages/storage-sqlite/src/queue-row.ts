// A queue item's row and its translation.
import type { Lane, LeasedItem, Work } from "@stepwright/engine";
import { asQueueItemId, millis, type RunId, type StepId } from "@stepwright/protocol";

/** The columns a lease needs, in the order of `LeasedRow`. */
export const leasedColumns = "id, lane, at, attempt, work, generation";

/** What a lease returns. */
export interface LeasedRow {
  readonly id: string;
  readonly lane: Lane;
  readonly at: number;
  readonly attempt: number;
  readonly work: string;
  readonly generation: number;
}

/** Turns a row into a leased item. */
export function leasedFromRow(row: LeasedRow): LeasedItem {
  return {
    id: asQueueItemId(row.id),
    lane: row.lane,
    at: millis(row.at),
    attempt: row.attempt,
    // Written by `queueWrites` from the same type.
    work: JSON.parse(row.work) as Work,
    generation: row.generation,
  };
}

/** The run an item works for; null for work on no run. */
export function runOf(work: Work): RunId | null {
  return "runId" in work ? work.runId : null;
}

/** The step an item is about; null when it is about none. */
export function stepOf(work: Work): StepId | null {
  return "stepId" in work ? work.stepId : null;
}
