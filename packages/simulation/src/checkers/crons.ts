// Crons: a chain never breaks off, no tick is early, and none starts its function twice.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

const brokenSql = `SELECT slug FROM functions JOIN cron_schedules ON function_id = functions.id
WHERE archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM queue_items WHERE kind = 'cron' AND id = 'cron:' || function_id || ':' || cron)`;
const ticksSql = `SELECT runs.row, runs.id, events.id AS tick, queued_at FROM runs JOIN run_events ON run_id = runs.id
JOIN events ON seq = event_seq WHERE cron IS NOT NULL AND original_run_id IS NULL AND runs.row > ? ORDER BY runs.row`;

/** Makes the checker. */
export function cronsGoOn({ view, functions, clock }: CheckSurroundings, report: Report): Checker {
  const hasCron = functions.some(({ trigger }) => trigger.kind === "cron");
  const ticks = new Set<string>();
  let last = 0;
  return {
    name: "crons go on",
    committed() {
      if (!hasCron) return;
      const broken = view().get<{ slug: string }>(brokenSql);
      if (broken !== undefined) report(`the chain of ${broken.slug} has broken off`);
      for (const run of view().all<{ row: number; id: string; tick: string; queued_at: number }>(ticksSql, last)) {
        last = run.row;
        if (ticks.has(run.tick)) report(`the tick ${run.tick} has started two runs, the second is ${run.id}`);
        ticks.add(run.tick);
        if (!clock.hasShownTwice(run.queued_at) && !(run.queued_at >= Date.parse(run.tick)))
          report(`run ${run.id} was made at ${run.queued_at}, its tick is ${run.tick}`);
      }
    },
  };
}
