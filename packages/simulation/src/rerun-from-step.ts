// People who start runs of a simulated world again from one of their steps, now and then with other arguments.
import { canonicalJson, type RunId } from "@stepwright/protocol";
import type { LoadAction } from "./load.ts";
import type { PeopleOptions } from "./people.ts";
import type { StepRerun } from "./records.ts";

// Steps with a result; of runs that go on as well as of those that have ended.
const stepsSql = `SELECT runs.id AS run, function_slug AS slug, steps.id AS step, position FROM steps JOIN runs ON runs.id = run_id
ORDER BY runs.row, steps.row`;

/** Starts a run again from a step that it has, if there is one. */
export async function rerunFromStep(
  options: PeopleOptions,
  { isEdited }: Extract<LoadAction["what"], { kind: "rerunFromStep" }>,
): Promise<void> {
  const { records, server, chance, coverage, say, view } = options;
  const steps = view().all<{ run: RunId; slug: string; step: string; position: number }>(stepsSql);
  if (steps.length === 0) return;
  // There is little to remember before a first step.
  const later = steps.filter(({ position }) => position > 0);
  const { run, slug, step: stepId } = chance.pick(later.length > 0 && chance.hits(0.8) ? later : steps);
  const input = isEdited ? canonicalJson([{ edited: records.stepReruns.length }]) : null;
  const record: StepRerun = { of: run, slug, stepId, input, runId: null };
  records.stepReruns.push(record);
  const asked = await server.ask((runtime) =>
    runtime.rerun(run, { fromStep: { stepId, ...(input === null ? {} : { input }) } }),
  );
  say(`rerun ${run} from ${stepId}${isEdited ? " with other arguments" : ""}: ${asked.kind}`);
  if (asked.kind !== "answered") return;
  record.runId = asked.value;
  records.reruns.add(asked.value);
  coverage.count(isEdited ? "feature rerun from a step with other arguments" : "feature rerun from a step");
  options.onRerunFromStep({ ...record, runId: asked.value });
}
