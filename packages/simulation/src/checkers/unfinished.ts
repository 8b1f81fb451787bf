// An unfinished run always has a queue item or a pause that goes on with it; in the end every run has ended.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

// A timeout or a cancel listener may end a run and never moves it on.
const strandedSql = `SELECT id FROM runs WHERE status IN ('queued', 'running')
AND NOT EXISTS (SELECT 1 FROM queue_items WHERE run_id = runs.id AND kind NOT IN ('runTimeout', 'cancel'))
AND NOT EXISTS (SELECT 1 FROM pauses WHERE run_id = runs.id AND kind <> 'cancel')`;

/** Makes the checker. */
export function unfinishedGoOn({ view, records }: CheckSurroundings, report: Report): Checker {
  return {
    name: "unfinished runs go on",
    committed() {
      // Whatever could not be processed is set aside, and asked for again at the next start.
      if (records.isDamaged) return;
      const stranded = view().get<{ id: string }>(strandedSql);
      if (stranded !== undefined) report(`run ${stranded.id} has neither work nor a wait`);
    },
    rested() {
      const left = view().get<{ id: string; status: string }>(
        "SELECT id, status FROM runs WHERE status IN ('queued', 'running')",
      );
      if (left !== undefined) report(`run ${left.id} is ${left.status} for ever`);
    },
  };
}
