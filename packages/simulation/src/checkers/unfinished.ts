// An unfinished run always has a queue item or a pause that goes on with it; in the end every run has ended.
import type { Checker, SeenCommit } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

// A timeout or a cancel listener may end a run and never moves it on.
const strandedSql = `SELECT id, json_extract(progress, '$.discovery.itemId') AS discovery FROM runs WHERE status IN ('queued', 'running')
AND NOT EXISTS (SELECT 1 FROM queue_items WHERE run_id = runs.id AND kind NOT IN ('runTimeout', 'cancel'))
AND NOT EXISTS (SELECT 1 FROM pauses WHERE run_id = runs.id AND kind <> 'cancel')`;
const setAsideSql = "SELECT id, run_id FROM set_aside_items";

interface StrandedRun {
  readonly id: string;
  readonly discovery: string | null;
}

/** Makes the checker. */
export function unfinishedGoOn({ view, records }: CheckSurroundings, report: Report): Checker {
  /** Numbers of the commits that set items aside, and of the latest results of runs that were damaged. */
  const setAsideIn = new Map<string, number>();
  const resultIn = new Map<string, number>();

  const noteDamage = ({ number, batch, result }: SeenCommit): void => {
    for (const { id } of view().all<{ id: string }>(setAsideSql)) if (!setAsideIn.has(id)) setAsideIn.set(id, number);
    for (const [index, { effects }] of batch.transitions.entries()) {
      if (result.outcomes[index]?.kind !== "committed") continue;
      for (const effect of effects) if (effect.kind === "putStep") resultIn.set(effect.runId, number);
    }
  };

  /** Whatever could not be processed is set aside, and asked for again at the next start or by a result that comes after it. */
  const judgeDamaged = ({ id, discovery }: StrandedRun): void => {
    const items = view()
      .all<{ id: string; run_id: string | null }>(setAsideSql)
      .filter(({ run_id }) => run_id === id);
    if (items.length === 0) report(`run ${id} has neither work nor a wait, and nothing of it was set aside`);
    const isDiscoveryAlone = items.every((item) => item.id === discovery);
    const at = setAsideIn.get(discovery ?? "") ?? Infinity;
    if (isDiscoveryAlone && (resultIn.get(id) ?? 0) > at)
      report(`run ${id} got a result after its discovery was set aside, and nobody calls its function`);
  };

  return {
    name: "unfinished runs go on",
    committed(commit) {
      if (records.damagedRuns.size > 0) noteDamage(commit);
      for (const run of view().all<StrandedRun>(strandedSql)) {
        if (records.damagedRuns.has(run.id)) judgeDamaged(run);
        else report(`run ${run.id} has neither work nor a wait`);
      }
    },
    rested() {
      const left = view().get<{ id: string; status: string }>(
        "SELECT id, status FROM runs WHERE status IN ('queued', 'running')",
      );
      if (left !== undefined) report(`run ${left.id} is ${left.status} for ever`);
    },
  };
}
