// Singleton: one run at a time.
import type { JsonObject, RunId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { fateOf, holdCalls, invokeOnce, sleepOnce, statusesOf } from "./flow.ts";
import { createManualClock } from "./manual-clock.ts";
import { incoming, openShop } from "./open-runtime.ts";
import { done, type Handler, type TestFunction } from "./test-app.ts";

async function openSingleton(singleton: JsonObject, handle: Handler, more: readonly TestFunction[] = []) {
  const clock = createManualClock();
  const fn = { name: "fn", flow: { singleton }, retries: 0, handle };
  return { clock, ...(await openShop([fn, ...more], { clock })) };
}

const skip = { mode: "skip" };
const cancel = { mode: "cancel" };

describe("a singleton that skips", () => {
  it("starts nothing while its run is called, and starts again when that has ended", async () => {
    const held = holdCalls();
    const { start, storage, runtime, app } = await openSingleton(skip, held.handle);
    const holder = await start("test/fn");
    await held.hanging(1);
    const skipped = await start("test/fn");
    const another = await start("test/fn");
    expect(await statusesOf(storage, [holder, skipped, another])).toEqual(["running", "skipped", "skipped"]);
    expect((await storage.runs.get(skipped))?.error).toBe(`{"reason":{"kind":"singleton","runId":"${holder}"}}`);
    held.letGo();
    await runtime.idle();
    const next = await start("test/fn");
    await runtime.idle();
    expect(await statusesOf(storage, [holder, next])).toEqual(["completed", "completed"]);
    expect(app.calls).toHaveLength(2);
  });

  it("starts nothing while its run sleeps, or waits for its time", async () => {
    const { clock, start, storage, runtime } = await openSingleton(skip, sleepOnce("1h"));
    const later = await start("test/fn", { ts: clock.now() + 60_000 });
    const early = await start("test/fn");
    clock.move(60_000);
    await runtime.idle();
    const meanwhile = await start("test/fn");
    expect(await statusesOf(storage, [later, early, meanwhile])).toEqual(["running", "skipped", "skipped"]);
    clock.move(3_600_000);
    await runtime.idle();
    const after = await start("test/fn");
    expect(await statusesOf(storage, [later, after])).toEqual(["completed", "queued"]);
  });

  it("makes one run of 50 events of one request", async () => {
    const { runtime, storage, app } = await openSingleton(skip, () => done());
    await runtime.ingest(
      Array.from({ length: 50 }, () => incoming("test/fn")),
      { seed: null },
    );
    await runtime.idle();
    expect(app.calls).toHaveLength(1);
    expect(await storage.runs.countByStatus()).toMatchObject({ completed: 1, skipped: 49 });
  });

  it("is one per key, and none for events without one", async () => {
    const held = holdCalls();
    const { start, storage } = await openSingleton({ ...skip, key: "event.data.user" }, held.handle);
    const runIds: RunId[] = [];
    for (const data of [{ user: "a" }, { user: "b" }, { user: "a" }, {}, {}])
      runIds.push(await start("test/fn", { data }));
    expect((await statusesOf(storage, runIds)).map((status) => status === "skipped")).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
    held.letGo();
  });

  it("frees its lock whatever ends the run", async () => {
    const failing = { status: 400, body: {}, headers: { "x-inngest-no-retry": "true" } };
    const { start, storage, runtime } = await openSingleton(skip, (call) =>
      call.data["fails"] === true ? failing : sleepOnce("1h")(call),
    );
    const failed = await start("test/fn", { data: { fails: true } });
    await runtime.idle();
    const cancelled = await start("test/fn");
    await runtime.idle();
    await runtime.cancelRun(cancelled);
    const last = await start("test/fn");
    await runtime.idle();
    expect(await statusesOf(storage, [failed, cancelled, last])).toEqual(["failed", "cancelled", "running"]);
  });

  it("binds crons", async () => {
    const clock = createManualClock();
    const { runtime, storage } = await openShop(
      [{ name: "tick", triggers: [{ cron: "* * * * *" }], flow: { singleton: skip }, handle: sleepOnce("150s") }],
      { clock },
    );
    await runtime.idle();
    for (let n = 0; n < 10; n += 1) {
      clock.move(30_000);
      await runtime.idle();
    }
    const { items } = await storage.runs.list({}, { cursor: null, limit: 10 });
    expect(items.map((run) => run.status).toReversed()).toEqual([
      "completed",
      "skipped",
      "skipped",
      "running",
      "skipped",
    ]);
  });
});

describe("a singleton that cancels", () => {
  it("ends the run in flight, whose answer then counts for nothing, and starts the new one", async () => {
    const held = holdCalls();
    const { start, storage, runtime } = await openSingleton(cancel, held.handle, [
      {
        name: "listener",
        triggers: [{ event: "inngest/function.cancelled" }],
        handle: () => done(),
      },
    ]);
    const first = await start("test/fn");
    await held.hanging(1);
    const ended = runtime.waitForRun(first);
    const second = await start("test/fn");
    // Whoever waits for it hears of it, though nobody decided about it in its mailbox.
    expect(await ended).toMatchObject({
      status: "cancelled",
      error: `{"reason":{"kind":"singleton","runId":"${second}"}}`,
    });
    await held.hanging(2);
    held.answer(done("late"), first);
    held.answer(done("in time"), second);
    await runtime.idle();
    expect(await storage.runs.get(first)).toMatchObject({ status: "cancelled", output: null });
    expect(await storage.runs.get(second)).toMatchObject({ status: "completed", output: '"in time"' });
    const { items } = await storage.runs.list(
      { triggerName: "inngest/function.cancelled" },
      { cursor: null, limit: 9 },
    );
    expect(items.map((run) => run.status)).toEqual(["completed"]);
  });

  it("ends the run that sleeps, which never wakes", async () => {
    const { clock, start, storage, runtime, app } = await openSingleton(cancel, sleepOnce("1h"));
    const first = await start("test/fn");
    await runtime.idle();
    const second = await start("test/fn");
    await runtime.idle();
    expect(await statusesOf(storage, [first, second])).toEqual(["cancelled", "running"]);
    clock.move(3_600_000);
    await runtime.idle();
    expect(await statusesOf(storage, [first, second])).toEqual(["cancelled", "completed"]);
    expect(app.calls).toHaveLength(3);
    expect(await storage.runs.items(first)).toEqual([]);
  });

  it("leaves the last of 50 events of one request", async () => {
    const { runtime, storage, app } = await openSingleton(cancel, () => done());
    const ids = await runtime.ingest(
      Array.from({ length: 50 }, () => incoming("test/fn")),
      { seed: null },
    );
    await runtime.idle();
    expect(app.calls).toHaveLength(1);
    const fates = await Promise.all(ids.map((id) => fateOf({ storage }, id)));
    expect(fates).toEqual(ids.map((_, at) => [at === 49 ? "run completed" : "run cancelled"]));
  });

  it("gives the slots of the cancelled run to the new one", async () => {
    const held = holdCalls();
    const clock = createManualClock();
    const flow = { singleton: cancel, concurrency: { step: [{ limit: 1 }], fn: [{ limit: 1 }] } };
    const { start, storage, runtime } = await openShop([{ name: "fn", flow, handle: held.handle }], { clock });
    const runIds: RunId[] = [];
    for (let n = 1; n <= 4; n += 1) {
      runIds.push(await start("test/fn"));
      await held.hanging(n);
    }
    held.letGo();
    await runtime.idle();
    expect(await statusesOf(storage, runIds)).toEqual(["cancelled", "cancelled", "cancelled", "completed"]);
  });

  it("tells the step that invoked the run whose place is taken", async () => {
    const caller = { name: "caller", handle: invokeOnce("shop-fn") };
    const { start, runtime, ended } = await openSingleton(cancel, sleepOnce("1h"), [caller]);
    const runId = await start("test/caller");
    await runtime.idle();
    await start("test/fn");
    expect((await ended(runId)).output).toContain("The invoked function was cancelled.");
  });
});
