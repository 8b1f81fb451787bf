// The one sequence of events and pauses, so that "stored before" is a comparison of two numbers.
import type { Connection } from "./connection.ts";

/** Hands out sequence numbers. Gaps are fine: what a rolled back commit took is not given out again. */
export interface Sequence {
  next(): number;
  /** The newest number handed out. */
  readonly last: number;
}

/** Goes on after the highest number that anything stored refers to. */
export function openSequence(db: Connection): Sequence {
  // run_events as well: a run must never come to own an event that took the number of a deleted one.
  const sql = `SELECT max(
    (SELECT coalesce(max(seq), 0) FROM events),
    (SELECT coalesce(max(seq), 0) FROM pauses),
    (SELECT coalesce(max(event_seq), 0) FROM run_events)
  )`;
  let last = db.prepare<[], number>(sql).pluck().get() ?? 0;
  return {
    next: () => ++last,
    get last() {
      return last;
    },
  };
}
