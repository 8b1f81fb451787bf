// Group commit, and what happens while the disk is full.
import { nullJson } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { incoming, openShop } from "./open-runtime.ts";
import { done, type Handler, ops, stepRun } from "./test-app.ts";

/** Sleeps for a minute. */
const sleeping: Handler = ({ steps }) =>
  "z" in steps ? done() : ops({ op: "Sleep", id: "z", name: "1m", displayName: "z", opts: {} });

describe("transitions of one moment", () => {
  it("share a commit: 64 events at once, with the runs they start", async () => {
    const { storage, send, runtime } = await openShop([{ name: "one", handle: () => done() }]);
    const before = storage.commits.length;
    const ids = await Promise.all(Array.from({ length: 64 }, () => send("test/one")));
    expect(storage.commits.slice(before)).toEqual([64]);
    expect(new Set(ids).size).toBe(64);
    await runtime.idle();
    expect((await storage.runs.countByStatus()).completed).toBe(64);
    // Each run is started, marked as running and ended; alone that would be 192 commits.
    expect(storage.commits.length - before).toBeLessThan(100);
  });

  it("are split over commits that do not hold up the process for long", async () => {
    const { storage, send } = await openShop([]);
    const before = storage.commits.length;
    await Promise.all(Array.from({ length: 200 }, () => send("test/nobody")));
    expect(storage.commits.slice(before)).toEqual([64, 64, 64, 8]);
  });
});

describe("while the disk is full", () => {
  it("events are refused with 503, and nothing of them is stored", async () => {
    const { storage, send, runtime } = await openShop([{ name: "one", handle: () => done() }]);
    storage.isFull = true;
    await expect(send("test/one")).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE", status: 503, retryable: true });
    await expect(runtime.sendSignal("none", nullJson)).resolves.toBeNull();
    storage.isFull = false;
    await runtime.idle();
    expect(await storage.runs.countByStatus()).toMatchObject({ queued: 0, completed: 0 });
  });

  it("what apps have answered is kept and committed later, and nobody is called twice for it", async () => {
    const clock = createManualClock();
    const full: Handler = ({ steps }) => {
      storage.isFull = true;
      return "a" in steps ? done("end") : ops(stepRun("a", 1));
    };
    const opened = await openShop([{ name: "full", handle: full }], { clock });
    const { storage, app, start, ended } = opened;
    const runId = await start("test/full");
    for (const calls of [1, 2]) {
      await app.called(calls);
      // Refused, and resting until it is tried again.
      await clock.asleepUntil(clock.now() + 1_000);
      expect(storage.refusals).toBeGreaterThan(0);
      clock.move(1_000);
      await clock.asleepUntil(clock.now() + 1_000);
      storage.isFull = false;
      clock.move(1_000);
    }
    expect(await ended(runId)).toMatchObject({ status: "completed", output: '"end"' });
    expect(app.calls).toHaveLength(2);
    expect(opened.complaints.filter((text) => text.includes("refuses writes"))).toHaveLength(2);
  });

  it("work that is due waits without asking over and over", async () => {
    const clock = createManualClock();
    const { storage, start, ended, runtime } = await openShop([{ name: "sleep", handle: sleeping }], { clock });
    const runId = await start("test/sleep");
    await runtime.idle();
    storage.isFull = true;
    clock.move(60_000);
    for (let tries = 1; tries <= 5; tries += 1) {
      await clock.asleepUntil(clock.now() + 1_000);
      expect(storage.refusals).toBe(tries);
      if (tries === 5) storage.isFull = false;
      clock.move(1_000);
    }
    expect((await ended(runId)).status).toBe("completed");
  });

  it("work that was due is asked for at its time when the clock is set back while the database refuses", async () => {
    const clock = createManualClock();
    const { storage, start, ended, runtime } = await openShop([{ name: "sleep", handle: sleeping }], { clock });
    const runId = await start("test/sleep");
    await runtime.idle();
    const dueAt = clock.now() + 60_000;
    storage.beforeCommit = () => {
      clock.move(-30_000);
      storage.isFull = true;
      storage.beforeCommit = () => Promise.resolve();
      return Promise.resolve();
    };
    clock.move(60_000);
    await clock.asleepUntil(dueAt);
    expect(storage.refusals).toBe(1);
    storage.isFull = false;
    clock.move(30_000);
    expect((await ended(runId)).status).toBe("completed");
  });

  it("those who wait for an answer get one, those who come meanwhile get a try of their own", async () => {
    const clock = createManualClock();
    const { storage, start, send, runtime, app, ended } = await openShop([{ name: "one", handle: () => done() }], {
      clock,
    });
    const over = await start("test/one");
    await ended(over);
    const later = await start("test/one", { ts: clock.now() + 3_600_000 });
    storage.isFull = true;
    const refused = { code: "STORAGE_UNAVAILABLE" };
    await expect(runtime.cancelRun(later)).rejects.toMatchObject(refused);
    await expect(runtime.rerun(over)).rejects.toMatchObject(refused);
    await expect(runtime.invoke("shop-one", incoming("x"))).rejects.toMatchObject(refused);
    const many = await Promise.allSettled(Array.from({ length: 100 }, () => send("test/nobody")));
    expect(many.every((one) => one.status === "rejected")).toBe(true);
    storage.isFull = false;
    expect(await runtime.cancelRun(later)).toBe(true);
    expect(app.calls).toHaveLength(1);
  });

  it("stopping gives up what was kept; the next boot asks the app again", async () => {
    const clock = createManualClock();
    const { storage, app, start, runtime } = await openShop(
      [
        {
          name: "full",
          handle: () => {
            storage.isFull = true;
            return done();
          },
        },
      ],
      { clock },
    );
    const runId = await start("test/full");
    await app.called(1);
    await clock.asleepUntil(clock.now() + 1_000);
    await runtime.stop({ graceMs: 0 });
    expect((await storage.runs.get(runId))?.status).not.toBe("completed");
    expect(await storage.runs.items(runId)).toMatchObject([{ kind: "call", isLeased: true }]);
  });
});
