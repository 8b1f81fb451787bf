// The nine functions of the application, each on each of its ways, on the real engine with a clock that jumps.
//
// Nothing is mocked: emails are rows of the outbox, the database is a file, and the upload is downloaded over HTTP.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createTestEngine } from "@stepwright/testing";
import type { SdkClient, SdkFunction, TestEngine, TestEngineOptions, TestRun } from "@stepwright/testing";
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { addContent, findContent } from "../lib/contents.ts";
import { database, openDatabase } from "../lib/database.ts";
import { setDependency } from "../lib/dependencies.ts";
import { latestExecutions } from "../lib/executions.ts";
import { latestEmails } from "../lib/outbox.ts";
import { changePlan } from "../lib/users.ts";

/** Files in memory, where there are such. */
const memoryFolder = "/dev/shm";

/** The application in one of its forms. */
export interface Application {
  readonly client: SdkClient;
  readonly functions: readonly SdkFunction[];
  /** A function of the same client with twenty retries, the most that there are. It calls `climb` in its only step. */
  readonly createLadder: (climb: () => void) => SdkFunction;
  /** `serve` of the form's own SDK. */
  readonly serve: NonNullable<TestEngineOptions["serve"]>;
}

// A Saturday.
const now = "2026-10-31T12:00:00Z";
const listMax = 1_000;
const ada = { userId: "user-ada", email: "ada@example.com", name: "Ada" };
const people = { authorId: "user-ada", reviewerId: "user-grace" };

/** Describes the application. `name` says in which form it is. */
export function describeFunctions(name: string, { client, functions, createLadder, serve }: Application): void {
  describe(name, () => {
    // Files of their own for each test; a disk that is waited for twenty times would be half of the time.
    const folder = mkdtempSync(join(existsSync(memoryFolder) ? memoryFolder : tmpdir(), "stepwright-example-"));
    const figures: string[] = [];
    const startedAt = clocks();
    let files = 0;

    beforeEach(() => {
      openDatabase(join(folder, `${(files += 1)}.db`));
      // The SDK tells of each error that a test provokes, and the application of each retry.
      vi.spyOn(console, "error").mockReturnValue();
      vi.spyOn(console, "info").mockReturnValue();
    });
    afterAll(() => {
      vi.restoreAllMocks();
      database().close();
      rmSync(folder, { recursive: true });
      const load = loadavg()[0]?.toFixed(1);
      console.log(
        [`${name} (load of the machine ${load})`, ...figures, `all together: ${since(startedAt)}`].join("\n  "),
      );
    });

    const functionOf = (id: string): SdkFunction => {
      const found = functions.find((fn) => fn.id() === id);
      if (found === undefined) throw new Error(`the application has no function ${id}`);
      return found;
    };
    /** Starts an engine with these functions alone, so that no other cron sends its emails in between. */
    const start = async (...ids: readonly string[]): Promise<TestEngine> => {
      const engine = await createTestEngine({ client, functions: ids.map(functionOf), serve, now });
      onTestFinished(() => engine.stop());
      return engine;
    };
    const measured = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
      const from = clocks();
      const result = await act();
      figures.push(`${what}: ${since(from)}`);
      return result;
    };

    test("welcome-email-sequence: a user on the free plan gets three emails in seven days", async () => {
      const engine = await start("welcome-email-sequence");
      const run = await (await engine.send({ name: "user/signed-up", data: ada })).run();
      expect(emailKinds()).toEqual(["welcome"]);
      await engine.clock.advance("1d 23h 59m");
      expect(emailKinds()).toEqual(["welcome"]);
      await engine.clock.advance("1m");
      expect(emailKinds()).toEqual(["welcome", "tips"]);
      await engine.clock.advance("4d 23h 59m");
      expect(emailKinds()).toEqual(["welcome", "tips"]);
      await engine.clock.advance("1m");
      expect(emailKinds()).toEqual(["welcome", "tips", "upgrade"]);
      expect(run.status).toBe("completed");
      expect(run.output).toEqual({ userId: "user-ada", emailsSent: 3 });
    });

    test("welcome-email-sequence: the seven days take no time", async () => {
      const engine = await start("welcome-email-sequence");
      await measured("the seven days of the welcome sequence", async () => {
        const run = await (await engine.send({ name: "user/signed-up", data: ada })).run();
        expect(await run.result()).toEqual({ userId: "user-ada", emailsSent: 3 });
      });
      expect(engine.clock.date()).toEqual(new Date("2026-11-07T12:00:00Z"));
    });

    test("welcome-email-sequence: a user who has a paid plan by then gets no offer", async () => {
      const engine = await start("welcome-email-sequence");
      const run = await (await engine.send({ name: "user/signed-up", data: ada })).run();
      await engine.clock.advance("3d");
      changePlan("user-ada", "pro");
      expect(await run.result()).toEqual({ userId: "user-ada", emailsSent: 2 });
      expect(emailKinds()).toEqual(["welcome", "tips"]);
      expect(executedSteps(run)).toEqual(["send-welcome-email", "send-tips-email", "check-user-plan"]);
    });

    test("welcome-email-sequence: a crash in the middle sends nothing twice", async () => {
      const engine = await start("welcome-email-sequence");
      const { id } = await (await engine.send({ name: "user/signed-up", data: ada })).run();
      await engine.clock.advance("3d");
      await engine.crash();
      expect(await (await engine.run(id)).result()).toEqual({ userId: "user-ada", emailsSent: 3 });
      expect(emailKinds()).toEqual(["welcome", "tips", "upgrade"]);
    });

    test("process-csv-upload imports a file in batches, skips what is faulty or there already, and tells the user", async () => {
      const engine = await start("process-csv-upload");
      const rows = Array.from({ length: 250 }, (_, n) => `order-${n},ada@example.com,${n}.50,2026-10-01`);
      const event = await uploaded([...rows, "broken,not-an-address,1.00,2026-10-01", ...rows.slice(0, 1)]);

      const run = await (await engine.send(event)).run();
      expect(await run.result()).toEqual({ imported: 250, skipped: 2 });
      expect(run.step("validate-rows").output).toMatchObject({ invalid: [{ line: 252 }] });
      expect(emails()).toMatchObject([
        { to: "ada@example.com", subject: "orders.csv: 250 imported, 2 skipped", step: "notify-user" },
      ]);

      const again = await (await engine.send(event)).run();
      expect(await again.result()).toEqual({ imported: 0, skipped: 252 });
    });

    test("process-csv-upload: a third step that fails is tried again, and the first two are not", async () => {
      const engine = await start("process-csv-upload");
      setDependency({ name: "order-store", failuresLeft: 2 });
      const run = await (await engine.send(await uploaded(["order-1,ada@example.com,1.00,2026-10-01"]))).run();
      expect(await run.result()).toEqual({ imported: 1, skipped: 0 });
      expect(executedSteps(run)).toEqual([
        "parse-csv",
        "validate-rows",
        "insert-to-database",
        "insert-to-database",
        "insert-to-database",
        "notify-user",
      ]);
      expect(run.step("insert-to-database").attempts).toBe(3);
      expect(run.step("parse-csv").attempts).toBe(1);
    });

    test("process-csv-upload: a store that stays down fails the run, and nobody is told that it worked", async () => {
      const engine = await start("process-csv-upload");
      setDependency({ name: "order-store", failuresLeft: null });
      const run = await (await engine.send(await uploaded([]))).run();
      await expect(run.result()).rejects.toThrow("order-store is down");
      expect(run.step("insert-to-database").attempts).toBe(3);
      expect(emails()).toEqual([]);
    });

    test("process-csv-upload: what is no such file fails at once", async () => {
      const engine = await start("process-csv-upload");
      const run = await (await engine.send(await uploaded(["1,2"], "no,header"))).run();
      await expect(run.result()).rejects.toThrow("the file has no column order_id, email, amount, ordered_on");
      expect(run.step("parse-csv").attempts).toBe(1);
    });

    test("generate-monthly-reports computes three reports at once and mails them together", async () => {
      const engine = await start("generate-monthly-reports", "process-csv-upload");
      const orders = ["january,ada@example.com,10.00,2020-01-05", "february,ada@example.com,30.00,2020-02-01"];
      await (await (await engine.send(await uploaded(orders))).run()).result();

      const run = await engine.invoke(functionOf("generate-monthly-reports"), { month: 2, year: 2020 });
      expect(await run.result()).toMatchObject({
        sales: { orders: 1, revenueCents: 3_000, topCustomer: "ada@example.com" },
        churn: { customersBefore: 1, customersKept: 1 },
      });
      const reports = ["generate-sales-report", "generate-usage-report", "generate-churn-report"];
      expect(executedSteps(run).slice(0, 3).toSorted()).toEqual(reports.toSorted());
      expect(executedSteps(run).slice(3)).toEqual(["email-reports-to-team"]);
      // All of them are planned before any of them is done.
      const ends = reports.map((id) => run.step(id).details.endedAt ?? 0);
      const starts = reports.map((id) => run.step(id).details.queuedAt);
      expect(Math.max(...starts)).toBeLessThanOrEqual(Math.min(...ends));
      expect(emails().filter(({ kind }) => kind === "monthly-reports")).toMatchObject([
        { to: "team@example.com", subject: "Reports for 2020-02" },
      ]);
    });

    test("generate-monthly-reports: one of the three that fails once is tried again alone", async () => {
      const engine = await start("generate-monthly-reports");
      engine.stub(functionOf("generate-monthly-reports"), "generate-usage-report").fails({ times: 1, error: "busy" });
      const sent = await engine.send({ name: "reports/generate-all", data: { month: 10, year: 2026 } });
      const run = await sent.run();
      expect(await run.result()).toMatchObject({ usage: { signups: 0 } });
      expect(run.step("generate-usage-report").tries.map(({ error }) => error?.message)).toEqual(["busy", undefined]);
      expect(run.step("generate-sales-report").attempts).toBe(1);
      expect(executedSteps(run).filter((step) => step !== "email-reports-to-team")).toHaveLength(3);
      expect(emailKinds()).toEqual(["monthly-reports"]);
    });

    test("generate-monthly-reports: one of the three that fails for good fails the run, and the team gets no half", async () => {
      const engine = await start("generate-monthly-reports");
      database().exec("ALTER TABLE uploads RENAME TO uploads_of_last_year");
      const sent = await engine.send({ name: "reports/generate-all", data: { month: 10, year: 2026 } });
      const run = await sent.run();
      await expect(run.result()).rejects.toThrow("no such table: uploads");
      expect(run.step("generate-usage-report").attempts).toBe(2);
      expect(run.step("generate-sales-report").status).toBe("completed");
      expect(run.step("generate-churn-report").status).toBe("completed");
      expect(emails()).toEqual([]);
    });

    test("weekly-digest sends one digest to each user who wants it", async () => {
      const engine = await start("weekly-digest");
      const run = await engine.cron(functionOf("weekly-digest"));
      expect(await run.result()).toEqual({ sent: 3 });
      expect(emails().map(({ to }) => to)).toEqual(["ada@example.com", "alan@example.com", "grace@example.com"]);
    });

    test("weekly-digest: a month of Mondays at nine", async () => {
      const engine = await start("weekly-digest");
      await measured("a month of the weekly digest", () => engine.clock.advance("30d"));
      const runs = await engine.runs({ function: "weekly-digest" });
      expect(runs.map(({ details }) => new Date(details.queuedAt).toISOString())).toEqual([
        "2026-11-02T09:00:00.000Z",
        "2026-11-09T09:00:00.000Z",
        "2026-11-16T09:00:00.000Z",
        "2026-11-23T09:00:00.000Z",
        "2026-11-30T09:00:00.000Z",
      ]);
      expect(runs.map(({ output }) => output)).toEqual(runs.map(() => ({ sent: 3 })));
      expect(emails()).toHaveLength(15);
    });

    test("weekly-digest-fanout starts one run for each user, on Monday at nine and not before", async () => {
      const engine = await start("weekly-digest-fanout", "send-user-digest");
      await engine.clock.set("2026-11-02T08:59:59Z");
      expect(await engine.runs()).toEqual([]);
      await engine.clock.advance("1s");
      expect(await engine.runs({ function: "weekly-digest-fanout" })).toMatchObject([{ output: { queued: 3 } }]);
      expect((await engine.events({ name: "digest/send-to-user" })).map(({ data }) => data)).toEqual([
        { userId: "user-ada" },
        { userId: "user-alan" },
        { userId: "user-grace" },
      ]);
      const digests = await engine.runs({ function: functionOf("send-user-digest") });
      expect(digests.map(({ status, output }) => [status, output])).toEqual(
        Array.from({ length: 3 }, () => ["completed", { sent: true }]),
      );
      expect(
        emails()
          .map(({ to }) => to)
          .toSorted(),
      ).toEqual(["ada@example.com", "alan@example.com", "grace@example.com"]);
    });

    test("send-user-digest mails the user, and returns early when there is none", async () => {
      const engine = await start("send-user-digest");
      const known = await (await engine.send({ name: "digest/send-to-user", data: { userId: "user-grace" } })).run();
      expect(await known.result()).toEqual({ sent: true });
      expect(emails()).toMatchObject([{ kind: "digest", to: "grace@example.com", subject: "Your week, Grace Hopper" }]);

      const unknown = await (await engine.send({ name: "digest/send-to-user", data: { userId: "nobody" } })).run();
      expect(await unknown.result()).toEqual({ sent: false });
      expect(unknown.steps.map(({ id }) => id)).toEqual(["get-user"]);
      expect(emails()).toHaveLength(1);
    });

    test.each([
      [true, "published", "content-published"],
      [false, "rejected", "content-rejected"],
    ])("content-approval-workflow: a review with approved %s ends as %s", async (approved, status, kind) => {
      const engine = await start("content-approval-workflow");
      const contentId = addContent({ title: "On engines", body: "They run.", ...people });
      const run = await (await engine.send({ name: "content/submitted", data: { contentId, ...people } })).run();
      await engine.clock.advance("47h 59m");

      // Somebody else's review, with the opposite decision, wakes nobody.
      await engine.send({ name: "content/reviewed", data: { contentId: "another", approved: !approved } });
      expect(await engine.queue.pending()).toMatchObject([
        { kind: "waitingForEvent", step: "wait-for-approval", event: "content/reviewed" },
      ]);
      await engine.send({ name: "content/reviewed", data: { contentId, approved, feedback: "Too short." } });
      expect(await run.result()).toEqual({ status });
      expect(findContent(contentId)).toMatchObject({ status, feedback: "Too short." });
      expect(emailKinds()).toEqual(["review-requested", kind]);
    });

    test("content-approval-workflow: without a review within 48 hours the content is escalated", async () => {
      const engine = await start("content-approval-workflow");
      const contentId = addContent({ title: "On engines", body: "They run.", ...people });
      const run = await (await engine.send({ name: "content/submitted", data: { contentId, ...people } })).run();
      await engine.clock.advance("47h 59m");
      expect(run.status).toBe("running");
      expect(await run.result()).toEqual({ status: "escalated" });
      expect(engine.clock.date()).toEqual(new Date("2026-11-02T12:00:00Z"));
      expect(run.step("wait-for-approval").status).toBe("timedOut");

      // A review that comes after all changes nothing any more.
      await engine.send({ name: "content/reviewed", data: { contentId, approved: true } });
      expect(findContent(contentId)).toMatchObject({ status: "escalated" });
      expect(emailKinds()).toEqual(["review-requested", "review-escalated"]);
    });

    test("my-function waits 1, 2, 4, 8 and 16 seconds between its six tries", async () => {
      const engine = await start("my-function");
      setDependency({ name: "risky-service", failuresLeft: null });
      const run = await (await engine.send({ name: "my/event", data: { message: "hello" } })).run();
      await expect(run.result()).rejects.toThrow("risky-service is down");
      expect(secondsOfTries(run, "risky-operation")).toEqual([0, 1, 3, 7, 15, 31]);
      expect(latestExecutions(listMax).map(({ attempt }) => attempt)).toEqual([5, 4, 3, 2, 1, 0]);
    });

    test("my-function succeeds as soon as what it depends on has recovered", async () => {
      const engine = await start("my-function");
      setDependency({ name: "risky-service", failuresLeft: null });
      const run = await (await engine.send({ name: "my/event", data: { message: "hello" } })).run();
      await engine.clock.advance("10s");
      setDependency({ name: "risky-service", failuresLeft: 0 });
      expect(await run.result()).toEqual({ message: "hello", attempt: 4 });
      expect(secondsOfTries(run, "risky-operation")).toEqual([0, 1, 3, 7, 15]);
    });

    test("twenty retries take nine hours, of which the test waits for none", async () => {
      let climbed = 0;
      const ladder = createLadder(() => {
        climbed += 1;
        throw new Error(`fell off rung ${climbed}`);
      });
      await using engine = await createTestEngine({ client, functions: [ladder], serve, now });
      const run = await engine.invoke(ladder);
      await measured("a ladder of retries over nine hours", () => run.ended());
      expect(run.error?.message).toBe("fell off rung 21");
      const seconds = secondsOfTries(run, "climb");
      // Doubling up to an hour: 1, 2, 4 … 2,048 s, and eight times an hour.
      expect(seconds.at(12)).toBe(4_095);
      expect(seconds.at(-1)).toBe(4_095 + 8 * 3_600);
      expect(climbed).toBe(21);
    });

    test("validate-input accepts an address, and fails on a bad one at once", async () => {
      const engine = await start("validate-input");
      const good = await (await engine.send({ name: "user/validate", data: { email: "ada@example.com" } })).run();
      expect(await good.result()).toEqual({ email: "ada@example.com", valid: true });

      const bad = await (await engine.send({ name: "user/validate", data: { email: "not-an-address" } })).run();
      await expect(bad.result()).rejects.toThrow('"not-an-address" is not an email address');
      expect(bad.step("validate-input")).toMatchObject({ status: "failed", attempts: 1 });
      expect(engine.clock.date()).toEqual(new Date(now));
    });
  });
}

function emails(): ReturnType<typeof latestEmails> {
  return latestEmails(listMax).toReversed();
}

function emailKinds(): readonly string[] {
  return emails().map(({ kind }) => kind);
}

/** The steps whose code ran, in the order in which it began; a step that was tried twice is there twice. */
function executedSteps(run: TestRun): readonly string[] {
  return latestExecutions(listMax)
    .filter(({ runId }) => runId === run.id)
    .map(({ step }) => step)
    .toReversed();
}

/** When a step was tried, in seconds after the first time. */
function secondsOfTries(run: TestRun, step: string): readonly number[] {
  const { tries } = run.step(step);
  return tries.map(({ startedAt }) => (startedAt - (tries[0]?.startedAt ?? 0)) / 1_000);
}

/** Serves a file until the end of the test; returns the event that says it was uploaded. */
async function uploaded(
  rows: readonly string[],
  header = "order_id,email,amount,ordered_on",
): Promise<{ readonly name: string; readonly data: object }> {
  const file = [header, ...rows].join("\n");
  const server = createServer((_request, response) => response.end(file));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const fileUrl = `http://127.0.0.1:${port}/orders.csv`;
  return {
    name: "file/uploaded",
    data: { fileUrl, userId: "user-ada", fileName: "orders.csv", fileSize: file.length },
  };
}

interface Clocks {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function clocks(): Clocks {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1_000 };
}

/** On a busy machine the second figure is the one to go by. */
function since(from: Clocks): string {
  const { wallMs, cpuMs } = clocks();
  return `${(wallMs - from.wallMs).toFixed(0)} ms, of them ${(cpuMs - from.cpuMs).toFixed(0)} ms of CPU`;
}
