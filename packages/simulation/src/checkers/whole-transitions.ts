// One transition, one commit: what an answer or a checkpoint says is stored together, with the end of the queue item that asked.
import { resultKey, type Saying } from "../records.ts";
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import { isRemembered } from "./remembered.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface StoredStep {
  readonly row: number;
  readonly run_id: string;
  readonly id: string;
  readonly memo: string;
}

const stepsSql = "SELECT row, run_id, id, memo FROM steps WHERE row > ? AND op IN ('StepRun', 'Step') ORDER BY row";

/** Makes the checker. */
export function transitionsAreWhole({ view, records }: CheckSurroundings, report: Report): Checker {
  const rows = newRows<StoredStep>(view, { table: "steps", sql: stepsSql });

  const resultOf = (memo: string): string | null => {
    const value = JSON.parse(memo) as { readonly data?: unknown } | null;
    return typeof value === "object" && value !== null && typeof value.data === "string" ? value.data : null;
  };

  const look = (step: StoredStep, result: string): void => {
    const sayings = records.sayings.get(resultKey(step.run_id, result)) ?? [];
    if (sayings.length === 0) {
      report(`step ${step.id} of run ${step.run_id} has the result ${result}, which no app has sent`);
      return;
    }
    // An answer may repeat what a checkpoint has said: one of them must be there as a whole.
    const missing = sayings.map((saying) => missingOf(saying));
    if (!missing.includes(null)) report(`${missing.join("; ")}, although the result ${result} is stored`);
  };

  /** What is not stored of a saying; null when all of it is. */
  const missingOf = (saying: Saying): string | null => {
    const { runId, itemId, generation } = saying;
    const run = view().get<{ status: string }>("SELECT status FROM runs WHERE id = ?", runId);
    const steps = new Set(
      view()
        .all<{ id: string }>("SELECT id FROM steps WHERE run_id = ?", runId)
        .map(({ id }) => id),
    );
    const left = [...saying.results.keys()].find((id) => !steps.has(id));
    if (left !== undefined) return `step ${left} of the same answer is not stored`;
    if (run === undefined || !["queued", "running"].includes(run.status)) return null;
    const open = new Set(
      view()
        .all<{ step_id: string }>(
          "SELECT step_id FROM queue_items WHERE run_id = ? AND step_id IS NOT NULL UNION SELECT step_id FROM pauses WHERE run_id = ? AND step_id IS NOT NULL",
          runId,
          runId,
        )
        .map((row) => row.step_id),
    );
    const lost = saying.reported.find((id) => !steps.has(id) && !open.has(id));
    if (lost !== undefined && !records.damagedRuns.has(runId))
      return `step ${lost} of the same answer has nothing that goes on with it`;
    if (!saying.isAnswer) return null;
    const item = view().get<{ generation: number; lease_epoch: number | null }>(
      "SELECT generation, lease_epoch FROM queue_items WHERE id = ?",
      itemId,
    );
    return item !== undefined && item.generation === generation && item.lease_epoch !== null
      ? `queue item ${itemId} is still leased as if it had no answer`
      : null;
  };

  return {
    name: "transitions are whole",
    swept: rows.swept,
    committed() {
      for (const step of rows.take()) {
        const result = resultOf(step.memo);
        if (result !== null && !isRemembered(view(), step)) look(step, result);
      }
    },
  };
}
