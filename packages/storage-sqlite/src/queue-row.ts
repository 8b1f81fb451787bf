// A queue item's row and its translation.
import type { Lane, LeasedItem, Work } from "@stepwright/engine";
import { asQueueItemId, millis, type RunId, type StepId } from "@stepwright/protocol";
import { readObject } from "./read-json.ts";

/** The columns a lease needs, in the order of `LeasedRow`. */
export const leasedColumns = "row, id, lane, at, attempt, work, generation, gates";

/** What a lease returns. */
export interface LeasedRow {
  readonly row: number;
  readonly id: string;
  readonly lane: Lane;
  readonly at: number;
  readonly attempt: number;
  readonly work: string;
  readonly generation: number;
  readonly gates: string | null;
}

/** Turns a row into a leased item; null when nobody can read what is to be done. */
export function leasedFromRow(row: LeasedRow): LeasedItem | null {
  const work = workFromText(row.work);
  if (work === null) return null;
  return {
    id: asQueueItemId(row.id),
    lane: row.lane,
    at: millis(row.at),
    attempt: row.attempt,
    work,
    generation: row.generation,
  };
}

/** Reads what an item is for; null when it cannot be read. */
export function workFromText(text: string): Work | null {
  const work = readObject(text);
  // Written by `queueWrites` from the same type.
  return work !== null && "kind" in work ? (work as Work) : null;
}

/** The run an item works for; null for work on no run. */
export function runOf(work: Work): RunId | null {
  return "runId" in work ? work.runId : null;
}

/** The step an item is about; null when it is about none. */
export function stepOf(work: Work): StepId | null {
  return "stepId" in work ? work.stepId : null;
}
