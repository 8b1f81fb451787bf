// Results of steps: written once per run and step id.
import type { StepResult } from "@stepwright/engine";
import { asJsonText, asStepId, millis, type OpName, type RunId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";

const insertSql = `INSERT INTO steps (run_id, id, position, op, name, status, memo, input, finished_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id, id) DO NOTHING`;
// Not ordered in SQL: sorting there would copy every memo once more.
const ofRunSql = "SELECT id, position, op, name, status, memo, input, finished_at FROM steps WHERE run_id = ?";

interface StepRow {
  readonly id: string;
  readonly position: number;
  readonly op: OpName;
  readonly name: string;
  readonly status: StepResult["status"];
  readonly memo: string;
  readonly input: string | null;
  readonly finished_at: number;
}

/** Writes step results. */
export interface StepWrites {
  /** Stores the result; the first one for an id wins. */
  put(runId: RunId, step: StepResult): void;
}

/** Prepares the writes of steps. */
export function stepWrites(db: Connection): StepWrites {
  const insert = db.prepare(insertSql);
  return {
    put(runId, step) {
      insert.run(
        runId,
        step.id,
        step.position,
        step.op,
        step.name,
        step.status,
        step.memo,
        step.input,
        step.finishedAt,
      );
    },
  };
}

/** Reads step results. */
export interface StepReads {
  /** In completion order. */
  ofRun(runId: RunId): readonly StepResult[];
}

/** Prepares the reads of steps. */
export function stepReads(db: Connection): StepReads {
  const ofRun = db.prepare<[string], StepRow>(ofRunSql);
  return {
    ofRun: (runId) =>
      ofRun
        .all(runId)
        .map(stepFromRow)
        .sort((a, b) => a.position - b.position),
  };
}

function stepFromRow(row: StepRow): StepResult {
  return {
    id: asStepId(row.id),
    position: row.position,
    op: row.op,
    name: row.name,
    status: row.status,
    memo: asJsonText(row.memo),
    input: row.input === null ? null : asJsonText(row.input),
    finishedAt: millis(row.finished_at),
  };
}
