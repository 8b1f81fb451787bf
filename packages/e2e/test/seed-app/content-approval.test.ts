// `content-approval-workflow` with a review; what happens without one takes two days, and is in the tests of the application itself.
import { expect, test } from "vitest";
import { describeApplication } from "./application.ts";

const twoDaysMs = 48 * 3_600_000;

describeApplication((application) => {
  test.each([
    [true, "published", "publish-content", "content-published"],
    [false, "rejected", "notify-rejection", "content-rejected"],
  ])("content-approval-workflow: a review with approved %s ends as %s", async (approved, status, step, kind) => {
    const { server, app } = application;
    const contentId = `content-${status}`;
    const started = await application.start({
      name: "content/submitted",
      data: { contentId, authorId: "user-ada", reviewerId: "user-grace" },
    });
    const waiting = await server.waitForRun(started.id, ({ doing }) =>
      doing.some(({ kind: what }) => what === "waitingForEvent"),
    );
    expect(waiting.doing).toMatchObject([{ event: "content/reviewed", stepName: "wait-for-approval" }]);
    expect(Number(waiting.doing[0]?.at) - waiting.queuedAt).toBeGreaterThanOrEqual(twoDaysMs);
    expect(Number(waiting.doing[0]?.at) - Date.now()).toBeLessThanOrEqual(twoDaysMs);

    // Somebody else's review, with the opposite decision, wakes nobody.
    await server.send({ name: "content/reviewed", data: { contentId: "another", approved: !approved } });
    await server.send({ name: "content/reviewed", data: { contentId, approved, feedback: "Too short." } });
    const run = await server.ended(waiting.id);
    expect(run).toMatchObject({ status: "completed", output: { status } });
    expect(application.executedSteps(run)).toEqual(["notify-reviewer", step]);
    expect(app.emails(run.id)).toMatchObject([
      { kind: "review-requested", to: "grace@example.com", subject: `Please review: ${contentId}` },
      { kind, to: "ada@example.com", body: "Too short." },
    ]);
  });
});
