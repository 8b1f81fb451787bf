// Throttle, rate limit, idempotency and priority: which starts go, and when.
import type { EventId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { callsOf, fateOf, holdCalls, statusesOf } from "./flow.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { openShop, type OpenRuntime } from "./open-runtime.ts";
import { done, ops, stepRun, type TestFunction } from "./test-app.ts";

const second = 1_000;

async function openOne(fn: Omit<TestFunction, "name" | "handle"> & Partial<TestFunction>, clock: ManualClock) {
  return openShop([{ name: "fn", handle: () => done(), ...fn }], { clock });
}

async function sendMany({ send }: OpenRuntime, fields: readonly object[]): Promise<readonly EventId[]> {
  const ids: EventId[] = [];
  for (const one of fields) ids.push(await send("test/fn", { ...one }));
  return ids;
}

function fates(opened: OpenRuntime, ids: readonly EventId[]): Promise<readonly (readonly string[])[]> {
  return Promise.all(ids.map((id) => fateOf(opened, id)));
}

/** Moves the clock second by second and says how many calls there are after each. */
async function callsBySecond(opened: Awaited<ReturnType<typeof openOne>>, clock: ManualClock, seconds: number) {
  const counts = [opened.app.calls.length];
  for (let n = 0; n < seconds; n += 1) {
    clock.move(second);
    await opened.runtime.idle();
    counts.push(opened.app.calls.length);
  }
  return counts;
}

describe("a throttle", () => {
  it.each([
    [{ limit: 1, period: "5s" }, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3]],
    [{ limit: 1, period: "5s", burst: 1 }, [2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4]],
    [{ limit: 2, period: "4s" }, [2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 6]],
  ])("of %o drops nothing: so many have started after each second: %o", async (throttle, expected) => {
    const clock = createManualClock();
    const opened = await openOne({ flow: { throttle } }, clock);
    const ids = await sendMany(
      opened,
      Array.from({ length: 6 }, () => ({})),
    );
    await opened.runtime.idle();
    expect(await callsBySecond(opened, clock, 10)).toEqual(expected);
    await callsBySecond(opened, clock, 15);
    expect(await fates(opened, ids)).toEqual(ids.map(() => ["run completed"]));
  });

  it("delays starts only: the steps of a run that has started are free", async () => {
    const clock = createManualClock();
    const opened = await openOne(
      {
        flow: { throttle: { limit: 1, period: "1h" } },
        handle: ({ steps }) => ("b" in steps ? done() : ops(stepRun("a" in steps ? "b" : "a", 1))),
      },
      clock,
    );
    const runId = await opened.start("test/fn");
    expect((await opened.ended(runId)).status).toBe("completed");
    expect(opened.app.calls).toHaveLength(3);
  });

  it("paces each key for itself, and all without one together", async () => {
    const clock = createManualClock();
    const opened = await openOne({ flow: { throttle: { limit: 1, period: "10s", key: "event.data.user" } } }, clock);
    await sendMany(
      opened,
      [{ user: "a" }, { user: "b" }, { user: "a" }, {}, {}].map((data) => ({ data })),
    );
    await opened.runtime.idle();
    expect(opened.app.calls.map((call) => call.data["user"] ?? null)).toEqual(["a", "b", null]);
    clock.move(10 * second);
    await opened.runtime.idle();
    expect(opened.app.calls).toHaveLength(5);
  });

  it("is not charged by a start that waits for a slot", async () => {
    const clock = createManualClock();
    const held = holdCalls();
    const flow = {
      throttle: { limit: 1, period: "10s", burst: 1 },
      concurrency: { limit: 1, key: "event.data.user" },
    };
    const opened = await openOne({ flow, handle: held.handle }, clock);
    for (const user of ["a", "a", "b"]) await opened.send("test/fn", { data: { user } });
    await held.hanging(2);
    expect(held.inFlight.map((call) => call.data["user"])).toEqual(["a", "b"]);
    held.letGo();
    await opened.runtime.idle();
    expect(opened.app.calls).toHaveLength(2);
    clock.move(10 * second);
    await opened.runtime.idle();
    expect(opened.app.calls).toHaveLength(3);
  });
});

describe("a rate limit", () => {
  it("drops what is over it, without a run and with a record", async () => {
    const clock = createManualClock();
    const opened = await openOne({ flow: { rateLimit: { limit: 20, period: "60s" } } }, clock);
    const ids = await sendMany(
      opened,
      Array.from({ length: 5 }, () => ({})),
    );
    await opened.runtime.idle();
    expect(await fates(opened, ids)).toEqual([
      ["run completed"],
      ["run completed"],
      ["run completed"],
      ["drop rateLimited"],
      ["drop rateLimited"],
    ]);
    clock.move(3 * second);
    const [next] = await sendMany(opened, [{}]);
    await opened.runtime.idle();
    expect(next === undefined ? null : await fateOf(opened, next)).toEqual(["run completed"]);
  });

  it("holds for an event of the future when it comes, not when it starts", async () => {
    const clock = createManualClock();
    const opened = await openOne({ flow: { rateLimit: { limit: 1, period: "10s" } } }, clock);
    const later = { ts: clock.now() + 60 * second };
    const ids = await sendMany(opened, [later, {}]);
    await opened.runtime.idle();
    expect(await fates(opened, ids)).toEqual([["run queued"], ["drop rateLimited"]]);
    clock.move(60 * second);
    const [now] = await sendMany(opened, [{}]);
    await opened.runtime.idle();
    expect(await fates(opened, [...ids, ...(now === undefined ? [] : [now])])).toEqual([
      ["run completed"],
      ["drop rateLimited"],
      ["run completed"],
    ]);
  });

  it("holds for crons", async () => {
    const clock = createManualClock();
    const opened = await openOne(
      { triggers: [{ cron: "* * * * *" }], flow: { rateLimit: { limit: 1, period: "150s" } } },
      clock,
    );
    await opened.runtime.idle();
    for (let minute = 0; minute < 6; minute += 1) {
      clock.move(60 * second);
      await opened.runtime.idle();
    }
    // Ticks 1 and 4; the others come too early.
    expect(opened.app.calls).toHaveLength(2);
    const { items } = await opened.storage.runs.list({}, { cursor: null, limit: 10 });
    expect(items.map((run) => run.status)).toEqual(["completed", "completed"]);
  });

  it("lets one function be limited and another not by the same event", async () => {
    const clock = createManualClock();
    const triggers = [{ event: "test/fn" }];
    const opened = await openShop(
      [
        { name: "fn", triggers, flow: { rateLimit: { limit: 1, period: "60s" } }, handle: () => done() },
        { name: "free", triggers, handle: () => done() },
      ],
      { clock },
    );
    const ids = await sendMany(opened, [{}, {}]);
    await opened.runtime.idle();
    expect(await fates(opened, ids)).toEqual([
      ["run completed", "run completed"],
      ["run completed", "drop rateLimited"],
    ]);
  });
});

describe("idempotency", () => {
  it("starts one run per value in 24 hours, also when the first has ended, and none is kept without a value", async () => {
    const clock = createManualClock();
    const opened = await openOne({ flow: { idempotency: "event.data.order" } }, clock);
    const order = { data: { order: 1 } };
    const ids = await sendMany(opened, [order, order, { data: { order: 2 } }, {}, {}]);
    await opened.runtime.idle();
    const [again] = await sendMany(opened, [order]);
    clock.move(24 * 3_600 * second);
    const [nextDay] = await sendMany(opened, [order]);
    await opened.runtime.idle();
    const all = [...ids, again, nextDay].filter((id) => id !== undefined);
    expect(await fates(opened, all)).toEqual([
      ["run completed"],
      ["drop idempotent"],
      ["run completed"],
      ["run completed"],
      ["run completed"],
      ["drop idempotent"],
      ["run completed"],
    ]);
  });
});

describe("an event id", () => {
  it("starts a function once, and its repetition charges no rate limit", async () => {
    const clock = createManualClock();
    const opened = await openOne({ flow: { rateLimit: { limit: 10, period: "60s" } } }, clock);
    const ids = await sendMany(opened, [{ id: "x" }, { id: "x" }, { id: "y" }]);
    await opened.runtime.idle();
    const stored = await Promise.all(ids.map((id) => opened.storage.events.byInternalId(id)));
    expect(stored.map((event) => event?.id)).toEqual(["x", "x", "y"]);
    expect(await fates(opened, ids)).toEqual([["run completed"], ["drop duplicate"], ["run completed"]]);
  });
});

describe("a priority", () => {
  it("lets a run overtake those that wait in its function's queue", async () => {
    const clock = createManualClock();
    const held = holdCalls();
    const flow = { concurrency: 1, priority: { run: "event.data.n" } };
    const opened = await openOne({ flow, handle: held.handle }, clock);
    const runIds = [];
    for (const n of [0, 0, 60, -60, 120, 60]) {
      runIds.push(await opened.start("test/fn", { data: { n } }));
      clock.move(second);
    }
    const order: unknown[] = [];
    for (const _ of runIds) {
      await held.hanging(1);
      order.push(held.inFlight[0]?.data["n"]);
      held.answer();
    }
    expect(order).toEqual([0, 120, 60, 60, 0, -60]);
    await opened.runtime.idle();
    expect(await callsOf(opened.storage, runIds)).toEqual({ inHand: 0, waiting: 0 });
    expect(new Set(await statusesOf(opened.storage, runIds))).toEqual(new Set(["completed"]));
  });
});
