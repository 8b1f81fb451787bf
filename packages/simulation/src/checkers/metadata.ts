// Metadata: what was acknowledged is kept, changes that were asked for together are made together, and what a step attaches
// comes with its result.
import { noteKinds } from "../annotate.ts";
import type { Note } from "../records.ts";
import { stepKinds } from "../sdk.ts";
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import { isRemembered } from "./remembered.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface RanStep {
  readonly row: number;
  readonly run_id: string;
  readonly id: string;
  readonly slug: string;
  readonly memo: string;
}

/** What the store names a run as a whole. */
const runTarget = "[null,null,null]";
const valuesSql = `SELECT "values" FROM run_metadata WHERE run_id = ? AND target = ? AND kind = ?`;
const strayIdSql = "SELECT run_id AS id FROM run_metadata WHERE run_id NOT IN (SELECT id FROM runs)";
const stepsSql = `SELECT steps.row, run_id, steps.id, function_slug AS slug, memo FROM steps JOIN runs ON runs.id = run_id
WHERE steps.row > ? AND op = 'StepRun' AND steps.status = 'completed' ORDER BY steps.row`;

/** Makes the checker. */
export function metadataIsKept(
  { view, records, originOf, functionOf, coverage }: CheckSurroundings,
  report: Report,
): Checker {
  const steps = newRows<RanStep>(view, { table: "steps", sql: stepsSql });
  const ranOf = new Map<string, number>();

  const valuesOf = (runId: string, target: string, kind: string): Readonly<Record<string, unknown>> => {
    const values = view().get<{ values: string }>(valuesSql, runId, target, kind)?.values;
    return values === undefined ? {} : (JSON.parse(values) as Readonly<Record<string, unknown>>);
  };

  const look = (runId: string): void => {
    const notes = records.notes.get(runId) ?? [];
    if (view().get("SELECT 1 FROM runs WHERE id = ?", runId) === undefined) return;
    const there = valuesOf(runId, runTarget, noteKinds.notes);
    const { count = 0 } = valuesOf(runId, runTarget, noteKinds.count);
    if (count !== Object.keys(there).length)
      report(`run ${runId} counts ${String(count)} notes and has ${Object.keys(there).join(", ")}`);
    for (const { n, doneAs, isUnwanted, isForgotten } of notes) {
      const isThere = there[`n${n}`] === n;
      if (doneAs !== null && !isUnwanted && !isThere)
        report(`note ${n} of run ${runId} was acknowledged and is not there`);
      if (isForgotten && isThere) report(`note ${n} of run ${runId} was taken away and is there`);
    }
    lookAtLast(runId, notes);
  };

  /** The last value is one that nobody had replaced for certain. */
  const lookAtLast = (runId: string, notes: readonly Note[]): void => {
    const { n } = valuesOf(runId, runTarget, noteKinds.last);
    const last = notes.find((note) => note.n === n);
    const later = notes.find(
      ({ doneAs, askedAs }) => doneAs !== null && askedAs > (last?.doneAs ?? (last === undefined ? -1 : Infinity)),
    );
    if (later !== undefined) report(`run ${runId} has the note ${String(n)} as its last, and ${later.n} came later`);
  };

  const lookAtStep = ({ run_id, id, slug, memo }: RanStep): void => {
    const { data } = JSON.parse(memo) as { readonly data?: unknown };
    // A run that was moved is called as another function, whose steps may attach nothing.
    if (records.movedRuns.has(run_id) || originOf(run_id) !== slug || !functionOf(slug).isAnnotating) return;
    ranOf.set(run_id, (ranOf.get(run_id) ?? 0) + 1);
    const { result } = valuesOf(run_id, JSON.stringify([id, null, null]), stepKinds.result);
    if (result !== data)
      report(`step ${id} of run ${run_id} has the result ${String(data)} and tells of ${String(result)}`);
    coverage.count("feature metadata of a step");
  };

  const lookAtAll = (): void => {
    for (const runId of records.notes.keys()) look(runId);
    const stray = view().get<{ id: string }>(strayIdSql);
    if (stray !== undefined) report(`there is metadata of run ${stray.id}, which is not there`);
  };

  return {
    name: "metadata is kept",
    annotated: look,
    booted: lookAtAll,
    rested: lookAtAll,
    swept({ runs }) {
      steps.swept();
      for (const { id } of runs) ranOf.delete(id);
      lookAtAll();
    },
    committed() {
      const touched = new Set<string>();
      for (const step of steps.take()) {
        if (isRemembered(view(), step)) continue;
        lookAtStep(step);
        touched.add(step.run_id);
      }
      for (const runId of touched) {
        const ran = ranOf.get(runId) ?? 0;
        const { count = 0 } = valuesOf(runId, runTarget, stepKinds.steps);
        if (ran > 0 && count !== ran) report(`run ${runId} has run ${ran} steps and counts ${String(count)}`);
      }
    },
  };
}
