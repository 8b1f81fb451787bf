// The sweep of runs that ended long ago, with all that belongs to them.
import { millis, ulidOf, ulidTimeMax } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import type { Counters } from "./counters.ts";
import { counterOf } from "./runs.ts";
import { removalFromIndex } from "./search/remove.ts";
import type { EventSweep } from "./sweep-events.ts";
import { isFull, type Sweep, type SweepPiece, weightOf } from "./sweep-piece.ts";

// A run cannot have ended before it was made, which its id tells with this allowance.
const idTimeSlackMs = 60_000;
/** Rows looked at per piece: most are removed, which fills the piece before. */
const candidatesMax = 100;

const candidatesSql = `SELECT row, id, ended_at, octet_length(output) AS output, octet_length(error) AS error FROM runs INDEXED BY runs_status
WHERE status = +? AND id > ? AND id < ? ORDER BY id LIMIT ${candidatesMax}`;
const isNeededSql = `SELECT EXISTS (SELECT 1 FROM queue_items WHERE run_id = +@id)
  OR EXISTS (SELECT 1 FROM pauses WHERE run_id = +@id)
  OR EXISTS (SELECT 1 FROM runs AS run CROSS JOIN runs AS invoker ON invoker.id = run.invoked_by_run_id
    WHERE run.id = +@id AND invoker.status IN ('queued', 'running'))
  OR EXISTS (SELECT 1 FROM runs INDEXED BY runs_invoked_by WHERE invoked_by_run_id = +@id AND status IN ('queued', 'running'))`;
const lifecycleSql =
  "SELECT seq, internal_id FROM events INDEXED BY events_lifecycle WHERE lifecycle_of = +? ORDER BY seq";
const stepsSql = "SELECT row, octet_length(memo) + ifnull(octet_length(input), 0) AS bytes FROM steps WHERE run_id = ?";
const removeStepSql = "DELETE FROM steps WHERE row = ?";
const spansSql =
  "SELECT row, octet_length(detail) + ifnull(octet_length(error), 0) AS bytes FROM spans WHERE run_id = ?";
const removeSpanSql = "DELETE FROM spans WHERE row = ?";
const appSpansSql = "SELECT row, octet_length(detail) AS bytes FROM app_spans WHERE run_id = ?";
const removeAppSpanSql = "DELETE FROM app_spans WHERE row = ?";
const removeRunEventsSql = "DELETE FROM run_events WHERE run_id = ?";
const removeMetadataSql = "DELETE FROM run_metadata WHERE run_id = ?";
const removeRunSql = "DELETE FROM runs WHERE id = ?";

interface CandidateRow {
  readonly row: number;
  readonly id: string;
  readonly ended_at: number | null;
  readonly output: number | null;
  readonly error: number | null;
}

interface PartRow {
  readonly row: number;
  readonly bytes: number;
}

/** Prepares the sweep of runs. */
export function runSweep(
  db: Connection,
  { counters, events }: { readonly counters: Counters; readonly events: EventSweep },
): Sweep<"runs"> {
  const candidates = db.prepare<[string, string, string], CandidateRow>(candidatesSql);
  const isNeeded = db.prepare<[{ id: string }], number>(isNeededSql).pluck();
  const lifecycle = db.prepare<[string], { seq: number; internal_id: string }>(lifecycleSql);
  const steps = db.prepare<[string], PartRow>(stepsSql);
  const removeStep = db.prepare<[number]>(removeStepSql);
  const spans = db.prepare<[string], PartRow>(spansSql);
  const removeSpan = db.prepare<[number]>(removeSpanSql);
  const appSpans = db.prepare<[string], PartRow>(appSpansSql);
  const removeAppSpan = db.prepare<[number]>(removeAppSpanSql);
  const removeRunEvents = db.prepare<[string]>(removeRunEventsSql);
  const removeMetadata = db.prepare<[string]>(removeMetadataSql);
  const removeRun = db.prepare<[string]>(removeRunSql);
  const unindex = removalFromIndex(db, "runs");

  /** Removes parts until the piece is full; returns how many. */
  const removeParts = (piece: SweepPiece, rows: readonly PartRow[], remove: (row: number) => unknown): number => {
    let count = 0;
    for (const { row, bytes } of rows) {
      if (isFull(piece)) break;
      remove(row);
      piece.weight += weightOf(bytes);
      count += 1;
    }
    return count;
  };

  /** True when the run is gone, false when the piece was full before. */
  const removeWhole = (piece: SweepPiece, candidate: CandidateRow): boolean => {
    const { id } = candidate;
    piece.removed.spans += removeParts(piece, spans.all(id), (row) => removeSpan.run(row));
    piece.removed.spans += removeParts(piece, appSpans.all(id), (row) => removeAppSpan.run(row));
    piece.removed.steps += removeParts(piece, steps.all(id), (row) => removeStep.run(row));
    if (isFull(piece)) return false;
    for (const event of lifecycle.all(id)) events.remove(piece, event.seq);
    piece.weight += removeRunEvents.run(id).changes;
    piece.weight += removeMetadata.run(id).changes;
    removeRun.run(id);
    unindex(candidate.row);
    piece.weight += weightOf((candidate.output ?? 0) + (candidate.error ?? 0));
    piece.removed.runs += 1;
    return true;
  };

  const mayGo = (id: string): boolean =>
    isNeeded.get({ id }) === 0 && lifecycle.all(id).every((event) => !events.isNeeded(event));

  return (piece, { status, before }, cursor) => {
    let last = cursor ?? "";
    const rows = candidates.all(status, last, smallestIdAt(before + idTimeSlackMs));
    for (const row of rows) {
      if (isFull(piece)) return last;
      piece.weight += 1;
      if (row.ended_at !== null && row.ended_at <= before && mayGo(row.id)) {
        if (!removeWhole(piece, row)) return last;
        counters.add(counterOf(status), -1);
      }
      last = row.id;
    }
    return rows.length < candidatesMax ? null : last;
  };
}

function smallestIdAt(at: number): string {
  return ulidOf(millis(Math.min(Math.max(at, 0), ulidTimeMax)), new Uint8Array(10));
}
