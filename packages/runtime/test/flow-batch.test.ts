// Batching: one run for many events.
import type { JsonObject, RunId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { dataOf, fateOf, invokeOnce, openShopOnClock, statusesOf } from "./flow.ts";
import { incoming } from "./open-runtime.ts";
import { done, type Handler, type TestFunction } from "./test-app.ts";

function openBatched(
  batchEvents: JsonObject,
  o: { readonly flow?: JsonObject; readonly handle?: Handler; readonly more?: readonly TestFunction[] } = {},
) {
  const handle = o.handle ?? (() => done());
  const fn = { name: "fn", flow: { batchEvents, ...o.flow }, retries: 0, handle };
  return openShopOnClock([fn, ...(o.more ?? [])]);
}

const of3 = { maxSize: 3, timeout: "10s" };

describe("a batched function", () => {
  it("is started when the batch is full, with all events in order", async () => {
    const { send, runtime, app, ...opened } = await openBatched(of3);
    const ids = [];
    for (const n of [1, 2, 3, 4]) ids.push(await send("test/fn", { data: { n } }));
    await runtime.idle();
    expect(app.calls.map(dataOf)).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }]]);
    expect(app.calls[0]?.data).toEqual({ n: 1 });
    const fates = await Promise.all(ids.map((id) => fateOf(opened, id)));
    expect(fates).toEqual([["run completed"], ["run completed"], ["run completed"], ["waits in batch"]]);
  });

  it("is started by the timeout from the first event", async () => {
    const { send, pass, app } = await openBatched(of3);
    await send("test/fn", { data: { n: 1 } });
    await pass(9);
    await send("test/fn", { data: { n: 2 } });
    expect(app.calls).toHaveLength(0);
    await pass(1);
    expect(app.calls.map(dataOf)).toEqual([[{ n: 1 }, { n: 2 }]]);
    await pass(60);
    expect(app.calls).toHaveLength(1);
  });

  it("has a batch per key", async () => {
    const { send, pass, app } = await openBatched({ ...of3, key: "event.data.user" });
    for (const user of ["a", "b", "a", "a"]) await send("test/fn", { data: { user } });
    await pass(10);
    expect(app.calls.map((call) => dataOf(call).length)).toEqual([3, 1]);
  });

  it("runs what its condition rejects alone and at once", async () => {
    const { send, runtime, pass, app } = await openBatched({ ...of3, if: "event.data.urgent != true" });
    await send("test/fn", { data: { n: 1 } });
    await send("test/fn", { data: { urgent: true } });
    await runtime.idle();
    expect(app.calls.map(dataOf)).toEqual([[{ urgent: true }]]);
    await pass(10);
    expect(app.calls.map(dataOf)).toEqual([[{ urgent: true }], [{ n: 1 }]]);
  });

  it("takes 64 events of one request in as many batches as they fill", async () => {
    const { runtime, pass, app } = await openBatched({ maxSize: 10, timeout: "10s" });
    await runtime.ingest(
      Array.from({ length: 64 }, () => incoming("test/fn")),
      { seed: null },
    );
    await runtime.idle();
    expect(app.calls.map((call) => dataOf(call).length)).toEqual([10, 10, 10, 10, 10, 10]);
    await pass(10);
    expect(app.calls.map((call) => dataOf(call).length).at(-1)).toBe(4);
  });

  it("is under its concurrency as one run, by the key of its first event", async () => {
    const flow = { concurrency: { limit: 1, key: "event.data.user" } };
    const { send, runtime, storage } = await openBatched({ maxSize: 2, timeout: "10s" }, { flow });
    for (const user of ["a", "b"]) await send("test/fn", { data: { user } });
    await runtime.idle();
    const { items } = await storage.runs.list({}, { cursor: null, limit: 10 });
    expect(items.map((run) => run.flow?.calls.map((gate) => gate.key))).toEqual([["a"]]);
  });

  it("that was removed meanwhile is not started: every event says so, and every step that waits is told", async () => {
    const caller = { name: "caller", handle: invokeOnce("shop-fn") };
    const { send, start, ended, pass, remove, runtime, ...opened } = await openBatched(of3, { more: [caller] });
    const waits = await send("test/fn");
    const runId = await start("test/caller");
    await runtime.idle();
    await remove();
    await pass(10);
    expect(await fateOf(opened, waits)).toEqual(["drop functionRemoved"]);
    expect((await ended(runId)).output).toContain("invoked function was removed before it started");
  });
});

describe("steps that invoke a batched function", () => {
  async function invokeThrice(handle: Handler) {
    const opened = await openBatched(of3, { handle, more: [{ name: "caller", handle: invokeOnce("shop-fn") }] });
    const runIds: RunId[] = [];
    for (let n = 0; n < 3; n += 1) runIds.push(await opened.start("test/caller"));
    await opened.runtime.idle();
    const runs = await Promise.all(runIds.map((runId) => opened.storage.runs.get(runId)));
    return { ...opened, outputs: runs.map((run) => run?.output), runIds };
  }

  it("all get the result of its one run", async () => {
    const { outputs, app } = await invokeThrice(() => done("packed"));
    expect(outputs).toEqual(Array(3).fill('{"data":"packed"}'));
    expect(app.calls.filter((call) => call.fnId === "shop-fn")).toHaveLength(1);
  });

  it("all get its error", async () => {
    const { outputs } = await invokeThrice(() => ({ status: 400, body: { name: "Error", message: "torn" } }));
    for (const output of outputs) expect(output).toContain("torn");
  });

  it("are told only while they wait: one that gave up gets nothing twice", async () => {
    const more = [{ name: "caller", handle: invokeOnce("shop-fn", {}, "2s") }];
    const { start, pass, ended, storage, runtime } = await openBatched(of3, { more });
    const runId = await start("test/caller");
    await runtime.idle();
    await pass(2);
    expect((await ended(runId)).output).toContain("Timed out");
    await pass(8);
    expect(await statusesOf(storage, [runId])).toEqual(["completed"]);
    const { items } = await storage.runs.list({}, { cursor: null, limit: 10 });
    // The run of the batch comes nevertheless (semantics.md §15, 31).
    expect(items.map((run) => run.functionSlug).toSorted()).toEqual(["shop-caller", "shop-fn"]);
  });
});
