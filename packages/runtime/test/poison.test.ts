// What cannot be processed is set aside, once and visibly, and the others go on.
import { asRunId, storageDamaged, storageFull, storageGone, storageUnavailable } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { openShop } from "./open-runtime.ts";
import { done, ops, stepRun } from "./test-app.ts";

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
    expect(await storage.queue.setAside(10)).toMatchObject([
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
    expect(await storage.queue.setAside(10)).toMatchObject([{ kind: "call", runId }]);
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

  it.each([
    storageUnavailable({ reason: "disk I/O error" }),
    storageFull({ reason: "database or disk is full" }),
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
