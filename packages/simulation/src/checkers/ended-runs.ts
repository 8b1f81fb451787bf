// A run that has ended sleeps for ever: nothing calls its function and nothing is added to it.
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface LateStep {
  readonly row: number;
  readonly id: string;
  readonly run_id: string;
  readonly status: string;
  readonly ended_at: number | null;
  readonly finished_at: number;
}

const stepsSql = `SELECT steps.row, steps.id, run_id, runs.status, ended_at, finished_at FROM steps JOIN runs ON runs.id = run_id
WHERE steps.row > ? ORDER BY steps.row`;
const endedSql = "SELECT status FROM runs WHERE id = ? AND status NOT IN ('queued', 'running')";
const workSql = `SELECT runs.id, status FROM runs WHERE status NOT IN ('queued', 'running')
AND (id IN (SELECT run_id FROM queue_items) OR id IN (SELECT run_id FROM pauses))`;

/** Makes the checker. */
export function endedRunsSleep({ view, clock }: CheckSurroundings, report: Report): Checker {
  const steps = newRows<LateStep>(view, { table: "steps", sql: stepsSql });
  return {
    name: "ended runs sleep",
    swept: steps.swept,
    committed() {
      for (const { id, run_id, ended_at, finished_at } of steps.take()) {
        if (ended_at === null || finished_at <= ended_at) continue;
        if (![ended_at, finished_at].some(clock.hasShownTwice))
          report(`step ${id} of run ${run_id} got its result ${finished_at - ended_at} ms after the end of the run`);
      }
      const awake = view().get<{ id: string; status: string }>(workSql);
      if (awake !== undefined) report(`run ${awake.id} is ${awake.status}, and something waits to go on with it`);
    },
    called({ runId }) {
      const ended = view().get<{ status: string }>(endedSql, runId);
      if (ended !== undefined) report(`run ${runId} is ${ended.status} and is called`);
    },
  };
}
