// What cannot be processed is set aside, once and visibly, and the others go on.
import {
  asJsonText,
  asRunId,
  type JsonObject,
  storageDamaged,
  storageFull,
  storageGone,
  storageUnavailable,
  storageUnsynced,
} from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { openRuntime, openShop } from "./open-runtime.ts";
import { tempFile } from "./temp-file.ts";
import { done, type Handler, ops, stepRun } from "./test-app.ts";
import type { WatchedStorage } from "./watched-storage.ts";

describe("a run that cannot be read", () => {
  it.each(["a bulk cancellation", "a dropped backlog"] as const)("keeps no other from %s", async (what) => {
    const file = tempFile();
    const clock = createManualClock();
    const later = { ts: clock.now() + 3_600_000 };
    const first = await openShop([{ name: "one", handle: () => done() }], { file, clock });
    const [good, bad] = [await first.start("test/one", later), await first.start("test/one", later)];
    const late = await first.start("test/one", later);
    await first.storage.close();
    clock.move(1_000);

    // Not in memory any more: each run is read anew.
    const { runtime, storage, complaints } = await openRuntime({ file, clock });
    storage.damagedRuns.set(bad, new Error("the run's row is damaged"));
    const period = { startedAfter: null, startedBefore: clock.now(), if: null };
    if (what === "a dropped backlog") await runtime.functions.dropBacklog("shop-one");
    else await runtime.cancellations.ask({ functionSlug: "shop-one", ...period });
    await runtime.idle();
    const statuses = await Promise.all([good, bad, late].map(async (id) => (await storage.runs.get(id))?.status));
    expect(statuses).toEqual(["cancelled", "queued", "cancelled"]);
    expect(complaints).toEqual(["run could not be processed with others; passed by"]);
    expect((await storage.queue.setAside({ cursor: null, limit: 10 })).items).toEqual([]);
  });
});

describe("an item that cannot be processed", () => {
  it("is set aside with its reason after one look, and the runs beside it end", async () => {
    const clock = createManualClock();
    const { runtime, storage, start, ended, complaints } = await openShop([{ name: "one", handle: () => done() }], {
      clock,
    });
    const at = clock.now() + 60_000;
    const runs = await Promise.all(Array.from({ length: 5 }, () => start("test/one", { ts: at })));
    const [bad, ...good] = runs;
    if (bad === undefined) throw new Error("there are runs");
    storage.damagedRuns.set(bad, new Error("the run's row is damaged"));
    clock.move(60_000);
    for (const runId of good) expect((await ended(runId)).status).toBe("completed");
    await runtime.idle();
    expect((await storage.queue.setAside({ cursor: null, limit: 10 })).items).toMatchObject([
      { kind: "call", runId: bad, reason: "the run's row is damaged" },
    ]);
    expect(complaints).toEqual(["queue item set aside"]);
    expect(clock.sleepers).toBe(0);
  });

  it("is set aside after its app was called, without calling it again", async () => {
    const { app, runtime, storage, start } = await openShop([
      {
        name: "damage",
        handle: async ({ runId }) => {
          // The run is read anew for the answer, and cannot be.
          storage.damagedRuns.set(runId, new Error("the run's row is damaged"));
          await storage.commit({
            transitions: [
              { guards: [], effects: [{ kind: "updateRun", run: { ...(await runOf(runId)), version: 99 } }] },
            ],
            now: runtime.now(),
            lease: [],
          });
          return ops(stepRun("a", 1));
        },
      },
    ]);
    const runOf = async (runId: string) => {
      const run = await storage.runs.get(asRunId(runId));
      if (run === null) throw new Error("the run is there");
      return run;
    };
    const runId = await start("test/damage");
    await app.called(1);
    await runtime.idle();
    expect((await storage.queue.setAside({ cursor: null, limit: 10 })).items).toMatchObject([{ kind: "call", runId }]);
    expect(app.calls).toHaveLength(1);
  });

  it("gives its place in the lane back", async () => {
    const clock = createManualClock();
    const { runtime, storage, start, ended } = await openShop([{ name: "one", handle: () => done() }], {
      clock,
      settings: { callsPerAppMax: 1 },
    });
    const at = clock.now() + 60_000;
    for (let n = 0; n < 2; n += 1) storage.damagedRuns.set(await start("test/one", { ts: at }), new Error("damaged"));
    const good = await start("test/one", { ts: at + 1 });
    clock.move(60_001);
    expect((await ended(good)).status).toBe("completed");
    await runtime.idle();
    expect(await storage.queue.depth()).toEqual({ due: 0, future: 0, setAside: 2 });
  });

  it("takes the wait with it whose time is up, so that the next start finds its run with nothing to go on", async () => {
    const clock = createManualClock();
    const file = tempFile();
    const wait = {
      op: "WaitForEvent",
      id: "w",
      name: "test/never",
      displayName: "w",
      opts: { event: "test/never", timeout: "1m" },
    };
    let isAsked = false;
    const first = await openShop(
      [{ name: "one", handle: ({ steps }) => (isAsked || "w" in steps ? done() : ops(wait)) }],
      { clock, file },
    );
    const runId = await first.start("test/one");
    await first.runtime.idle();
    // What is in memory is not read: the next boot has to read the run.
    await first.runtime.stop({ graceMs: 0 });
    await first.storage.close();
    const second = await openRuntime({
      clock,
      file,
      prepare: (storage) => {
        storage.damagedRuns.set(runId, new Error("the run's row is damaged"));
      },
    });
    clock.move(60_000);
    await second.runtime.idle();
    expect((await second.storage.queue.setAside({ cursor: null, limit: 10 })).items).toMatchObject([
      { kind: "timeout", runId },
    ]);
    await second.runtime.stop({ graceMs: 0 });
    await second.storage.close();
    isAsked = true;
    const third = await openRuntime({ clock, file });
    expect((await third.ended(runId)).status).toBe("completed");
  });

  it.each([
    storageUnavailable({ reason: "disk I/O error" }),
    storageFull({ reason: "database or disk is full" }),
    storageUnsynced({ reason: "EIO" }),
    storageDamaged({ reason: "database disk image is malformed" }),
    storageGone({}),
  ])("is not what a database in trouble makes of it: the item is looked at again later ($code)", async (trouble) => {
    const clock = createManualClock();
    const { storage, start, ended, complaints } = await openShop([{ name: "one", handle: () => done() }], { clock });
    const runId = await start("test/one", { ts: clock.now() + 60_000 });
    storage.damagedRuns.set(runId, trouble);
    clock.move(60_000);
    for (let look = 1; look <= 3; look += 1) {
      await clock.asleepUntil(clock.now() + 1_000);
      if (look === 3) storage.damagedRuns.clear();
      clock.move(1_000);
    }
    expect((await ended(runId)).status).toBe("completed");
    expect((await storage.queue.depth()).setAside).toBe(0);
    expect(complaints).toEqual(["queue item could not be read; trying again"]);
  });
});

describe("a discovery that was set aside while its run has other work", () => {
  const sleep = (id: string, name: string) => ({ op: "Sleep", id, name, displayName: id, opts: {} });

  /** A run that sleeps for one minute and for two; what its function says after the first cannot be stored. */
  async function setAsideDiscovery() {
    const clock = createManualClock();
    let isDamaged = false;
    const opened = await openShop(
      [
        {
          name: "two",
          async handle({ runId, steps }) {
            if ("long" in steps) return done();
            if (!("short" in steps)) return ops(sleep("short", "1m"), sleep("long", "2m"));
            if (isDamaged) return ops();
            isDamaged = true;
            const run = await opened.storage.runs.get(asRunId(runId));
            if (run === null) throw new Error("the run is there");
            opened.storage.damagedRuns.set(runId, new Error("the run's row is damaged"));
            // So that it is read anew.
            const changed = { ...run, version: run.version + 1 };
            await opened.storage.commit({
              transitions: [{ guards: [], effects: [{ kind: "updateRun", run: changed }] }],
              now: opened.runtime.now(),
              lease: [],
            });
            return ops();
          },
        },
      ],
      { clock },
    );
    const runId = await opened.start("test/two");
    await opened.runtime.idle();
    clock.move(60_000);
    await opened.app.called(2);
    await opened.runtime.idle();
    opened.storage.damagedRuns.clear();
    const [item] = (await opened.storage.queue.setAside({ cursor: null, limit: 10 })).items;
    if (item === undefined) throw new Error("it was set aside");
    return { ...opened, clock, runId, itemId: item.id };
  }

  it("is replaced when that work is done, so that the run goes on without a restart", async () => {
    const { clock, app, storage, ended, runId } = await setAsideDiscovery();
    clock.move(60_000);
    expect((await ended(runId)).status).toBe("completed");
    expect(app.calls).toHaveLength(3);
    expect((await storage.queue.depth()).setAside).toBe(0);
  });

  it("is not doubled when somebody has it tried again before", async () => {
    const { clock, runtime, app, ended, runId, itemId } = await setAsideDiscovery();
    await Promise.all([runtime.retryItem(itemId), Promise.resolve(clock.move(60_000))]);
    expect((await ended(runId)).status).toBe("completed");
    await runtime.idle();
    expect(app.calls.length).toBeLessThan(5);
    await expect(runtime.retryItem(itemId)).rejects.toMatchObject({ code: "QUEUE_ITEM_NOT_FOUND" });
  });
});

describe("an item that was set aside", () => {
  async function setAsideOne(flow: JsonObject = {}) {
    const clock = createManualClock();
    const opened = await openShop([{ name: "one", flow, handle: () => done() }], { clock });
    const runId = await opened.start("test/one", { ts: clock.now() + 60_000, data: { key: "a" } });
    opened.storage.damagedRuns.set(runId, new Error("the run's row is damaged"));
    clock.move(60_000);
    await opened.runtime.idle();
    const [item] = (await opened.storage.queue.setAside({ cursor: null, limit: 10 })).items;
    if (item === undefined) throw new Error("it was set aside");
    return { ...opened, runId, itemId: item.id };
  }

  it("is tried again when somebody asks for it, and its run ends", async () => {
    const { runtime, storage, app, ended, runId, itemId } = await setAsideOne({ concurrency: [{ limit: 1 }] });
    storage.damagedRuns.clear();
    await runtime.retryItem(itemId);
    expect((await ended(runId)).status).toBe("completed");
    expect(app.calls.map((call) => call.attempt)).toEqual([0]);
    expect((await storage.queue.depth()).setAside).toBe(0);
    await expect(runtime.retryItem(itemId)).rejects.toMatchObject({ code: "QUEUE_ITEM_NOT_FOUND", status: 404 });
  });

  it("is set aside again while the reason is still there", async () => {
    const { runtime, storage, itemId } = await setAsideOne();
    await runtime.retryItem(itemId);
    await runtime.idle();
    expect((await storage.queue.setAside({ cursor: null, limit: 10 })).items).toMatchObject([
      { id: itemId, reason: "the run's row is damaged" },
    ]);
  });

  it("is forgotten when its run has been cancelled meanwhile", async () => {
    const { runtime, storage, app, runId, itemId } = await setAsideOne();
    storage.damagedRuns.clear();
    await runtime.cancelRun(runId);
    await runtime.retryItem(itemId);
    await runtime.idle();
    expect(await storage.queue.depth()).toEqual({ due: 0, future: 0, setAside: 0 });
    expect(app.calls).toHaveLength(0);
  });

  it("is tried once by two who ask at the same time", async () => {
    const { runtime, storage, app, ended, runId, itemId } = await setAsideOne();
    storage.damagedRuns.clear();
    const asked = await Promise.allSettled([runtime.retryItem(itemId), runtime.retryItem(itemId)]);
    expect(asked.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect((await ended(runId)).status).toBe("completed");
    expect(app.calls).toHaveLength(1);
  });
});

describe("rows that somebody has damaged", () => {
  it("a result that is no JSON sets its run's work aside, and nobody is called with it", async () => {
    const file = tempFile();
    const clock = createManualClock();
    const sleep = { op: "Sleep", id: "z", name: "1h", displayName: "z", opts: {} };
    const handle: Handler = ({ steps }) => ("a" in steps ? ops(sleep) : ops(stepRun("a", 1)));
    const first = await openShop([{ name: "two", handle }], { clock, file });
    const runId = await first.start("test/two");
    await first.runtime.idle();
    await first.runtime.stop({ graceMs: 0 });
    await first.storage.close();

    const second = await openRuntime({ clock, file, prepare: damageResults });
    const calls = first.app.calls.length;
    clock.move(3_600_000);
    await second.runtime.idle();
    expect((await second.storage.queue.setAside({ cursor: null, limit: 10 })).items).toMatchObject([
      { runId, reason: `the result of step a of run ${runId} is damaged: it is no JSON` },
    ]);
    expect(first.app.calls).toHaveLength(calls);
  });

  it("a lease that the store cannot give does not keep anything from being written", async () => {
    const opened = await openShop([{ name: "one", handle: () => done() }]);
    const { storage, send, complaints } = opened;
    const commit = storage.commit.bind(storage);
    storage.commit = async (batch) => {
      if (batch.lease.length > 0) throw new Error("a row that nobody can read");
      return commit(batch);
    };
    await send("test/one");
    expect(complaints).toContain("nothing could be leased; writing what there is to write");
    expect((await storage.events.list({ name: "test/one" }, { cursor: null, limit: 10 })).items).toHaveLength(1);
  });
});

function damageResults(storage: WatchedStorage): void {
  const load = storage.runs.load.bind(storage.runs);
  storage.runs.load = async (runId) => {
    const loaded = await load(runId);
    if (loaded === null) return null;
    return { ...loaded, steps: loaded.steps.map((step) => ({ ...step, memo: asJsonText('{"data":') })) };
  };
}
