// Stopping: what is in flight gets its time, what is cut short is as if it had not been tried.
import { describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { incoming, openShop } from "./open-runtime.ts";
import { done, type Handler, ops, startSilentServer, stepRun } from "./test-app.ts";

describe("a call in flight", () => {
  it("is waited for, its answer is committed, and nothing new is begun", async () => {
    const clock = createManualClock();
    const answer = Promise.withResolvers<void>();
    const handle: Handler = async ({ steps }) => {
      await answer.promise;
      return "a" in steps ? done() : ops(stepRun("a", 1));
    };
    const { app, runtime, storage, start } = await openShop([{ name: "slow", handle }], { clock });
    const runId = await start("test/slow");
    await app.called(1);
    const stopping = runtime.stop({ graceMs: 30_000 });
    await expect(runtime.ingest([incoming("test/slow")], { seed: null })).rejects.toMatchObject({
      code: "SHUTTING_DOWN",
    });
    answer.resolve();
    expect(await stopping).toEqual({ callsAbandoned: 0 });
    expect((await storage.runs.steps(runId)).map((step) => step.id)).toEqual(["a"]);
    expect(await storage.runs.items(runId)).toMatchObject([{ kind: "call", attempt: 0, isLeased: false }]);
    expect(app.calls).toHaveLength(1);
  });

  it("is cut short after the grace time, which counts as no attempt", async () => {
    const clock = createManualClock();
    const { app, runtime, storage, start, complaints } = await openShop(
      [{ name: "hang", handle: () => () => undefined }],
      {
        clock,
      },
    );
    const runId = await start("test/hang");
    await app.called(1);
    const stopping = runtime.stop({ graceMs: 30_000 });
    clock.move(30_000);
    expect(await stopping).toEqual({ callsAbandoned: 1 });
    expect(await storage.runs.get(runId)).toMatchObject({ status: "running", error: null });
    expect(await storage.runs.spans(runId)).toEqual([]);
    expect(await storage.runs.items(runId)).toMatchObject([{ kind: "call", attempt: 0, isLeased: true }]);
    expect(complaints).toEqual([]);
  });

  it("whose answer is being committed as the time runs out is waited for, so that the storage can be closed at once", async () => {
    const { runtime, storage, start } = await openShop([{ name: "one", handle: () => done() }]);
    const committing = Promise.withResolvers<void>();
    const disk = Promise.withResolvers<void>();
    storage.beforeCommit = async ({ transitions }) => {
      if (
        !transitions.some((one) =>
          one.effects.some((effect) => effect.kind === "updateRun" && effect.run.status === "completed"),
        )
      )
        return;
      committing.resolve();
      await disk.promise;
    };
    const runId = await start("test/one");
    await committing.promise;
    const stopping = runtime.stop({ graceMs: 0 });
    const first = await Promise.race([
      stopping.then(() => "stopped"),
      new Promise((resolve) => setImmediate(() => setImmediate(() => resolve("waiting")))),
    ]);
    expect(first).toBe("waiting");
    disk.resolve();
    await stopping;
    expect((await storage.runs.get(runId))?.status).toBe("completed");
  });

  it("of a step's own request is cut short as well", async () => {
    const clock = createManualClock();
    const silent = await startSilentServer();
    const fetching: Handler = () =>
      ops({ op: "Gateway", id: "g", name: "g", displayName: "g", opts: { url: silent.url, method: "GET" } });
    const { runtime, storage, start } = await openShop([{ name: "fetch", handle: fetching }], { clock });
    const runId = await start("test/fetch");
    await silent.asked;
    await runtime.stop({ graceMs: 0 });
    expect(await storage.runs.items(runId)).toMatchObject([{ kind: "gateway", attempt: 0, isLeased: true }]);
  });
});

describe("stopping", () => {
  it("leaves no timer behind, and may be asked for twice", async () => {
    const clock = createManualClock();
    const { runtime, start } = await openShop(
      [{ name: "sleep", handle: () => ops({ op: "Sleep", id: "z", name: "1h", displayName: "z", opts: {} }) }],
      { clock, settings: { syncRetryMs: 5_000, pollIntervalMs: 5_000 } },
    );
    await start("test/sleep");
    await runtime.idle();
    expect(clock.sleepers).toBe(3);
    await runtime.stop({ graceMs: 30_000 });
    expect(clock.sleepers).toBe(0);
    expect(await runtime.stop({ graceMs: 30_000 })).toEqual({ callsAbandoned: 0 });
  });

  it("in the middle of a sync blames nobody", async () => {
    const { url, asked } = await startSilentServer();
    const { runtime, storage, complaints } = await openShop([], { settings: { appUrls: [url] } });
    await asked;
    await runtime.stop({ graceMs: 0 });
    await storage.close();
    expect(runtime.registry().apps.find((app) => app.url === url)).toMatchObject({ status: "pending", problem: null });
    expect(complaints).toEqual([]);
  });
});
