// The outbox and the account of executions.
import { beforeEach, expect, test } from "vitest";
import { openDatabase } from "../lib/database.ts";
import { latestExecutions, recordExecution } from "../lib/executions.ts";
import { latestEmails, sendEmails } from "../lib/outbox.ts";
import type { Email } from "../lib/outbox.ts";

const execution = { runId: "run-1", step: "send", attempt: 0 };
const email = (to: string): Email => ({ kind: "k", to, subject: "s", body: "b" });

beforeEach(() => {
  openDatabase(":memory:");
});

test("an email carries the run and the step that sent it, newest first", () => {
  expect(sendEmails(execution, [email("a@example.com"), email("b@example.com")])).toBe(2);
  expect(latestEmails(10)).toMatchObject([
    { to: "b@example.com", runId: "run-1", step: "send" },
    { to: "a@example.com", runId: "run-1", step: "send" },
  ]);
});

test("a mailing that fails half-way has sent nothing", () => {
  function* failing(): Generator<Email> {
    yield email("a@example.com");
    throw new Error("no more");
  }
  const emails = Object.assign([email("a@example.com")], { [Symbol.iterator]: failing });
  expect(() => sendEmails(execution, emails)).toThrow("no more");
  expect(latestEmails(10)).toEqual([]);
});

test("every execution is recorded, repeats included", () => {
  recordExecution(execution);
  recordExecution({ ...execution, attempt: 1 });
  recordExecution({ ...execution, attempt: 1 });
  expect(latestExecutions(10).map(({ attempt }) => attempt)).toEqual([1, 1, 0]);
});
