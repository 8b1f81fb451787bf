// The outbox: sending an email means writing it here, where pages and tests can see every one of them.
import { database } from "./database.ts";
import type { Execution } from "./executions.ts";

/** An email to send. `kind` says which of the application's emails it is. */
export interface Email {
  readonly kind: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** An email as sent, with the run and step that sent it; `createdAt` is milliseconds UTC. */
export interface SentEmail extends Email {
  readonly id: number;
  readonly runId: string;
  readonly step: string;
  readonly createdAt: number;
}

/** Sends one email on behalf of a step and returns its id. Sending twice writes two: nothing here hides a repeat. */
export function sendEmail(execution: Execution, email: Email): { emailId: number } {
  const sent = database()
    .prepare(
      `INSERT INTO outbox (kind, "to", subject, body, run_id, step, created_at)
       VALUES (@kind, @to, @subject, @body, @runId, @step, @createdAt)`,
    )
    .run({ ...email, runId: execution.runId, step: execution.step, createdAt: Date.now() });
  return { emailId: Number(sent.lastInsertRowid) };
}

/** Sends all emails or none, so that a step which fails half-way does not send the first half again. Returns how many. */
export function sendEmails(execution: Execution, emails: readonly Email[]): number {
  database().transaction(() => {
    for (const email of emails) sendEmail(execution, email);
  })();
  return emails.length;
}

/** Lists the latest emails, newest first. */
export function latestEmails(limit: number): SentEmail[] {
  return database()
    .prepare<[number], SentEmail>(
      `SELECT id, kind, "to", subject, body, run_id AS runId, step, created_at AS createdAt
       FROM outbox ORDER BY id DESC LIMIT ?`,
    )
    .all(limit);
}
