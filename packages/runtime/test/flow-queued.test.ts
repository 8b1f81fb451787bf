// Runs that wait in a queue: cancelled, too late, of the future, and side by side with others'.
import type { JsonObject, RunId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { callsOf, holdCalls, statusesOf } from "./flow.ts";
import { createManualClock } from "./manual-clock.ts";
import { incoming, openShop } from "./open-runtime.ts";
import { registration } from "./test-app.ts";

const second = 1_000;

async function openHeld(flow: JsonObject) {
  const clock = createManualClock();
  const held = holdCalls();
  const opened = await openShop([{ name: "fn", flow, handle: held.handle }], { clock });
  let sent = 0;
  const startOne = (fields: JsonObject = {}) => opened.start("test/fn", { data: { n: sent++ }, ...fields });
  const startMany = async (count: number) => {
    const runIds: RunId[] = [];
    for (let n = 0; n < count; n += 1) runIds.push(await startOne());
    return runIds;
  };
  return { ...opened, clock, held, startOne, startMany };
}

const limits: readonly [string, JsonObject][] = [
  ["a limit of calls", { concurrency: 1 }],
  ["a limit of runs", { concurrency: { fn: [{ limit: 1 }] } }],
];

describe.each(limits)("a run that waits at %s", (_, flow) => {
  it("can be cancelled, and leaves no slot behind", async () => {
    const { held, startOne, runtime, storage } = await openHeld(flow);
    const runIds = [await startOne(), await startOne(), await startOne()] as const;
    const [, waiting, last] = runIds;
    await held.hanging(1);
    expect(await runtime.cancelRun(waiting)).toBe(true);
    expect(await statusesOf(storage, [waiting])).toEqual(["cancelled"]);
    held.answer();
    await held.hanging(1);
    expect(held.inFlight.map((call) => call.runId)).toEqual([last]);
    held.letGo();
    await runtime.idle();
    expect(await statusesOf(storage, runIds)).toEqual(["completed", "cancelled", "completed"]);
  });

  it("goes at once when the run before it is cancelled in the middle of its call", async () => {
    const { held, startOne, startMany, runtime, storage } = await openHeld(flow);
    const first = await startOne();
    const next = await startOne();
    await held.hanging(1);
    await runtime.cancelRun(first);
    await held.hanging(2);
    expect(held.inFlight.map((call) => call.runId)).toEqual([first, next]);
    held.letGo();
    await runtime.idle();
    expect(await statusesOf(storage, [first, next])).toEqual(["cancelled", "completed"]);
    // The late answer gave no slot back a second time.
    const more = await startMany(3);
    await runtime.idle();
    expect(await statusesOf(storage, more)).toEqual(["completed", "completed", "completed"]);
    expect(held.mostInFlight).toBe(2);
  });

  it("is cancelled by an event, with those of others untouched", async () => {
    const cancel = [{ event: "test/stop", if: "async.data.n == event.data.n" }];
    const { held, startMany, send, runtime, storage } = await openHeld({ ...flow, cancel });
    const runIds = await startMany(3);
    await held.hanging(1);
    await send("test/stop", { data: { n: 1 } });
    held.letGo();
    await runtime.idle();
    expect(await statusesOf(storage, runIds)).toEqual(["completed", "cancelled", "completed"]);
  });

  it("is cancelled by its start timeout, also if it cannot be called", async () => {
    const limited = { ...flow, timeouts: { start: "5s" } };
    const { held, startOne, startMany, clock, runtime, storage } = await openHeld(limited);
    const runIds = await startMany(3);
    await held.hanging(1);
    clock.move(5 * second);
    await Promise.all(runIds.slice(1).map((runId) => runtime.waitForRun(runId)));
    expect(await statusesOf(storage, runIds)).toEqual(["running", "cancelled", "cancelled"]);
    held.letGo();
    await runtime.idle();
    const next = await startOne();
    await runtime.idle();
    expect(await statusesOf(storage, [...runIds, next])).toEqual(["completed", "cancelled", "cancelled", "completed"]);
  });

  it("is due at the ts of its event, and stands in nobody's way before", async () => {
    const { held, startOne, clock, runtime, storage } = await openHeld(flow);
    const later = await startOne({ ts: clock.now() + 60 * second });
    const now = await startOne();
    await held.hanging(1);
    expect(held.inFlight.map((call) => call.runId)).toEqual([now]);
    held.letGo();
    await runtime.idle();
    expect(await statusesOf(storage, [later, now])).toEqual(["queued", "completed"]);
    clock.move(60 * second);
    await runtime.idle();
    expect(await statusesOf(storage, [later])).toEqual(["completed"]);
  });
});

describe("a start timeout that a sync changes while its run waits", () => {
  it.each([
    ["is extended to its new time", { start: "20s" }, [19, 1], ["queued", "cancelled"]],
    ["is gone when it was taken away", {}, [3_599, 1], ["queued", "completed"]],
  ] as const)("%s", async (_, timeouts, seconds, expected) => {
    const flow = { throttle: { limit: 1, period: "1h" }, timeouts: { start: "5s" } };
    const { app, held, startOne, clock, runtime, storage } = await openHeld(flow);
    held.letGo();
    await startOne();
    const waiting = await startOne();
    await runtime.idle();
    const changed = { name: "fn", flow: { ...flow, timeouts }, handle: held.handle };
    const { functions } = registration("shop", app.url, [changed]);
    app.registersAt(runtime, { functions: functions as JsonObject[] });
    await runtime.apps.add(app.url);
    const statuses = [];
    for (const passing of seconds) {
      clock.move(passing * second);
      await runtime.idle();
      statuses.push(...(await statusesOf(storage, [waiting])));
    }
    expect(statuses).toEqual(expected);
  });
});

describe("a run that waits for its throttle", () => {
  it("is cancelled by its start timeout", async () => {
    const flow = { throttle: { limit: 1, period: "2s" }, timeouts: { start: "5s" } };
    const { held, startMany, clock, runtime, storage } = await openHeld(flow);
    held.letGo();
    const runIds = await startMany(10);
    await runtime.idle();
    for (let n = 0; n < 6; n += 1) {
      clock.move(second);
      await runtime.idle();
    }
    // Those of 0, 2 and 4 seconds; the others could not go in time.
    const statuses = await statusesOf(storage, runIds);
    expect(statuses.filter((status) => status === "completed")).toHaveLength(3);
    expect(statuses.filter((status) => status === "cancelled")).toHaveLength(7);
  });

  it("can be cancelled without costing the next one its turn", async () => {
    const { held, startOne, clock, runtime, storage } = await openHeld({ throttle: { limit: 1, period: "10s" } });
    held.letGo();
    const runIds = [await startOne(), await startOne(), await startOne()] as const;
    await runtime.idle();
    await runtime.cancelRun(runIds[1]);
    clock.move(10 * second);
    await runtime.idle();
    expect(await statusesOf(storage, runIds)).toEqual(["completed", "cancelled", "completed"]);
  });
});

describe("the functions of one app", () => {
  it("share its room fairly: a backlog of 500 holds up no other", async () => {
    const clock = createManualClock();
    const many = holdCalls();
    const few = holdCalls();
    const { runtime, start, storage } = await openShop(
      [
        { name: "many", handle: many.handle },
        { name: "few", handle: few.handle },
      ],
      { clock, settings: { callsPerAppMax: 4 } },
    );
    await runtime.ingest(
      Array.from({ length: 500 }, () => incoming("test/many")),
      { seed: null },
    );
    await many.hanging(4);
    const runId = await start("test/few");
    expect(await callsOf(storage, [runId])).toEqual({ inHand: 0, waiting: 1 });
    many.answer();
    await few.hanging(1);
    expect([few.inFlight[0]?.runId, many.inFlight.length]).toEqual([runId, 3]);
    // And the room is shared on: half of it each.
    await start("test/few");
    many.answer();
    await few.hanging(2);
    few.letGo();
    many.letGo();
    await runtime.idle();
    expect(await storage.runs.countByStatus()).toMatchObject({ completed: 502 });
    expect(many.mostInFlight).toBe(4);
  });

  it("of which one waits at its own limit leave its room to the others", async () => {
    const clock = createManualClock();
    const limited = holdCalls();
    const free = holdCalls();
    const { runtime, start } = await openShop(
      [
        { name: "limited", flow: { concurrency: 1 }, handle: limited.handle },
        { name: "free", handle: free.handle },
      ],
      { clock, settings: { callsPerAppMax: 4 } },
    );
    for (let n = 0; n < 10; n += 1) await start("test/limited");
    for (let n = 0; n < 5; n += 1) await start("test/free");
    await free.hanging(3);
    expect(limited.inFlight).toHaveLength(1);
    free.letGo();
    limited.letGo();
    await runtime.idle();
    expect([limited.mostInFlight, free.mostInFlight]).toEqual([1, 3]);
  });
});
