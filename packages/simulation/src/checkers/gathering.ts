// What waits for more events waits long enough: a debounce for its period of quiet, a batch until it is full or old.
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface GatheredRun {
  readonly row: number;
  readonly id: string;
  readonly slug: string;
  readonly queued_at: number;
  readonly batch_id: string | null;
  readonly first_at: number;
  readonly last_at: number;
  readonly count: number;
}

const runsSql = `SELECT runs.row, runs.id, function_slug AS slug, queued_at, batch_id, min(received_at) AS first_at,
max(received_at) AS last_at, count(*) AS count
FROM runs JOIN run_events ON run_id = runs.id JOIN events ON seq = event_seq
WHERE original_run_id IS NULL AND runs.row > ? GROUP BY runs.row ORDER BY runs.row`;

/** Makes the checker. */
export function gatheringTakesItsTime({ view, functionOf, clock }: CheckSurroundings, report: Report): Checker {
  const rows = newRows<GatheredRun>(view, { table: "runs", sql: runsSql });
  return {
    name: "gathering takes its time",
    swept: rows.swept,
    committed() {
      for (const run of rows.take()) {
        if ([run.queued_at, run.first_at, run.last_at].some(clock.hasShownTwice)) continue;
        const { debounce, batch } = functionOf(run.slug).options;
        const quiet = run.queued_at - run.last_at;
        if (debounce !== undefined && debounce.ceilingSeconds === null && quiet < debounce.seconds * 1_000)
          report(`run ${run.id} of ${run.slug} was made after ${quiet} ms of quiet, not ${debounce.seconds} s`);
        const waited = run.queued_at - run.first_at;
        const isFull = batch === undefined || run.batch_id === null || run.count >= batch.maxSize;
        if (!isFull && waited < batch.seconds * 1_000)
          report(
            `run ${run.id} of ${run.slug} has ${run.count} events after ${waited} ms; the batch is neither full nor old`,
          );
      }
    },
  };
}
