// A process that dies, and what the next one makes of what it left.
import type { Effect } from "@stepwright/engine";
import { asQueueItemId, asRunId, millis, type RunId } from "@stepwright/protocol";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { addApp, openRuntime, type OpenRuntime, openShop } from "./open-runtime.ts";
import { type AppAnswer, type AppCall, done, type Handler, ops, startTestApp, stepRun } from "./test-app.ts";
import { tempFile } from "./temp-file.ts";

/** As a kill does it: whatever is in flight loses its database from one moment to the next. */
function kill({ storage }: OpenRuntime): Promise<void> {
  return storage.close();
}

/** Takes the queue items of these runs away, as a bug would. */
async function loseWork({ storage }: OpenRuntime, ...runIds: readonly RunId[]): Promise<void> {
  const items = (await Promise.all(runIds.map((runId) => storage.runs.items(runId)))).flat();
  const effects: Effect[] = items.map((item) => ({ kind: "dequeue", itemId: asQueueItemId(item.id) }));
  await storage.commit({ transitions: [{ guards: [], effects }], now: millis(Date.now()), lease: [] });
}

describe("after a kill", () => {
  it("a call that was in flight is made again as the next generation, and the old one's checkpoint is stale", async () => {
    const file = tempFile();
    const first = await openRuntime({ file });
    const hanging = Promise.withResolvers<AppAnswer>();
    const handle: Handler = ({ generation }) => (generation === 1 ? hanging.promise : done("again"));
    const app = await addApp(first, "shop", [{ name: "call", handle }]);
    const runId = await first.start("test/call");
    await app.called(1);
    await kill(first);

    const second = await openRuntime({ file });
    expect(await second.ended(runId)).toMatchObject({ status: "completed", output: '"again"' });
    expect(app.calls.map((call) => [call.generation, call.attempt])).toEqual([
      [1, 0],
      [2, 0],
    ]);
    await expect(second.runtime.checkpoint(runId, checkpointOf(app.calls[0], "s"))).rejects.toMatchObject({
      code: "DISPATCH_STALE",
      status: 409,
    });
    hanging.resolve(done("late"));
  });

  it("a checkpoint of an older dispatch is stale while the newer one is in flight", async () => {
    const file = tempFile();
    const first = await openRuntime({ file });
    const answers = Promise.withResolvers<AppAnswer>();
    const app = await addApp(first, "shop", [{ name: "call", handle: () => answers.promise }]);
    const runId = await first.start("test/call");
    await app.called(1);
    await kill(first);

    const second = await openRuntime({ file });
    await app.called(2);
    await expect(second.runtime.checkpoint(runId, checkpointOf(app.calls[0], "old"))).rejects.toMatchObject({
      status: 409,
    });
    await second.runtime.checkpoint(runId, checkpointOf(app.calls[1], "new"));
    answers.resolve(done());
    await second.ended(runId);
    expect((await second.storage.runs.steps(runId)).map((step) => step.id)).toEqual(["new"]);
  });

  it("everything goes on: calls, sleeps that ended meanwhile, waits, runs that had not begun", async () => {
    const file = tempFile();
    const clock = createManualClock();
    const first = await openRuntime({ file, clock });
    const sleeping: Handler = ({ steps }) =>
      "z" in steps ? done("slept") : ops({ op: "Sleep", id: "z", name: "1h", displayName: "z", opts: {} });
    const waiting: Handler = ({ steps }) =>
      "w" in steps
        ? done(steps["w"] ?? null)
        : ops({
            op: "WaitForEvent",
            id: "w",
            name: "test/go",
            displayName: "w",
            opts: { event: "test/go", timeout: "2h" },
          });
    const functions = [
      { name: "sleep", handle: sleeping },
      { name: "wait", handle: waiting },
      {
        name: "steps",
        handle: (({ steps }) =>
          "b" in steps ? done("stepped") : ops(stepRun("a" in steps ? "b" : "a", 1))) satisfies Handler,
      },
    ];
    await addApp(first, "shop", functions);
    const sleeper = await first.start("test/sleep");
    const waiter = await first.start("test/wait");
    await first.runtime.idle();
    // Leased and on its way in the very commit that stored it: the kill comes before the first call is answered.
    const stepper = await first.start("test/steps");
    await kill(first);

    clock.move(3_600_000);
    const second = await openRuntime({ file, clock });
    expect(await second.ended(sleeper)).toMatchObject({ status: "completed", output: '"slept"' });
    expect(await second.ended(stepper)).toMatchObject({ status: "completed", output: '"stepped"' });
    await second.send("test/go", { data: { n: 1 } });
    expect((await second.ended(waiter)).output).toContain('"n":1');
    expect(await second.storage.runs.orphans(10)).toEqual([]);
  });

  it("a run that lost its work is asked again from what is stored", async () => {
    const file = tempFile();
    const first = await openRuntime({ file });
    const app = await addApp(first, "shop", [
      { name: "steps", handle: ({ steps }) => ("a" in steps ? done() : ops(stepRun("a", 1))) },
    ]);
    const runId = await first.start("test/steps", { ts: Date.now() + 3_600_000 });
    await loseWork(first, runId);
    await kill(first);

    const second = await openRuntime({ file });
    expect((await second.ended(runId)).status).toBe("completed");
    expect(app.calls).toHaveLength(2);
    expect(second.complaints).toContain("unfinished run had neither work nor a wait; asking its function again");
  });

  it("a run that cannot be read keeps nobody from starting", async () => {
    const file = tempFile();
    const first = await openRuntime({ file });
    await addApp(first, "shop", [{ name: "steps", handle: () => done() }]);
    const [bad, good] = [
      await first.start("test/steps", { ts: Date.now() + 3_600_000 }),
      await first.start("test/steps", { ts: Date.now() + 3_600_000 }),
    ];
    await loseWork(first, bad, good);
    await kill(first);

    const second = await openRuntime({
      file,
      prepare: (storage) => void storage.damagedRuns.set(bad, new Error("a row is damaged")),
    });
    expect((await second.ended(good)).status).toBe("completed");
    expect(second.complaints).toContain("unfinished run could not be repaired");
  });
});

function checkpointOf(call: AppCall | undefined, stepId: string): object {
  if (call === undefined) throw new Error("there was a call");
  return {
    run_id: asRunId(call.runId),
    fn_id: "any",
    qi_id: call.queueItemRef,
    generation_id: call.generation,
    steps: [stepRun(stepId, 1)],
  };
}

it("a database that is open elsewhere is refused", async () => {
  const file = tempFile();
  await openRuntime({ file });
  expect(() => openSqliteStorage({ file, synchronous: "normal", now: millis(Date.now()) })).toThrow(
    expect.objectContaining({ code: "DATA_FOLDER_LOCKED" }),
  );
});

describe("an app that is not there yet when the server starts", () => {
  const atOnce: Handler = () => done("here");

  async function closedApp(opened: OpenRuntime) {
    const app = await addApp(opened, "shop", [{ name: "one", retries: 0, handle: atOnce }]);
    await app.close();
    return app;
  }

  it("costs its runs no attempt, and gets them as soon as it is there", async () => {
    const clock = createManualClock();
    const opened = await openRuntime({ clock, settings: { startupGraceMs: 30_000 } });
    const { port } = await closedApp(opened);
    const runId = await opened.start("test/one");
    for (let turn = 0; turn < 3; turn += 1) {
      await clock.asleepUntil(clock.now() + 500);
      clock.move(500);
    }
    await clock.asleepUntil(clock.now() + 500);
    const app = await startTestApp("shop", [{ name: "one", handle: atOnce }], port);
    clock.move(500);
    expect(await opened.ended(runId)).toMatchObject({ status: "completed", output: '"here"' });
    expect(app.calls.map((call) => call.attempt)).toEqual([0]);
    expect(await opened.storage.runs.spans(runId)).toMatchObject([
      { kind: "function", attempt: 0, status: "completed" },
    ]);
  });

  it("counts as any other failure once the server has run for a while", async () => {
    const clock = createManualClock();
    const opened = await openRuntime({ clock, settings: { startupGraceMs: 1_000 } });
    await closedApp(opened);
    const runId = await opened.start("test/one");
    await clock.asleepUntil(clock.now() + 500);
    clock.move(1_000);
    const run = await opened.ended(runId);
    expect(run.status).toBe("failed");
    expect(run.error).toMatch(/Unable to reach SDK URL/);
  });
});

describe("an app that never asks for anything", () => {
  it.each<[string, Handler]>([
    ["with an empty answer", () => ops()],
    [
      "with a step that it does not run when it is told to",
      ({ stepId }) =>
        stepId === "step"
          ? ops(
              { op: "StepPlanned", id: "a", name: "a", displayName: "a", opts: {} },
              { op: "StepPlanned", id: "b", name: "b", displayName: "b", opts: {} },
            )
          : ops(),
    ],
  ])("%s fails its run after a few calls instead of being called for ever", async (_, handle) => {
    const clock = createManualClock();
    const { app, start, ended, runtime } = await openShop([{ name: "idle", retries: 0, handle }], { clock });
    const runId = await start("test/idle");
    for (let turn = 0; turn < 5; turn += 1) {
      await runtime.idle();
      clock.move(1_000);
    }
    const run = await ended(runId);
    expect(run.status).toBe("failed");
    expect(run.error).toMatch(/5 times in a row/);
    expect(app.calls.length).toBeLessThan(20);
  });
});
