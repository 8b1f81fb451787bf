// When a run becomes `running`: once its first call has lasted a moment, or with the answer that comes before.
import type { RunStatus } from "@stepwright/engine";
import { expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { openShop } from "./open-runtime.ts";
import { done, type Handler, ops, stepRun, type TestFunction } from "./test-app.ts";

async function open(fn: Omit<TestFunction, "name">) {
  const clock = createManualClock();
  const shop = await openShop([{ name: "f", ...fn }], { clock, settings: { shownRunningAfterMs: 25 } });
  /** The statuses that commits have given to runs. */
  const statuses: RunStatus[] = [];
  shop.storage.beforeCommit = async ({ transitions }) => {
    for (const { effects } of transitions)
      for (const effect of effects) if (effect.kind === "updateRun") statuses.push(effect.run.status);
  };
  return { ...shop, clock, statuses };
}

it("is told by the answer of a short call alone, which also says when the run began", async () => {
  const handle: Handler = ({ steps }) => ("a" in steps ? done() : ops(stepRun("a", 1)));
  const { start, ended, statuses, clock } = await open({ handle });
  const run = await ended(await start("test/f"));
  expect(statuses).toEqual(["running", "completed"]);
  expect(run.startedAt).toBe(clock.now());
  clock.move(25);
  expect(clock.sleepers).toBe(0);
});

it("is told of a call that lasts, before its answer", async () => {
  const answer = Promise.withResolvers<void>();
  const { app, start, ended, statuses, clock, storage, runtime } = await open({
    handle: async () => {
      await answer.promise;
      return done();
    },
  });
  const runId = await start("test/f");
  const startedAt = clock.now();
  await app.called(1);
  await clock.asleepUntil(startedAt + 25);
  clock.move(24);
  expect((await storage.runs.get(runId))?.status).toBe("queued");
  const marked = Promise.withResolvers<void>();
  runtime.live.subscribe(() => marked.resolve());
  clock.move(1);
  await marked.promise;
  expect(await storage.runs.get(runId)).toMatchObject({ status: "running", startedAt });
  answer.resolve();
  await ended(runId);
  expect(statuses).toEqual(["running", "completed"]);
});

it("is told at once where a run has a time limit for its start", async () => {
  const answer = Promise.withResolvers<void>();
  const { app, start, ended, clock } = await open({
    flow: { timeouts: { start: "10ms" } },
    handle: async () => {
      await answer.promise;
      return done();
    },
  });
  const runId = await start("test/f");
  await app.called(1);
  clock.move(10);
  answer.resolve();
  expect((await ended(runId)).status).toBe("completed");
});
