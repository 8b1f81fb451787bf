// A step's result is stored once and stands; a run ends once and stays as it ended; each end is reported once.
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface StepRow {
  readonly row: number;
  readonly run_id: string;
  readonly id: string;
  readonly memo: string;
}

const stepsSql = "SELECT row, run_id, id, memo FROM steps WHERE row > ? ORDER BY row";

/** Makes the checker of stored results. */
export function resultsStand({ view }: CheckSurroundings, report: Report): Checker {
  const stored = new Map<string, string>();
  const rows = newRows<StepRow>(view, { table: "steps", sql: stepsSql });
  return {
    name: "results stand",
    committed() {
      for (const step of rows.take()) {
        const key = `${step.run_id} ${step.id}`;
        if (stored.has(key)) report(`step ${step.id} of run ${step.run_id} has a second result`);
        stored.set(key, step.memo);
      }
    },
    swept({ steps }) {
      rows.swept();
      for (const step of steps) stored.delete(`${step.runId} ${step.id}`);
    },
    rested() {
      const now = view().all<StepRow>(stepsSql, 0);
      if (now.length !== stored.size) report(`${stored.size} results were stored, ${now.length} are left`);
      for (const step of now) {
        if (stored.get(`${step.run_id} ${step.id}`) !== step.memo)
          report(`the result of step ${step.id} of run ${step.run_id} has changed`);
      }
    },
    called(call) {
      for (const [id, memo] of Object.entries(call.seen.steps)) {
        const key = `${call.runId} ${id}`;
        const text = stored.get(key);
        // Arguments of a step that is to run with others are no result; «reruns remember» looks at them.
        if (text === undefined && isInputAlone(memo)) continue;
        if (text === undefined) report(`the app is told a result of ${key} that is not stored`);
        else if (JSON.stringify(JSON.parse(text)) !== JSON.stringify(memo))
          report(`the app is told ${JSON.stringify(memo)} for ${key}, stored is ${text}`);
      }
    },
  };
}

function isInputAlone(memo: unknown): boolean {
  return typeof memo === "object" && memo !== null && Object.keys(memo).join(",") === "input";
}

interface EndedRow {
  readonly id: string;
  readonly end: string;
}

const lookEvery = 8;
const countSql = "SELECT count(*) AS count FROM runs WHERE status IN ('completed', 'failed', 'cancelled', 'skipped')";
const endedSql = `SELECT id, status || ' ' || ifnull(output, '') || ' ' || ifnull(error, '') || ' ' || ifnull(ended_at, '') AS "end"
FROM runs WHERE status IN ('completed', 'failed', 'cancelled', 'skipped')`;
const reportedTwiceSql =
  "SELECT lifecycle_of, name FROM events WHERE lifecycle_of IS NOT NULL GROUP BY lifecycle_of, name HAVING count(*) > 1";

/** Makes the checker of ended runs. */
export function runsEndOnce({ view }: CheckSurroundings, report: Report): Checker {
  const ended = new Map<string, string>();
  const look = (): void => {
    const rows = view().all<EndedRow>(endedSql);
    for (const { id, end } of rows) {
      const before = ended.get(id);
      if (before !== undefined && before !== end) report(`run ${id} ended as ${before} and then as ${end}`);
      ended.set(id, end);
    }
    if (rows.length < ended.size) report("a run that had ended is not ended any more");
    const twice = view().get<{ lifecycle_of: string; name: string }>(reportedTwiceSql);
    if (twice !== undefined) report(`the end of run ${twice.lifecycle_of} is reported twice by ${twice.name}`);
  };
  return {
    name: "runs end once",
    committed({ number }) {
      const { count } = view().get<{ count: number }>(countSql) ?? { count: 0 };
      // Looking at all of them is the dearest of all checks.
      if (count !== ended.size || number % lookEvery === 0) look();
    },
    swept({ runs }) {
      for (const { id } of runs) ended.delete(id);
    },
    rested() {
      look();
      // Runs that handle ends report none of their own.
      const silent = view().get<{ id: string }>(
        `SELECT id FROM runs WHERE status IN ('completed', 'failed', 'cancelled')
AND trigger_name NOT IN ('inngest/function.failed', 'inngest/function.finished')
AND NOT EXISTS (SELECT 1 FROM events WHERE lifecycle_of = runs.id AND name = 'inngest/function.finished')`,
      );
      if (silent !== undefined) report(`nobody was told of the end of run ${silent.id}`);
    },
  };
}
