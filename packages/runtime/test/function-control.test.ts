// Functions as a whole: paused and resumed, their backlog dropped or moved.
import { appIdOf, storageUnavailable, storageUnsynced } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { addApp, openRuntime, openShop } from "./open-runtime.ts";
import { tempFile } from "./temp-file.ts";
import { type AppAnswer, done, type Handler, ops, stepRun } from "./test-app.ts";

const slug = (name: string) => `shop-${name}`;

describe("a paused function", () => {
  it("lets a call in flight end, makes no other, and goes on where it was when it is resumed", async () => {
    const first = Promise.withResolvers<AppAnswer>();
    const handle: Handler = ({ steps }) => ("a" in steps ? done("whole") : first.promise);
    const { app, runtime, start, ended, storage } = await openShop([{ name: "two", retries: 0, handle }]);
    const runId = await start("test/two");
    await app.called(1);
    await runtime.functions.pause(slug("two"));
    first.resolve(ops(stepRun("a", 1)));
    await runtime.idle();
    expect((await storage.runs.steps(runId)).map((step) => step.id)).toEqual(["a"]);
    expect(app.calls).toHaveLength(1);
    expect(await storage.runs.items(runId)).toMatchObject([{ kind: "call", attempt: 0, isLeased: false }]);

    await runtime.functions.resume(slug("two"));
    expect(await ended(runId)).toMatchObject({ status: "completed", output: '"whole"' });
  });

  it("skips new runs, with the reason, and calls nobody for them", async () => {
    const { app, runtime, start, storage } = await openShop([{ name: "one", handle: () => done() }]);
    await runtime.functions.pause(slug("one"));
    const runId = await start("test/one");
    await runtime.idle();
    expect(await storage.runs.get(runId)).toMatchObject({
      status: "skipped",
      error: '{"reason":{"kind":"functionPaused"}}',
    });
    expect(await storage.runs.items(runId)).toEqual([]);
    await runtime.functions.resume(slug("one"));
    expect((await storage.runs.get(runId))?.status).toBe("skipped");
    expect(app.calls).toHaveLength(0);
  });

  it("lets sleeps end and runs be cancelled, and holds up no other function of its app", async () => {
    const clock = createManualClock();
    const sleeping: Handler = ({ steps }) =>
      "z" in steps ? done() : ops({ op: "Sleep", id: "z", name: "1h", displayName: "z", opts: {} });
    const { app, runtime, start, ended, storage } = await openShop(
      [
        { name: "sleep", handle: sleeping },
        { name: "other", handle: () => done() },
      ],
      { clock },
    );
    const [slept, cancelled] = await Promise.all([start("test/sleep"), start("test/sleep")]);
    await runtime.idle();
    await runtime.functions.pause(slug("sleep"));
    clock.move(3_600_000);
    await runtime.idle();
    expect((await storage.runs.steps(slept)).map((step) => step.id)).toEqual(["z"]);
    expect(app.calls).toHaveLength(2);
    expect((await ended(await start("test/other"))).status).toBe("completed");
    expect(await runtime.cancelRun(cancelled)).toBe(true);
    await runtime.functions.resume(slug("sleep"));
    expect((await ended(slept)).status).toBe("completed");
    expect((await ended(cancelled)).status).toBe("cancelled");
  });

  it("stays paused over a restart and a sync of its app", async () => {
    const file = tempFile();
    const opened = await openRuntime({ file });
    const app = await addApp(opened, "shop", [{ name: "one", handle: () => done() }]);
    await opened.runtime.functions.pause(slug("one"));
    await opened.runtime.functions.pause(slug("one"));
    await opened.storage.close();

    const again = await openRuntime({ file });
    app.registersAt(again.runtime);
    await again.runtime.apps.add(app.url);
    expect((await again.storage.runs.get(await again.start("test/one")))?.status).toBe("skipped");
    await again.runtime.functions.resume(slug("one"));
    expect((await again.ended(await again.start("test/one"))).status).toBe("completed");
  });

  it("stays paused when a deployment leaves it out and a later one, elsewhere, brings it back", async () => {
    const opened = await openRuntime();
    const { runtime, storage, start } = opened;
    const app = await addApp(opened, "shop", [{ name: "one", handle: () => done() }]);
    await runtime.functions.pause(slug("one"));
    const [before] = runtime.registry().functions;
    const without = await addApp(opened, "shop", [{ name: "two", handle: () => done() }]);
    expect(runtime.registry().functions.map((fn) => fn.slug)).toEqual([slug("two")]);
    await without.close();
    await addApp(opened, "shop", [{ name: "one", handle: () => done() }]);
    const [after] = runtime.registry().functions;
    expect(after).toMatchObject({ id: before?.id, pausedAt: before?.pausedAt, archivedAt: null });
    expect((await storage.runs.get(await start("test/one")))?.status).toBe("skipped");
    expect(app.calls).toHaveLength(0);
  });

  it("that is not there is a sentence", async () => {
    const { runtime } = await openShop([]);
    await expect(runtime.functions.pause("shop-none")).rejects.toMatchObject({ code: "FUNCTION_NOT_FOUND" });
  });
});

describe("a store that may have kept what it refused", () => {
  it("is not told to be in order because memory knows of nothing to change", async () => {
    const { runtime, storage } = await openShop([{ name: "one", handle: () => done() }]);
    const commit = storage.commit.bind(storage);
    storage.commit = async (batch) => {
      // The disk fails to sync what is written already, and nothing more is written.
      storage.commit = () => Promise.reject(storageUnsynced({ reason: "EIO" }));
      await commit(batch);
      throw storageUnsynced({ reason: "EIO" });
    };
    const refused = { code: "STORAGE_UNSYNCED" };
    await expect(runtime.functions.pause(slug("one"))).rejects.toMatchObject(refused);
    await expect(runtime.functions.resume(slug("one"))).rejects.toMatchObject(refused);
    storage.commit = commit;
    await runtime.functions.resume(slug("one"));
    const { functions } = await storage.registry.load();
    expect(functions.map((fn) => fn.pausedAt)).toEqual([null]);
  });

  it("is resumed in the store, too, when nobody could read that it was paused", async () => {
    const shop = await openShop([{ name: "one", handle: () => done() }]);
    const { runtime, storage } = shop;
    const { load } = storage.registry;
    const unreadable = { ...storage.registry, load: () => Promise.reject(storageUnavailable({ reason: "locked" })) };
    const refused = { code: "STORAGE_UNAVAILABLE" };
    Object.assign(storage, { registry: unreadable });
    await expect(runtime.functions.pause(slug("one"))).rejects.toMatchObject(refused);
    await expect(runtime.apps.pause(appIdOf("shop"))).rejects.toMatchObject(refused);
    Object.assign(storage, { registry: { ...unreadable, load } });
    await runtime.functions.resume(slug("one"));
    await runtime.apps.resume(appIdOf("shop"));
    const { apps, functions } = await load();
    expect([...apps, ...functions].map(({ pausedAt }) => pausedAt)).toEqual([null, null]);
  });
});

describe("a backlog", () => {
  const hang = () => {
    const released = Promise.withResolvers<AppAnswer>();
    return { handle: () => released.promise, release: () => released.resolve(done()) };
  };

  it("is dropped: what has not started is cancelled, what has goes on, what comes later stays", async () => {
    const { handle, release } = hang();
    const { app, runtime, start, ended } = await openShop([{ name: "slow", handle }], {
      settings: { callsPerAppMax: 1 },
    });
    const going = await start("test/slow");
    await app.called(1);
    const waiting = await Promise.all(Array.from({ length: 250 }, () => start("test/slow")));
    await runtime.functions.dropBacklog(slug("slow"));
    const dropped = await Promise.all(waiting.map(ended));
    expect(new Set(dropped.map((run) => `${run.status} ${run.error}`))).toEqual(
      new Set(['cancelled {"reason":{"kind":"backlogDropped"}}']),
    );
    const later = await start("test/slow");
    release();
    expect((await ended(going)).status).toBe("completed");
    expect((await ended(later)).status).toBe("completed");
    expect(app.calls).toHaveLength(2);
  });

  it("of a function that nobody knows is refused to whoever waits, as everything is", async () => {
    const { runtime } = await openRuntime();
    const asked = [
      () => runtime.functions.dropBacklog("shop-none"),
      () => runtime.functions.moveBacklog("shop-none", "shop-none"),
    ].map((ask) => ask());
    const refused = await Promise.allSettled(asked);
    expect(refused).toMatchObject(asked.map(() => ({ reason: { code: "FUNCTION_NOT_FOUND" } })));
  });

  it("is moved: another function gets the runs with their events, under its own limits", async () => {
    const { handle, release } = hang();
    const { app, runtime, start, ended, storage } = await openShop([
      { name: "old", handle, flow: { concurrency: 1 } },
      { name: "new", triggers: [], handle: ({ data }) => done(data), flow: { concurrency: 2 } },
    ]);
    const going = await start("test/old", { data: { n: 0 } });
    await app.called(1);
    const waiting = await Promise.all([1, 2, 3].map((n) => start("test/old", { data: { n } })));
    expect(await storage.runs.items(waiting[0] ?? going)).toMatchObject([{ waitsFor: { kind: "gate" } }]);
    await runtime.functions.moveBacklog(slug("old"), slug("new"));
    const moved = await Promise.all(waiting.map(ended));
    expect(moved.map((run) => [run.functionSlug, run.status, run.output])).toEqual(
      [1, 2, 3].map((n) => ["shop-new", "completed", `{"n":${n}}`]),
    );
    release();
    expect(await ended(going)).toMatchObject({ functionSlug: "shop-old", status: "completed" });
  });

  it("is moved without starting what is to start later", async () => {
    const clock = createManualClock();
    const { app, runtime, start, ended } = await openShop(
      [
        { name: "old", handle: () => done() },
        { name: "new", triggers: [], handle: () => done() },
      ],
      { clock },
    );
    const later = await start("test/old", { ts: clock.now() + 60_000 });
    await runtime.functions.moveBacklog(slug("old"), slug("new"));
    await runtime.idle();
    expect(app.calls).toHaveLength(0);
    clock.move(60_000);
    expect(await ended(later)).toMatchObject({ functionSlug: "shop-new", status: "completed" });
  });
});
