// Accounts for every time a step's code really ran, so that a replayed step can be told from a repeated one.
import { database } from "./database.ts";

/** One execution of a step's code. `attempt` is 0 on the first try. */
export interface Execution {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
}

/** An execution as stored; `at` is milliseconds UTC. */
export interface RecordedExecution extends Execution {
  readonly id: number;
  readonly at: number;
}

/** Records that a step's code begins to run and returns the same execution. Called first thing inside each step. */
export function recordExecution(execution: Execution): Execution {
  database()
    .prepare("INSERT INTO step_executions (run_id, step, attempt, at) VALUES (@runId, @step, @attempt, @at)")
    .run({ ...execution, at: Date.now() });
  return execution;
}

/** Lists the latest executions, newest first. */
export function latestExecutions(limit: number): RecordedExecution[] {
  return database()
    .prepare<[number], RecordedExecution>(
      "SELECT id, run_id AS runId, step, attempt, at FROM step_executions ORDER BY id DESC LIMIT ?",
    )
    .all(limit);
}
