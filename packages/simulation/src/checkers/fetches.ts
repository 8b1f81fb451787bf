// Requests of steps: made one at a time, tried again in time and as often as the function allows, and answered once.
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import { isRemembered } from "./remembered.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface FetchStep {
  readonly row: number;
  readonly run_id: string;
  readonly id: string;
  readonly op: "Gateway" | "AIGateway";
  readonly status: string;
  readonly memo: string;
  readonly slug: string;
}

const stepsSql = `SELECT steps.row, run_id, steps.id, op, steps.status, memo, function_slug AS slug FROM steps JOIN runs ON runs.id = run_id
WHERE steps.row > ? AND op IN ('Gateway', 'AIGateway') ORDER BY steps.row`;
/** The shortest wait before a request is made again. */
const retryMs = 1_000;

/** Makes the checker. */
export function fetchesAreMadeOnce(surroundings: CheckSurroundings, report: Report): Checker {
  const { view, records, clock, functionOf } = surroundings;
  const rows = newRows<FetchStep>(view, { table: "steps", sql: stepsSql });

  const look = ({ run_id, id, op, status, memo, slug }: FetchStep): void => {
    const record = records.fetches.get(`${run_id} ${id}`);
    const where = `the request ${id} of run ${run_id}`;
    if (status === "failed") {
      const attemptsMax = functionOf(slug).retries + 1;
      const failures = record?.failures.length ?? 0;
      if (failures < attemptsMax) report(`${where} has failed after ${failures} attempts, it has ${attemptsMax}`);
      return;
    }
    const { data } = JSON.parse(memo) as { readonly data: unknown };
    const text = op === "AIGateway" ? JSON.stringify(data) : (data as { readonly body: string }).body;
    if (record?.answers.includes(text) !== true) report(`${where} has the answer ${text}, which nobody gave`);
  };

  return {
    name: "fetches are made once",
    swept: rows.swept,
    fetched({ boot, runId, stepId }) {
      const where = `the request ${stepId} of run ${runId}`;
      const record = records.fetches.get(`${runId} ${stepId}`);
      if (record?.waiting.has(boot) === true) report(`${where} is made twice at once`);
      if (view().get("SELECT 1 FROM steps WHERE run_id = ? AND id = ?", runId, stepId) !== undefined)
        report(`${where} is made although it has a result`);
      // What was set aside is made again when somebody asks for it.
      if (records.damagedRuns.has(runId)) return;
      // One that failed and whose process died before that was stored is made again, as the same one.
      const failure = record?.failures.at(-1);
      if (failure?.boot !== boot || clock.hasShownTwice(failure.at) || clock.hasShownTwice(clock.now())) return;
      if (clock.now() - failure.at < retryMs)
        report(`${where} is made again ${clock.now() - failure.at} ms after it failed`);
    },
    committed() {
      for (const step of rows.take()) if (!isRemembered(view(), step)) look(step);
    },
  };
}
