// Results that a run has from the beginning, because it was started again from a later step.
import type { View } from "../view.ts";

// Whatever a run comes to by itself has a span of its own.
const sql = `SELECT 1 FROM runs WHERE id = ? AND original_run_id IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM spans WHERE spans.run_id = runs.id AND spans.step_id = ?)`;

/** Says whether a step that was just stored is one that its run has not come to by itself. */
export function isRemembered(view: View, step: { readonly run_id: string; readonly id: string }): boolean {
  return view.get(sql, step.run_id, step.id) !== undefined;
}
