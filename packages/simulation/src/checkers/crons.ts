// Crons: a chain never breaks off, no tick is early, and none starts its function twice.
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

const brokenSql = `SELECT slug FROM functions JOIN cron_schedules ON function_id = functions.id
WHERE archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM queue_items WHERE kind = 'cron' AND id = 'cron:' || function_id || ':' || cron)`;
const ticksSql = `SELECT runs.row, runs.id, events.id AS tick, queued_at FROM runs JOIN run_events ON run_id = runs.id
JOIN events ON seq = event_seq WHERE cron IS NOT NULL AND original_run_id IS NULL AND runs.row > ? ORDER BY runs.row`;

interface CronRun {
  readonly row: number;
  readonly id: string;
  readonly tick: string;
  readonly queued_at: number;
}

/** Makes the checker. */
export function cronsGoOn({ view, functions, clock }: CheckSurroundings, report: Report): Checker {
  const hasCron = functions.some(({ trigger }) => trigger.kind === "cron");
  const ticks = new Set<string>();
  const runs = newRows<CronRun>(view, { table: "runs", sql: ticksSql });
  return {
    name: "crons go on",
    swept: runs.swept,
    committed() {
      if (!hasCron) return;
      const broken = view().get<{ slug: string }>(brokenSql);
      if (broken !== undefined) report(`the chain of ${broken.slug} has broken off`);
      for (const run of runs.take()) {
        if (ticks.has(run.tick)) report(`the tick ${run.tick} has started two runs, the second is ${run.id}`);
        ticks.add(run.tick);
        if (!clock.hasShownTwice(run.queued_at) && !(run.queued_at >= Date.parse(run.tick)))
          report(`run ${run.id} was made at ${run.queued_at}, its tick is ${run.tick}`);
      }
    },
  };
}
