// Checks of bulk cancellations.
import { type Check, reportIt } from "./check.ts";

/** The checks. */
export const cancellationChecks: readonly Check[] = [
  {
    code: "CANCELLATION_STOPPED",
    says: "bulk cancellations that have not ended and that nothing goes on with",
    advice:
      "The runs that are left will not be cancelled: take the cancellation back (`DELETE /v1/cancellations/ID`) and ask for it again. Please report it.",
    since: 6,
    // What was set aside is a finding of its own, and goes on when it is tried again.
    sql: `SELECT id FROM cancellations WHERE ended_at IS NULL
AND NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.id = 'cancellation:' || cancellations.id)
AND NOT EXISTS (SELECT 1 FROM set_aside_items WHERE set_aside_items.id = 'cancellation:' || cancellations.id)`,
  },
  {
    code: "CANCELLATION_WORK_LEFT",
    says: "bulk cancellations that have ended and still have a queue item",
    advice:
      "It may look at its runs once more, which changes nothing. Start the server again; if it is found again, please report it.",
    since: 6,
    sql: `SELECT cancellations.id FROM cancellations CROSS JOIN queue_items ON queue_items.id = 'cancellation:' || cancellations.id
WHERE cancellations.ended_at IS NOT NULL`,
  },
  {
    code: "CANCELLATION_WRONG",
    says: "runs that a bulk cancellation has ended which is for another function or time",
    advice: "Run them again, as far as they were needed. Please report it, with the ids and the version.",
    since: 6,
    // Only while the cancellation is remembered: it may be taken back, and old ones are forgotten.
    sql: `SELECT runs.id || ' by ' || cancellations.id FROM runs INDEXED BY runs_status
CROSS JOIN cancellations ON cancellations.id = runs.error ->> '$.reason.cancellationId'
WHERE runs.status = 'cancelled' AND (runs.function_id <> cancellations.function_id
OR runs.queued_at >= cancellations.started_before OR runs.queued_at < cancellations.started_after)`,
  },
  {
    code: "CANCELLATION_WITHOUT_FUNCTION",
    says: "bulk cancellations of functions that are not there",
    advice: reportIt,
    since: 6,
    sql: `SELECT id FROM cancellations WHERE NOT EXISTS (SELECT 1 FROM functions WHERE functions.id = cancellations.function_id)`,
  },
];
