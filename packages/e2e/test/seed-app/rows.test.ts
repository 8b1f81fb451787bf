// The rows of the reference application that need no file of their own: its options as registered, sign-ups, reports,
// digests, retries and validation. What takes days is in `functions-v4.test.ts` and in the tests of the application itself.
import type { ApiFunction } from "@stepwright/protocol";
import { expect, test } from "vitest";
import { listen, portOf } from "../harness/app.ts";
import { until } from "@stepwright/test-parts";
import { stepsOf } from "../harness/server-api.ts";
import { describeApplication } from "./application.ts";

const dayMs = 86_400_000;
const monday = { kind: "cron", cron: "0 9 * * MON", timeZone: "UTC" };
const on = (event: string) => ({ kind: "event", event, expression: null });

const registered: readonly [id: string, trigger: object, retries: number][] = [
  ["welcome-email-sequence", on("user/signed-up"), 3],
  ["process-csv-upload", on("file/uploaded"), 2],
  ["generate-monthly-reports", on("reports/generate-all"), 1],
  ["weekly-digest", monday, 2],
  ["weekly-digest-fanout", monday, 1],
  ["send-user-digest", on("digest/send-to-user"), 3],
  ["content-approval-workflow", on("content/submitted"), 4],
  ["my-function", on("my/event"), 5],
  ["validate-input", on("user/validate"), 4],
];

describeApplication((application) => {
  const functionOf = async (id: string): Promise<ApiFunction> =>
    (await application.server.request("GET", `/api/functions/my-app-${id}`)).json as ApiFunction;

  test.each(registered)("%s is registered with its trigger and its retries", async (id, trigger, retries) => {
    expect(await functionOf(id)).toMatchObject({ appName: "my-app", name: id, triggers: [trigger], retries });
  });

  test("both digests are due on the next Monday at 9:00 UTC", async () => {
    for (const id of ["weekly-digest", "weekly-digest-fanout"]) {
      const { triggers } = await functionOf(id);
      const next = new Date(Number(triggers[0]?.nextAt));
      expect([next.getUTCDay(), next.getUTCHours(), next.getTime() % 3_600_000]).toEqual([1, 9, 0]);
      expect(next.getTime() - Date.now()).toBeGreaterThan(0);
      expect(next.getTime() - Date.now()).toBeLessThanOrEqual(7 * dayMs);
    }
  });

  test("welcome-email-sequence greets at once and then sleeps for two days", async () => {
    const before = Date.now();
    const started = await application.start({
      name: "user/signed-up",
      data: { userId: "user-ada", email: "ada@example.com", name: "Ada" },
    });
    const run = await application.server.waitForRun(started.id, ({ doing }) =>
      doing.some(({ kind }) => kind === "sleeping"),
    );
    expect(run.status).toBe("running");
    expect(application.app.emails(run.id)).toMatchObject([
      { kind: "welcome", to: "ada@example.com", subject: "Welcome, Ada!" },
    ]);
    const [sleeping] = run.doing;
    expect(sleeping?.stepName).toBe("wait-before-tips");
    expect(sleeping?.at).toBeGreaterThanOrEqual(before + 2 * dayMs);
    expect(sleeping?.at).toBeLessThanOrEqual(Date.now() + 2 * dayMs);
  });

  test("generate-monthly-reports computes three reports at once and mails them together", async () => {
    const files = await listen((_request, response) =>
      response.end(
        [
          "order_id,email,amount,ordered_on",
          "january-1,ada@example.com,10.00,2020-01-05",
          "january-2,grace@example.com,20.00,2020-01-06",
          "february-1,ada@example.com,30.00,2020-02-01",
          "february-2,ada@example.com,12.50,2020-02-29",
          "february-3,alan@example.com,5.00,2020-02-10",
        ].join("\n"),
      ),
    );
    const fileUrl = `http://localhost:${portOf(files)}/`;
    await application.run({
      name: "file/uploaded",
      data: { fileUrl, userId: "user-ada", fileName: "2020.csv", fileSize: 1 },
    });

    const run = await application.run({ name: "reports/generate-all", data: { month: 2, year: 2020 } });
    expect(run.status).toBe("completed");
    expect(run.output).toEqual({
      month: 2,
      year: 2020,
      sales: { orders: 3, revenueCents: 4_750, averageOrderCents: 1_583, topCustomer: "ada@example.com" },
      usage: { signups: 0, uploads: 0, contentsSubmitted: 0, emailsSent: 0 },
      churn: { customersBefore: 2, customersKept: 1, customersLost: 1, churnRate: 0.5 },
    });
    const [...reports] = application.executedSteps(run);
    expect(reports.pop()).toBe("email-reports-to-team");
    expect(reports.toSorted()).toEqual(["generate-churn-report", "generate-sales-report", "generate-usage-report"]);
    const [email, ...others] = application.app.emails(run.id);
    expect(others).toEqual([]);
    expect(email).toMatchObject({ kind: "monthly-reports", to: "team@example.com", subject: "Reports for 2020-02" });
    for (const part of ["Sales: 3 orders", "Usage: 0 signups", "Churn: 1 of 2 customers"])
      expect(email?.body).toContain(part);
  });

  test("weekly-digest sends one digest to each user who wants it", async () => {
    const run = await application.invoke("my-app-weekly-digest");
    expect(run).toMatchObject({ status: "completed", output: { sent: 3 } });
    expect(application.executedSteps(run)).toEqual(["get-digest-users", "send-digests"]);
    expect(application.app.emails(run.id).map(({ kind, to }) => [kind, to])).toEqual([
      ["digest", "ada@example.com"],
      ["digest", "alan@example.com"],
      ["digest", "grace@example.com"],
    ]);
  });

  test("weekly-digest-fanout sends one event, and so starts one run, for each user", async () => {
    const { server, app } = application;
    const fanout = await application.invoke("my-app-weekly-digest-fanout");
    expect(fanout).toMatchObject({ status: "completed", output: { queued: 3 } });
    expect(application.executedSteps(fanout)).toEqual(["get-users"]);
    const started = await until(
      async () => {
        const rows = await server.runs({ event: "digest/send-to-user" });
        return rows.length >= 3 ? rows : null;
      },
      { describe: () => "three users' digests are started" },
    );
    const digests = await Promise.all(started.map(({ id }) => server.ended(id)));
    expect(digests.map(({ functionSlug, status, output }) => [functionSlug, status, output])).toEqual(
      Array.from({ length: 3 }, () => ["my-app-send-user-digest", "completed", { sent: true }]),
    );
    const addresses = digests.flatMap(({ id }) => app.emails(id).map(({ to }) => to));
    expect(addresses.toSorted()).toEqual(["ada@example.com", "alan@example.com", "grace@example.com"]);
    expect(await server.events({ name: "digest/send-to-user" })).toHaveLength(3);
  });

  test("send-user-digest mails the user, and returns early when there is no such user", async () => {
    const known = await application.run({ name: "digest/send-to-user", data: { userId: "user-grace" } });
    expect(known).toMatchObject({ status: "completed", output: { sent: true } });
    expect(application.executedSteps(known)).toEqual(["get-user", "send-email"]);
    expect(application.app.emails(known.id)).toMatchObject([
      { kind: "digest", to: "grace@example.com", subject: "Your week, Grace Hopper", step: "send-email" },
    ]);

    const unknown = await application.run({ name: "digest/send-to-user", data: { userId: "user-nobody" } });
    expect(unknown).toMatchObject({ status: "completed", output: { sent: false } });
    expect(application.executedSteps(unknown)).toEqual(["get-user"]);
    expect(application.app.emails(unknown.id)).toEqual([]);
  });

  test("my-function tries again after 1 and 2 seconds until what it depends on recovers", async () => {
    application.app.breakDependency("risky-service", 2);
    const run = await application.run({ name: "my/event", data: { message: "hello" } });
    expect(run).toMatchObject({ status: "completed", output: { message: "hello", attempt: 2 } });
    const executions = application.app.executions(run.id);
    expect(executions.map(({ step, attempt }) => [step, attempt])).toEqual([
      ["risky-operation", 0],
      ["risky-operation", 1],
      ["risky-operation", 2],
    ]);
    const gaps = executions.slice(1).map(({ at }, index) => at - (executions[index]?.at ?? 0));
    for (const [index, wantedMs] of [1_000, 2_000].entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(wantedMs);
      // A busy machine is late; the exact times are checked where the clock is the test's own.
      expect(gaps[index]).toBeLessThan(wantedMs + 2_000);
    }
  });

  test("validate-input accepts an address, and fails on a bad one at once", async () => {
    const good = await application.run({ name: "user/validate", data: { email: "ada@example.com" } });
    expect(good).toMatchObject({ status: "completed", output: { email: "ada@example.com", valid: true } });

    const bad = await application.run({ name: "user/validate", data: { email: "not-an-address" } });
    expect(bad).toMatchObject({ status: "failed", error: { message: '"not-an-address" is not an email address' } });
    expect(application.app.executions(bad.id)).toMatchObject([{ step: "validate-input", attempt: 0 }]);
    expect(stepsOf(bad)).toMatchObject([
      { name: "validate-input", status: "failed", attempts: [{ status: "failed" }] },
    ]);
  });
});
