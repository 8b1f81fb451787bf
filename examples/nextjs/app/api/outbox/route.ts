// Sent emails and step executions, for scripts.
import { latestExecutions } from "../../../lib/executions.ts";
import { latestEmails } from "../../../lib/outbox.ts";

const rowsMax = 1000;

/** Answers with the latest emails and step executions, newest first. */
export function GET(): Response {
  return Response.json({ emails: latestEmails(rowsMax), executions: latestExecutions(rowsMax) });
}
