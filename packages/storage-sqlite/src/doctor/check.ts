// What a check of the stored data is.

/** One thing that has to hold, as a query for what breaks it. */
export interface Check {
  readonly code: string;
  /** What was found, after a number: "3 unfinished runs that …". */
  readonly says: string;
  /** What to do about it. */
  readonly advice: string;
  /** The first schema that has what the query reads. */
  readonly since: number;
  /** Selects one text per offence. It is read row by row, so that a thousand offences cost no memory. */
  readonly sql: string;
}

/** For offences that no known way of using the server leads to. */
export const reportIt =
  "This is a defect of Stepwright or comes from a change by hand: please report it, with the ids and the version. Nothing is lost by going on.";

/** Condition on `runs`: the run has not ended. */
export const isUnfinished = "runs.status IN ('queued', 'running')";

/** Condition: no item and no pause of the run in `runId` is about the step in `stepId`. */
export function nothingCarries(runId: string, stepId: string): string {
  return `NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.run_id = ${runId} AND queue_items.step_id = ${stepId})
  AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.run_id = ${runId} AND pauses.step_id = ${stepId})`;
}
