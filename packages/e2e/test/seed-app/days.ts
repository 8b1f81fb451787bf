// What takes days in the reference application, on a clock that jumps: one suite for the functions of either major.
import { createTestEngine, type FetchHandler, type TestEngine, type TestRun } from "@stepwright/testing";
import { addContent, findContent } from "stepwright-example-nextjs/lib/contents.ts";
import { openDatabase } from "stepwright-example-nextjs/lib/database.ts";
import { setDependency } from "stepwright-example-nextjs/lib/dependencies.ts";
import { latestExecutions } from "stepwright-example-nextjs/lib/executions.ts";
import { latestEmails, type SentEmail } from "stepwright-example-nextjs/lib/outbox.ts";
import { changePlan } from "stepwright-example-nextjs/lib/users.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

const listMax = 1_000;
// A Saturday.
const start = new Date("2026-11-21T12:00:00Z");

/** Makes the functions' handler once the server's URL is in the environment, as the application's client reads it from there. */
export type LoadApp = () => Promise<FetchHandler>;

/** Describes the application's days; the clock goes on from test to test. */
export function describeDays(name: string, loadApp: LoadApp): void {
  describe(name, () => {
    let engine: TestEngine;

    beforeAll(async () => {
      engine = await createTestEngine({ now: start });
      process.env["INNGEST_DEV"] = await engine.listen();
      await engine.register(await loadApp());
    }, 60_000);
    afterAll(() => engine.stop());
    beforeEach(() => void openDatabase(":memory:"));

    const runOf = async (event: string, data: object): Promise<TestRun> => {
      const sent = await engine.send({ name: event, data });
      return sent.run();
    };
    const emails = (): readonly SentEmail[] => latestEmails(listMax).toReversed();
    /** What no Monday in between has sent. */
    const ownEmails = (): readonly SentEmail[] => emails().filter(({ kind }) => kind !== "digest");
    const ownKinds = (): readonly string[] => ownEmails().map(({ kind }) => kind);

    test("welcome-email-sequence: seven days and three emails for a user on the free plan, without waiting for any of it", async () => {
      const startedAt = performance.now();
      const run = await runOf("user/signed-up", { userId: "user-ada", email: "ada@example.com", name: "Ada" });
      await engine.clock.advance("1d");
      expect(ownKinds()).toEqual(["welcome"]);
      await engine.clock.advance("1d");
      expect(ownKinds()).toEqual(["welcome", "tips"]);
      await engine.clock.advance("4d 23h 59m");
      expect(ownKinds()).toEqual(["welcome", "tips"]);
      await engine.clock.advance("1m");
      expect(ownKinds()).toEqual(["welcome", "tips", "upgrade"]);
      expect(run).toMatchObject({ status: "completed", output: { userId: "user-ada", emailsSent: 3 } });
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    });

    test("welcome-email-sequence: a user who is on a paid plan by then gets no offer", async () => {
      const run = await runOf("user/signed-up", { userId: "user-ada", email: "ada@example.com", name: "Ada" });
      await engine.clock.advance("3d");
      changePlan("user-ada", "pro");
      expect(await run.result()).toEqual({ userId: "user-ada", emailsSent: 2 });
      expect(
        latestExecutions(listMax)
          .filter(({ runId }) => runId === run.id)
          .map(({ step }) => step)
          .toReversed(),
      ).toEqual(["send-welcome-email", "send-tips-email", "check-user-plan"]);
    });

    test("content-approval-workflow: without a review within 48 hours the content is escalated", async () => {
      const people = { authorId: "user-ada", reviewerId: "user-grace" };
      const contentId = addContent({ title: "On engines", body: "They run.", ...people });
      const run = await runOf("content/submitted", { contentId, ...people });
      await engine.clock.advance("47h 59m");
      expect(run).toMatchObject({
        status: "running",
        details: { doing: [{ kind: "waitingForEvent", event: "content/reviewed" }] },
      });
      expect(findContent(contentId)).toMatchObject({ status: "waiting" });
      await engine.clock.advance("1m");
      expect(run).toMatchObject({ status: "completed", output: { status: "escalated" } });
      expect(ownEmails()).toMatchObject([
        { kind: "review-requested", to: "grace@example.com", step: "notify-reviewer" },
        { kind: "review-escalated", to: "chief-editor@example.com", step: "escalate" },
      ]);
      // A review that comes after all changes nothing any more.
      await engine.send({ name: "content/reviewed", data: { contentId, approved: true } });
      await engine.clock.settle();
      expect(findContent(contentId)).toMatchObject({ status: "escalated" });
      expect(ownEmails()).toHaveLength(2);
    });

    test("content-approval-workflow: a review in the last minute counts", async () => {
      const run = await runOf("content/submitted", {
        contentId: "c-2",
        authorId: "user-ada",
        reviewerId: "user-grace",
      });
      await engine.clock.advance("47h 59m");
      await engine.send({ name: "content/reviewed", data: { contentId: "c-2", approved: true } });
      await engine.clock.advance("1h");
      expect(run).toMatchObject({ status: "completed", output: { status: "published" } });
    });

    test("weekly-digest and weekly-digest-fanout run on Mondays at 9:00 UTC, once each", async () => {
      const week = 7 * 86_400_000;
      const monday = Date.UTC(2026, 10, 23, 9);
      const next = monday + Math.ceil((engine.clock.now() + 1 - monday) / week) * week;
      const known = new Set((await engine.runs()).map(({ id }) => id));
      await engine.clock.set(next - 1);
      expect((await engine.runs()).filter(({ id }) => !known.has(id))).toEqual([]);
      await engine.clock.set(next);

      const [digest, ...otherDigests] = (await engine.runs({ function: "weekly-digest" })).filter(
        ({ id }) => !known.has(id),
      );
      expect(otherDigests).toEqual([]);
      expect(digest?.details).toMatchObject({
        queuedAt: next,
        trigger: { eventName: "inngest/scheduled.timer", cron: "0 9 * * MON" },
      });
      expect(digest).toMatchObject({ status: "completed", output: { sent: 3 } });

      const [fanout, ...otherFanouts] = (await engine.runs({ function: "weekly-digest-fanout" })).filter(
        ({ id }) => !known.has(id),
      );
      expect(otherFanouts).toEqual([]);
      expect(fanout).toMatchObject({ status: "completed", output: { queued: 3 } });
      expect(emails().map(({ kind }) => kind)).toEqual(Array.from({ length: 6 }, () => "digest"));

      await engine.clock.advance("6d");
      expect(emails()).toHaveLength(6);
      await engine.clock.advance("1d");
      expect(emails()).toHaveLength(12);
    });

    test("my-function waits 1, 2, 4, 8 and 16 seconds between its six tries", async () => {
      setDependency({ name: "risky-service", failuresLeft: null });
      const startedAt = engine.clock.now();
      const run = await runOf("my/event", { message: "hello" });
      await engine.clock.advance("1h");
      expect(run).toMatchObject({ status: "failed", error: { message: "risky-service is down" } });
      const [step] = run.steps;
      expect(step?.tries.map(({ endedAt }) => (endedAt - startedAt) / 1_000)).toEqual([0, 1, 3, 7, 15, 31]);
      expect(
        latestExecutions(listMax)
          .map(({ attempt }) => attempt)
          .toReversed(),
      ).toEqual([0, 1, 2, 3, 4, 5]);
    });
  });
}
