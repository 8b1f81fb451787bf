// A run that begins at a step of another one has the results of the steps before it, as they are, and never runs those again.
import { canonicalJson } from "@stepwright/protocol";
import { stepsOf } from "@stepwright/test-parts";
import { comesBefore } from "../code.ts";
import type { StepRerun } from "../records.ts";
import { questionOf } from "../sdk.ts";
import type { Checker, SeenCall, SeenFetch } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface MadeRun {
  readonly row: number;
  readonly id: string;
}

interface Result {
  readonly row: number;
  readonly run_id: string;
  readonly id: string;
  readonly memo: string;
}

const rerunsSql = "SELECT row, id FROM runs WHERE original_run_id IS NOT NULL AND row > ? ORDER BY row";
const resultsSql = "SELECT row, run_id, id, memo FROM steps WHERE row > ? ORDER BY row";
const skippedSql = "SELECT 1 FROM runs WHERE id = ? AND status = 'skipped'";
// A clock that goes back makes an order of steps that nobody can tell.
const timesSql = `SELECT started_at AS at FROM spans WHERE run_id = ? UNION SELECT finished_at FROM steps WHERE run_id = ?
UNION SELECT queued_at FROM spans WHERE run_id = ?`;

/** Makes the checker. */
export function rerunsRemember(
  { view, functionOf, records, clock, coverage }: CheckSurroundings,
  report: Report,
): Checker {
  const reruns = newRows<MadeRun>(view, { table: "runs", sql: rerunsSql });
  const results = newRows<Result>(view, { table: "steps", sql: resultsSql });
  /** All results ever stored, by run and step: what a sweep removes may have been taken over before. */
  const memos = new Map<string, Map<string, string>>();
  /** Results that a rerun had when it was made. */
  const kept = new Map<string, ReadonlyMap<string, string>>();
  const begun = new Map<string, StepRerun>();

  const take = (): void => {
    for (const { run_id, id, memo } of results.take())
      memos.set(run_id, (memos.get(run_id) ?? new Map<string, string>()).set(id, memo));
    for (const { id } of reruns.take()) kept.set(id, new Map(memos.get(id)));
  };

  const judge = (rerun: StepRerun & { readonly runId: string }): void => {
    const { of, runId, slug, stepId } = rerun;
    const have = kept.get(runId) ?? new Map<string, string>();
    const had = memos.get(of) ?? new Map<string, string>();
    if (view().get(skippedSql, runId) !== undefined) return;
    const where = `run ${runId}, which begins at step ${stepId} of run ${of},`;
    for (const [id, memo] of have)
      if (had.get(id) !== memo) report(`${where} has ${memo} for ${id}, not ${had.get(id)}`);
    if (have.has(stepId)) report(`${where} has its result already`);
    if (isOrderUnknown(of)) return;
    const { code } = functionOf(slug);
    for (const id of had.keys()) {
      if (comesBefore(code, id, stepId) && !have.has(id)) report(`${where} does not have the result of ${id}`);
      if (comesBefore(code, stepId, id) && have.has(id)) report(`${where} has the result of ${id}, which comes later`);
    }
    coverage.count("feature remembered result", have.size);
  };

  /** Says whether the clock was set back while the run went on, or its steps are those of two functions. */
  const isOrderUnknown = (runId: string): boolean =>
    records.movedRuns.has(runId) ||
    view()
      .all<{ at: number | null }>(timesSql, runId, runId, runId)
      .some(({ at }) => at !== null && clock.hasShownTwice(at));

  const lookAtExecutions = (): void => {
    for (const [runId, have] of kept) {
      const again = [...have.keys()].find((id) => records.executions.has(`${runId} ${id}`));
      if (again !== undefined) report(`run ${runId} has run step ${again} again, which it had from the beginning`);
    }
  };

  const lookAtInput = (call: SeenCall): void => {
    const input = begun.get(call.runId);
    if (input?.input === null || input === undefined) return;
    const told = JSON.stringify(call.seen.steps[input.stepId]);
    if (memos.get(call.runId)?.has(input.stepId) === true) return;
    // Arguments of what the server does are its own business: an app that was told them would take the step for known.
    const isOfApp = stepsOf(functionOf(input.slug).code).some(
      ({ id, kind }) => id === input.stepId && (kind === "run" || kind === "send"),
    );
    const wanted = isOfApp ? `{"input":${input.input}}` : undefined;
    if (told !== wanted) report(`run ${call.runId} is called with ${told} for ${input.stepId}, not with ${wanted}`);
  };

  const lookAtQuestion = ({ runId, stepId, isAi, body }: SeenFetch): void => {
    const input = begun.get(runId);
    if (!isAi || input?.stepId !== stepId || input.input === null) return;
    const [changes] = JSON.parse(input.input) as readonly object[];
    const wanted = canonicalJson({ ...questionOf(stepId), ...changes });
    if (body !== wanted) report(`run ${runId} asks ${body} in ${stepId}, not ${wanted}`);
    else coverage.count("feature other question of a rerun");
  };

  return {
    name: "reruns remember",
    swept({ runs }) {
      reruns.swept();
      results.swept();
      for (const { id } of runs) kept.delete(id);
    },
    committed: take,
    rerun(rerun) {
      begun.set(rerun.runId, rerun);
      judge(rerun);
    },
    called(call) {
      lookAtInput(call);
      lookAtExecutions();
    },
    fetched: lookAtQuestion,
    rested: lookAtExecutions,
  };
}
