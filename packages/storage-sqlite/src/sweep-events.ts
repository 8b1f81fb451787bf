// The sweep of events that came long ago and that nothing needs any more.
import type { Connection } from "./connection.ts";
import { removalFromIndex } from "./search/remove.ts";
import { isFull, type Sweep, type SweepPiece, weightOf } from "./sweep-piece.ts";

// Sequence numbers follow the time of receipt but for commits that overtake each other and clocks that are set back.
const receiptDisorderMaxMs = 60_000;
const candidatesMax = 100;

// An event that reports the end of a stored run goes with the run.
const candidatesSql = `SELECT seq, internal_id, received_at, octet_length(data) AS bytes,
  lifecycle_of IS NOT NULL AND EXISTS (SELECT 1 FROM runs WHERE runs.id = lifecycle_of) AS belongs
FROM events WHERE seq > ? ORDER BY seq LIMIT ${candidatesMax}`;
const newestSql = "SELECT max(seq) FROM events";
// A match that goes on has an id that begins with that of the first.
const isNeededSql = `SELECT EXISTS (SELECT 1 FROM run_events WHERE event_seq = +@seq)
  OR EXISTS (SELECT 1 FROM queue_items WHERE id >= 'match:' || @id AND id < 'match:' || @id || ';')
  OR EXISTS (SELECT 1 FROM set_aside_items WHERE id >= 'match:' || @id AND id < 'match:' || @id || ';')
  OR EXISTS (SELECT 1 FROM debounce_windows WHERE event_seq = +@seq)
  OR EXISTS (SELECT 1 FROM batch_events WHERE event_seq = +@seq)
  OR EXISTS (SELECT 1 FROM event_matches CROSS JOIN queue_items ON queue_items.run_id = event_matches.run_id
    WHERE event_matches.event_seq = +@seq AND queue_items.kind IN ('resume', 'cancel'))`;
const removeSql = "DELETE FROM events WHERE seq = ?";
const removeMatchesSql = "DELETE FROM event_matches WHERE event_seq = ?";
const removeDropsSql = "DELETE FROM drops WHERE event_seq = ?";

interface CandidateRow {
  readonly seq: number;
  readonly internal_id: string;
  readonly received_at: number;
  readonly bytes: number | null;
  readonly belongs: 0 | 1;
}

/** The sweep of events, and what the sweep of runs needs of it. */
export interface EventSweep {
  readonly sweep: Sweep<"events">;
  /** Says whether a stored run, an item, a debounce or a batch needs the event. */
  isNeeded(event: { readonly seq: number; readonly internal_id: string }): boolean;
  /** Removes an event with its matches and drops. */
  remove(piece: SweepPiece, seq: number): void;
}

/** Prepares the sweep of events. */
export function eventSweep(db: Connection): EventSweep {
  const candidates = db.prepare<[number], CandidateRow>(candidatesSql);
  const newest = db.prepare<[], number | null>(newestSql).pluck();
  const isNeededRow = db.prepare<[{ seq: number; id: string }], number>(isNeededSql).pluck();
  const removeRow = db.prepare<[number]>(removeSql);
  const unindex = removalFromIndex(db, "events");
  const removeMatches = db.prepare<[number]>(removeMatchesSql);
  const removeDrops = db.prepare<[number]>(removeDropsSql);

  const isNeeded: EventSweep["isNeeded"] = ({ seq, internal_id: id }) => isNeededRow.get({ seq, id }) !== 0;
  const remove: EventSweep["remove"] = (piece, seq) => {
    const { changes } = removeRow.run(seq);
    piece.removed.events += changes;
    unindex(seq);
    piece.weight += changes + removeMatches.run(seq).changes + removeDrops.run(seq).changes;
  };

  return {
    isNeeded,
    remove,
    sweep(piece, { before }, cursor) {
      const last = newest.get() ?? 0;
      let done = cursor === null ? 0 : Number(cursor);
      const rows = candidates.all(done);
      for (const row of rows) {
        if (isFull(piece)) return String(done);
        if (row.received_at > before + receiptDisorderMaxMs || row.seq === last) return null;
        piece.weight += 1;
        if (row.received_at <= before && row.belongs === 0 && !isNeeded(row)) {
          remove(piece, row.seq);
          piece.weight += weightOf(row.bytes ?? 0) - 1;
        }
        done = row.seq;
      }
      return rows.length < candidatesMax ? null : String(done);
    },
  };
}
