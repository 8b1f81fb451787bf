// A run's row and its translation.
import { initialProgress, type Run, type RunFlow, type RunProgress, type RunStatus } from "@stepwright/engine";
import { asAppId, asEventId, asFunctionId, asJsonText, asRunId, asStepId, millis } from "@stepwright/protocol";
import { readObject } from "./read-json.ts";
import { timeOrNull } from "./time-or-null.ts";

/** A run row as SQLite gives it. */
export interface RunRow {
  /** Its place in the order of storing. */
  readonly row: number;
  readonly id: string;
  readonly function_id: string;
  readonly app_id: string;
  readonly function_slug: string;
  readonly function_version: number;
  readonly status: RunStatus;
  readonly trigger_name: string;
  readonly trigger_event_id: string;
  readonly cron: string | null;
  readonly batch_id: string | null;
  readonly original_run_id: string | null;
  readonly invoked_by_run_id: string | null;
  readonly invoked_by_step_id: string | null;
  readonly queued_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly output: string | null;
  readonly error: string | null;
  readonly version: number;
  readonly flow: string | null;
  readonly progress: string;
}

/** Turns a row into a run. */
export function runFromRow(row: RunRow): Run {
  return {
    id: asRunId(row.id),
    functionId: asFunctionId(row.function_id),
    appId: asAppId(row.app_id),
    functionSlug: row.function_slug,
    functionVersion: row.function_version,
    status: row.status,
    triggerName: row.trigger_name,
    triggerEventId: asEventId(row.trigger_event_id),
    cron: row.cron,
    batchId: row.batch_id,
    originalRunId: row.original_run_id === null ? null : asRunId(row.original_run_id),
    invokedBy: invokerOf(row),
    queuedAt: millis(row.queued_at),
    startedAt: timeOrNull(row.started_at),
    endedAt: timeOrNull(row.ended_at),
    output: row.output === null ? null : asJsonText(row.output),
    error: row.error === null ? null : asJsonText(row.error),
    version: row.version,
    // Both written by `runWrites` from the same types.
    flow: row.flow === null ? null : (JSON.parse(row.flow) as RunFlow),
    progress: JSON.parse(row.progress) as RunProgress,
  };
}

/** As `runFromRow`, for lists: of a run whose state somebody has damaged, the rest is shown. To decide about it is refused. */
export function listedRun(row: RunRow): Run {
  const flow = row.flow === null || readObject(row.flow) === null ? null : row.flow;
  const progress = readObject(row.progress) === null ? JSON.stringify(initialProgress) : row.progress;
  return runFromRow({ ...row, flow, progress });
}

function invokerOf(row: RunRow): Run["invokedBy"] {
  if (row.invoked_by_run_id === null || row.invoked_by_step_id === null) return null;
  return { runId: asRunId(row.invoked_by_run_id), stepId: asStepId(row.invoked_by_step_id) };
}
