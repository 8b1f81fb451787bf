// Debounce: the last of many events starts one run.
import type { JsonObject } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { dataOf, fateOf, invokeOnce, openShopOnClock } from "./flow.ts";
import { createManualClock } from "./manual-clock.ts";
import { incoming, openShop } from "./open-runtime.ts";
import { done, type TestFunction } from "./test-app.ts";

const second = 1_000;

function openDebounced(flow: JsonObject, more: readonly TestFunction[] = []) {
  return openShopOnClock([{ name: "fn", flow, handle: () => done() }, ...more]);
}

describe("a debounced function", () => {
  it("is started with the last event when none has come for the period", async () => {
    const { send, pass, app, ...opened } = await openDebounced({ debounce: { period: "5s" } });
    const first = await send("test/fn", { data: { n: 1 } });
    await pass(4);
    const last = await send("test/fn", { data: { n: 2 } });
    await pass(4);
    expect(await fateOf(opened, last)).toEqual(["waits in window"]);
    await pass(1);
    expect(await fateOf(opened, first)).toEqual(["drop debounced"]);
    expect(await fateOf(opened, last)).toEqual(["run completed"]);
    expect(app.calls.map((call) => call.data)).toEqual([{ n: 2 }]);
    const again = await send("test/fn");
    await pass(5);
    expect(await fateOf(opened, again)).toEqual(["run completed"]);
  });

  it("is started by its timeout while events keep coming", async () => {
    const { send, pass, app } = await openDebounced({ debounce: { period: "5s", timeout: "10s" } });
    for (let n = 0; n < 12; n += 1) {
      await send("test/fn", { data: { n } });
      await pass(1);
    }
    expect(app.calls.map((call) => call.data["n"])).toEqual([9]);
    await pass(10);
    expect(app.calls.map((call) => call.data["n"])).toEqual([9, 11]);
  });

  it("ignores an event with an older ts, and is not put off by it", async () => {
    const { send, pass, clock, ...opened } = await openDebounced({ debounce: { period: "5s" } });
    const kept = await send("test/fn", { ts: clock.now() });
    await pass(3);
    const late = await send("test/fn", { ts: clock.now() - 60_000 });
    await pass(2);
    expect(await fateOf(opened, kept)).toEqual(["run completed"]);
    expect(await fateOf(opened, late)).toEqual(["drop outOfOrder"]);
  });

  it("is started per key", async () => {
    const { send, pass, app } = await openDebounced({ debounce: { period: "5s", key: "event.data.user" } });
    for (const user of ["a", "b", "a"]) await send("test/fn", { data: { user } });
    await pass(5);
    expect(new Set(app.calls.map((call) => call.data["user"]))).toEqual(new Set(["a", "b"]));
    expect(app.calls).toHaveLength(2);
  });

  it("is started once by 64 events of one request", async () => {
    const { runtime, storage, pass, app } = await openDebounced({ debounce: { period: "5s" } });
    const ids = await runtime.ingest(
      Array.from({ length: 64 }, () => incoming("test/fn")),
      { seed: null },
    );
    await pass(5);
    expect(app.calls).toHaveLength(1);
    const fates = await Promise.all(ids.map((id) => fateOf({ storage }, id)));
    expect(fates).toEqual(ids.map((_, at) => [at === 63 ? "run completed" : "drop debounced"]));
  });

  it("is charged by its rate limit for every event that comes", async () => {
    const flow = { debounce: { period: "5s" }, rateLimit: { limit: 1, period: "60s" } };
    const { send, pass, ...opened } = await openDebounced(flow);
    const ids = [await send("test/fn"), await send("test/fn")];
    await pass(5);
    expect(await Promise.all(ids.map((id) => fateOf(opened, id)))).toEqual([["run completed"], ["drop rateLimited"]]);
  });

  it("runs an event of the future at its time", async () => {
    const { send, pass, clock, ...opened } = await openDebounced({ debounce: { period: "5s" } });
    const id = await send("test/fn", { ts: clock.now() + 60 * second });
    await pass(5);
    expect(await fateOf(opened, id)).toEqual(["run queued"]);
    await pass(55);
    expect(await fateOf(opened, id)).toEqual(["run completed"]);
  });

  it("is started by the last of several ticks, and its run knows its cron", async () => {
    const clock = createManualClock();
    const triggers = [{ cron: "* * * * *" }];
    const { runtime, storage } = await openShop(
      [{ name: "tick", triggers, flow: { debounce: { period: "90s", timeout: "200s" } }, handle: () => done() }],
      { clock },
    );
    await runtime.idle();
    for (let n = 0; n < 5; n += 1) {
      clock.move(60 * second);
      await runtime.idle();
    }
    const { items } = await storage.runs.list({}, { cursor: null, limit: 10 });
    expect(items.map((run) => [run.status, run.cron])).toEqual([["completed", "* * * * *"]]);
  });

  it("that was removed meanwhile is not started: the event says so, and a step that waits is told", async () => {
    const caller = { name: "caller", retries: 0, handle: invokeOnce("shop-fn") };
    const { start, ended, send, pass, remove, ...opened } = await openDebounced(
      { debounce: { period: "5s", key: "event.name" } },
      [caller],
    );
    const waits = await send("test/fn");
    const runId = await start("test/caller");
    await opened.runtime.idle();
    await remove();
    await pass(5);
    expect(await fateOf(opened, waits)).toEqual(["drop functionRemoved"]);
    // Its own function is gone as well, but it goes on.
    expect((await ended(runId)).output).toContain("invoked function was removed before it started");
  });
});

describe("a step that invokes a debounced function", () => {
  it("gets the result of the run if it came last, and is told if another took its place", async () => {
    const caller = { name: "caller", handle: invokeOnce("shop-fn") };
    const { start, ended, pass, runtime } = await openDebounced({ debounce: { period: "5s" } }, [caller]);
    const first = await start("test/caller");
    await runtime.idle();
    const last = await start("test/caller");
    await runtime.idle();
    expect((await ended(first)).output).toContain("invoked function was debounced");
    await pass(5);
    expect(await ended(last)).toMatchObject({ status: "completed", output: '{"data":{"ok":true}}' });
  });
});

it("the data of a debounced run is that of one event", async () => {
  const { send, pass, app } = await openDebounced({ debounce: { period: "1s" } });
  await send("test/fn", { data: { n: 1 } });
  await send("test/fn", { data: { n: 2 } });
  await pass(1);
  expect(dataOf(app.calls[0])).toEqual([{ n: 2 }]);
});
