// Every row of the reference application, as its users wrote it, against the real server: the application in a process
// of its own, checked at its own outbox. What takes days is in `days.test.ts`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiFunction, ApiRun } from "@stepwright/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { listen, portOf } from "../harness/app.ts";
import { repository } from "../harness/child.ts";
import { majors, runExample, startExampleApp, type ExampleApp } from "../harness/example-app.ts";
import { useScope } from "../harness/scope.ts";
import { stepsOf } from "../harness/server-api.ts";
import type { ServerProcess } from "../harness/server-process.ts";

const scope = useScope();

describe.each(majors)("the reference application on SDK $major", ({ major }) => {
  let server: ServerProcess;
  let app: ExampleApp;

  beforeAll(async () => {
    server = await scope.startServer({ args: ["--no-retry-jitter"] });
    app = await startExampleApp(scope, { major, serverUrl: server.url });
    expect(await server.addApp(app.url)).toMatchObject({
      name: "my-app",
      status: "synced",
      problem: null,
      functionCount: 9,
    });
  });

  const executedSteps = (run: ApiRun): readonly string[] => app.executions(run.id).map(({ step }) => step);
  const invoke = async (slug: string): Promise<ApiRun> => {
    const { json } = await server.request("POST", `/api/functions/${slug}/invoke`, { body: { data: {} } });
    const [eventId = ""] = (json as { readonly ids: readonly string[] }).ids;
    const [run] = await server.runsOf(eventId);
    return server.ended(run?.id ?? "");
  };

  test("welcome-email-sequence greets at once and then sleeps for two days", async () => {
    const before = Date.now();
    const [eventId = ""] = await server.send({
      name: "user/signed-up",
      data: { userId: "user-ada", email: "ada@example.com", name: "Ada" },
    });
    const [started] = await server.runsOf(eventId);
    const run = await server.waitForRun(started?.id ?? "", ({ doing }) =>
      doing.some(({ kind }) => kind === "sleeping"),
    );
    expect(app.emails(run.id)).toMatchObject([{ kind: "welcome", to: "ada@example.com", subject: "Welcome, Ada!" }]);
    const [sleeping] = run.doing;
    expect(sleeping?.stepName).toBe("wait-before-tips");
    const twoDays = 2 * 86_400_000;
    expect(sleeping?.at).toBeGreaterThanOrEqual(before + twoDays);
    expect(sleeping?.at).toBeLessThanOrEqual(Date.now() + twoDays);
  });

  test("process-csv-upload imports in batches, skips what is faulty or there already, and tells the user", async () => {
    const rows = Array.from(
      { length: 250 },
      (_, n) => `order-${n},ada@example.com,${n}.50,2026-10-${String((n % 28) + 1).padStart(2, "0")}`,
    );
    const csv = ["order_id,email,amount,ordered_on", ...rows, "broken,not-an-address,1.00,2026-10-01", rows[0]].join(
      "\n",
    );
    const files = await listen((_request, response) => response.end(csv));
    const data = {
      fileUrl: `http://localhost:${portOf(files)}/orders.csv`,
      userId: "user-ada",
      fileName: "orders.csv",
      fileSize: csv.length,
    };

    const run = await runExample(server, { name: "file/uploaded", data });
    expect(run).toMatchObject({ status: "completed", output: { imported: 250, skipped: 2 } });
    expect(executedSteps(run)).toEqual(["parse-csv", "validate-rows", "insert-to-database", "notify-user"]);
    expect(app.emails(run.id)).toMatchObject([
      { kind: "import-finished", to: "ada@example.com", subject: "orders.csv: 250 imported, 2 skipped" },
    ]);
    expect(app.value("SELECT count(*) FROM orders")).toBe(250);

    const again = await runExample(server, { name: "file/uploaded", data });
    expect(again).toMatchObject({ status: "completed", output: { imported: 0, skipped: 252 } });
  });

  test("process-csv-upload: a failing third step never runs the first two again", async () => {
    const sample = readFileSync(join(repository, "examples/nextjs/public/sample-orders.csv"));
    const files = await listen((_request, response) => response.end(sample));
    app.breakDependency("order-store", 2);
    const run = await runExample(server, {
      name: "file/uploaded",
      data: {
        fileUrl: `http://localhost:${portOf(files)}/`,
        userId: "user-grace",
        fileName: "sample.csv",
        fileSize: sample.length,
      },
    });
    expect(run.status).toBe("completed");
    expect(executedSteps(run)).toEqual([
      "parse-csv",
      "validate-rows",
      "insert-to-database",
      "insert-to-database",
      "insert-to-database",
      "notify-user",
    ]);
    expect(
      stepsOf(run)
        .find(({ name }) => name === "insert-to-database")
        ?.attempts.map(({ status }) => status),
    ).toEqual(["failed", "failed", "completed"]);
  });

  test("process-csv-upload: a store that stays down fails the run after three tries, and what is no CSV fails at once", async () => {
    const files = await listen((request, response) =>
      response.end(request.url === "/bad" ? "no,header\n1,2" : "order_id,email,amount,ordered_on\n"),
    );
    const upload = (path: string) =>
      runExample(server, {
        name: "file/uploaded",
        data: {
          fileUrl: `http://localhost:${portOf(files)}${path}`,
          userId: "user-ada",
          fileName: "x.csv",
          fileSize: 1,
        },
      });
    app.breakDependency("order-store", null);
    const down = await upload("/good");
    app.breakDependency("order-store", 0);
    expect(down).toMatchObject({ status: "failed", error: { message: "order-store is down" } });
    expect(executedSteps(down)).toEqual([
      "parse-csv",
      "validate-rows",
      "insert-to-database",
      "insert-to-database",
      "insert-to-database",
    ]);
    const bad = await upload("/bad");
    expect(bad).toMatchObject({
      status: "failed",
      error: { message: "the file has no column order_id, email, amount, ordered_on" },
    });
    expect(executedSteps(bad)).toEqual(["parse-csv"]);
  });

  test("generate-monthly-reports computes three reports at once and mails them together", async () => {
    const run = await runExample(server, { name: "reports/generate-all", data: { month: 10, year: 2026 } });
    expect(run).toMatchObject({
      status: "completed",
      output: {
        month: 10,
        year: 2026,
        sales: { orders: expect.any(Number) },
        usage: { signups: 0 },
        churn: { churnRate: expect.any(Number) },
      },
    });
    expect(executedSteps(run).toSorted()).toEqual([
      "email-reports-to-team",
      "generate-churn-report",
      "generate-sales-report",
      "generate-usage-report",
    ]);
    expect(executedSteps(run).at(-1)).toBe("email-reports-to-team");
    expect(app.emails(run.id)).toMatchObject([
      { kind: "monthly-reports", to: "team@example.com", subject: "Reports for 2026-10" },
    ]);
  });

  test("both digests are due on the next Monday at 9:00 UTC", async () => {
    for (const slug of ["my-app-weekly-digest", "my-app-weekly-digest-fanout"]) {
      const { json } = await server.request("GET", `/api/functions/${slug}`);
      const { triggers, retries } = json as ApiFunction;
      expect(triggers).toMatchObject([{ kind: "cron", cron: "0 9 * * MON", timeZone: "UTC" }]);
      const next = new Date(Number(triggers[0]?.nextAt));
      expect([next.getUTCDay(), next.getUTCHours(), next.getUTCMinutes(), next.getUTCSeconds()]).toEqual([1, 9, 0, 0]);
      expect(next.getTime() - Date.now()).toBeGreaterThan(0);
      expect(next.getTime() - Date.now()).toBeLessThanOrEqual(7 * 86_400_000);
      expect(retries).toBe(slug.endsWith("fanout") ? 1 : 2);
    }
  });

  test("weekly-digest sends one digest to each user who wants it", async () => {
    const run = await invoke("my-app-weekly-digest");
    expect(run).toMatchObject({ status: "completed", output: { sent: 3 } });
    expect(executedSteps(run)).toEqual(["get-digest-users", "send-digests"]);
    expect(app.emails(run.id).map(({ to }) => to)).toEqual([
      "ada@example.com",
      "alan@example.com",
      "grace@example.com",
    ]);
  });

  test("weekly-digest-fanout queues one run for each user", async () => {
    const run = await invoke("my-app-weekly-digest-fanout");
    expect(run).toMatchObject({ status: "completed", output: { queued: 3 } });
    expect(executedSteps(run)).toEqual(["get-users"]);
    const rows = await server.runs({ event: "digest/send-to-user" });
    const digests = await Promise.all(rows.map(({ id }) => server.ended(id)));
    expect(digests.map(({ status, output }) => [status, output])).toEqual(
      digests.map(() => ["completed", { sent: true }]),
    );
    expect(
      digests
        .flatMap(({ id }) => app.emails(id))
        .map(({ to }) => to)
        .toSorted(),
    ).toEqual(["ada@example.com", "alan@example.com", "grace@example.com"]);
  });

  test("send-user-digest returns early when there is no such user", async () => {
    const run = await runExample(server, { name: "digest/send-to-user", data: { userId: "user-nobody" } });
    expect(run).toMatchObject({ status: "completed", output: { sent: false } });
    expect(executedSteps(run)).toEqual(["get-user"]);
  });

  test.each([
    [true, "published", "publish-content", "content-published"],
    [false, "rejected", "notify-rejection", "content-rejected"],
  ])("content-approval-workflow: a review with approved %s ends as %s", async (approved, status, step, kind) => {
    const contentId = `content-${status}`;
    const [eventId = ""] = await server.send({
      name: "content/submitted",
      data: { contentId, authorId: "user-ada", reviewerId: "user-grace" },
    });
    const [started] = await server.runsOf(eventId);
    const waiting = await server.waitForRun(started?.id ?? "", ({ doing }) =>
      doing.some(({ kind: what }) => what === "waitingForEvent"),
    );
    expect(waiting.doing).toMatchObject([{ event: "content/reviewed", stepName: "wait-for-approval" }]);
    expect(Number(waiting.doing[0]?.at) - waiting.queuedAt).toBeGreaterThanOrEqual(48 * 3_600_000);

    await server.send({ name: "content/reviewed", data: { contentId: "another", approved: !approved } });
    await server.send({ name: "content/reviewed", data: { contentId, approved, feedback: "Too short." } });
    const run = await server.ended(waiting.id);
    expect(run).toMatchObject({ status: "completed", output: { status } });
    expect(executedSteps(run)).toEqual(["notify-reviewer", step]);
    expect(app.emails(run.id)).toMatchObject([
      { kind: "review-requested", to: "grace@example.com" },
      { kind, to: "ada@example.com", body: "Too short." },
    ]);
  });

  test("my-function tries again after 1 and 2 seconds until what it depends on recovers", async () => {
    app.breakDependency("risky-service", 2);
    const run = await runExample(server, { name: "my/event", data: { message: "hello" } });
    expect(run).toMatchObject({ status: "completed", output: { message: "hello", attempt: 2 } });
    const executions = app.executions(run.id);
    expect(executions.map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
    const gaps = executions.slice(1).map(({ at }, index) => at - (executions[index]?.at ?? 0));
    for (const [index, wanted] of [1_000, 2_000].entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(wanted);
      expect(gaps[index]).toBeLessThan(wanted + 1_000);
    }
  });

  test("validate-input accepts an address, and fails on a bad one at once", async () => {
    expect(await runExample(server, { name: "user/validate", data: { email: "ada@example.com" } })).toMatchObject({
      status: "completed",
      output: { email: "ada@example.com", valid: true },
    });
    const bad = await runExample(server, { name: "user/validate", data: { email: "not-an-address" } });
    expect(bad).toMatchObject({ status: "failed", error: { message: '"not-an-address" is not an email address' } });
    expect(app.executions(bad.id)).toMatchObject([{ step: "validate-input", attempt: 0 }]);
  });
});
