// The matchers in jest. `matchers-jest.test.ts` runs this file and looks at what comes out; the second half is meant to fail.
import "@stepwright/testing/jest";
import { expect, test } from "@jest/globals";
import { endedRun, runOfEvent, startShop } from "../report-app.ts";

test("passes", async () => {
  await using engine = await startShop();
  const run = await endedRun(engine, "user/signed-up", { email: "ada@example.com" });
  expect(run).toHaveCompleted();
  expect(run).toHaveCompletedWith({ plan: "free", emailsSent: 3 });
  expect(run).toHaveCompletedWith(expect.objectContaining({ plan: "free" }));
  expect(run).not.toHaveFailed();
  expect(run).toHaveSlept("wait-before-tips", "2 days");
  expect(run).toHaveRunStep("check-user-plan", { output: "free", attempts: 1 });
  const broken = await endedRun(engine, "broken");
  expect(broken).toHaveFailedWith(/^declined/);
  expect(broken).toHaveFailedWith(TypeError);
  expect(broken).toHaveFailedWith(new TypeError("declined\nby the bank"));
  const waiting = await runOfEvent(engine, "content/submitted", { contentId: "c1" });
  expect(waiting).toBeWaitingFor("content/reviewed", {
    match: "data.contentId",
    until: new Date(engine.clock.now() + 48 * 3_600_000),
  });
  await waiting.cancel();
  expect(waiting).toHaveBeenCancelled();
  await expect(engine).toHaveStarted(engine.app.welcome, { times: 1, data: { email: expect.any(String) } });
  await expect(engine).not.toHaveStarted(engine.app.plain);
  await expect(engine).toHaveSent("broken");
  await expect(engine).toBeIdle();
});

test("another output", async () => {
  await using engine = await startShop();
  const run = await endedRun(engine, "user/signed-up", { email: "ada@example.com" });
  expect(run).toHaveCompletedWith({ plan: "pro", emailsSent: 3 });
});

test("another function", async () => {
  await using engine = await startShop();
  await endedRun(engine, "plain");
  await expect(engine).toHaveStarted(engine.app.welcome);
});

test("no await", async () => {
  await using engine = await startShop();
  const sent = await engine.send({ name: "plain" });
  expect(sent.run()).toHaveCompleted();
});
