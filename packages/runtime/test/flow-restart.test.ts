// A process that dies in the middle of each feature's life: no slot leaks, no batch or debounce is lost or doubled.
import type { Effect } from "@stepwright/engine";
import type { JsonObject, RunId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { dataOf, fateOf, holdCalls, invokeOnce, sleepOnce, statusesOf } from "./flow.ts";
import { createManualClock } from "./manual-clock.ts";
import { openRuntime, openShop, type OpenRuntime } from "./open-runtime.ts";
import { done, type Handler, type TestFunction } from "./test-app.ts";
import { tempFile } from "./temp-file.ts";

const second = 1_000;
const hour = 3_600 * second;

/** A runtime with one function that can be killed and started again on what it left. */
async function openMortal(flow: JsonObject, handle: Handler = () => done(), more: readonly TestFunction[] = []) {
  const file = tempFile();
  const clock = createManualClock();
  const first = await openShop([{ name: "fn", flow, handle }, ...more], { file, clock });
  const dead = Promise.withResolvers<void>();
  const reborn = async (): Promise<OpenRuntime> => {
    await first.storage.close();
    dead.resolve();
    return openRuntime({ file, clock });
  };
  /** Lets no commit through any more that has such an effect; resolves when one was tried. */
  const dieAt = (kind: Effect["kind"]): Promise<void> => {
    const tried = Promise.withResolvers<void>();
    first.storage.beforeCommit = ({ transitions }) => {
      if (!transitions.some(({ effects }) => effects.some((effect) => effect.kind === kind))) return Promise.resolve();
      tried.resolve();
      return dead.promise;
    };
    return tried.promise;
  };
  const startMany = async ({ start }: OpenRuntime, count: number): Promise<readonly RunId[]> => {
    const runIds: RunId[] = [];
    for (let n = 0; n < count; n += 1) {
      runIds.push(await start("test/fn", { data: { n } }));
      // One is older than the other.
      clock.move(1);
    }
    return runIds;
  };
  const pass = async ({ runtime }: OpenRuntime, ms: number) => {
    clock.move(ms);
    await runtime.idle();
  };
  return { first, clock, app: first.app, reborn, dieAt, startMany, pass };
}

describe("after a kill", () => {
  it.each<readonly [string, JsonObject]>([
    ["calls", { concurrency: 1 }],
    ["runs", { concurrency: { fn: [{ limit: 1 }] } }],
  ])("a limit of %s holds, and the slot of a call that was in flight is not lost", async (_, flow) => {
    const held = holdCalls();
    const { first, reborn, startMany } = await openMortal(flow, held.handle);
    const runIds = await startMany(first, 3);
    await held.hanging(1);
    const second_ = await reborn();
    await held.hanging(2);
    // The same run again; nobody else in its place, nobody beside it.
    expect(held.inFlight.map((call) => call.runId)).toEqual([runIds[0], runIds[0]]);
    held.letGo();
    await second_.runtime.idle();
    expect(await statusesOf(second_.storage, runIds)).toEqual(["completed", "completed", "completed"]);
    expect(held.mostInFlight).toBe(2);
  });

  it("a run that sleeps still has its slot of runs", async () => {
    const { first, reborn, startMany, pass } = await openMortal(
      { concurrency: { fn: [{ limit: 1 }] } },
      sleepOnce("1h"),
    );
    const runIds = await startMany(first, 2);
    await first.runtime.idle();
    const again = await reborn();
    await again.runtime.idle();
    expect(await statusesOf(again.storage, runIds)).toEqual(["running", "queued"]);
    await pass(again, hour);
    expect(await statusesOf(again.storage, runIds)).toEqual(["completed", "running"]);
  });

  it("a throttle goes on at its pace", async () => {
    const { first, reborn, startMany, pass, app } = await openMortal({ throttle: { limit: 1, period: "10s" } });
    await startMany(first, 3);
    await first.runtime.idle();
    const again = await reborn();
    await pass(again, 10 * second - 4);
    expect(app.calls).toHaveLength(1);
    await pass(again, 1);
    expect(app.calls).toHaveLength(2);
    await pass(again, 10 * second);
    expect(app.calls.map((call) => call.data["n"])).toEqual([0, 1, 2]);
  });

  it("a rate limit and idempotency know what they have let through", async () => {
    for (const flow of [{ rateLimit: { limit: 1, period: "60s" } }, { idempotency: "event.name" }]) {
      const { first, reborn, startMany } = await openMortal(flow);
      await startMany(first, 1);
      await first.runtime.idle();
      const again = await reborn();
      const [fate] = await fateOf(again, await again.send("test/fn"));
      expect(fate).toBe("rateLimit" in flow ? "drop rateLimited" : "drop idempotent");
    }
  });

  it("a priority still goes first", async () => {
    const held = holdCalls();
    const { first, reborn, startMany } = await openMortal(
      { concurrency: 1, priority: { run: "event.data.n * 60.0" } },
      held.handle,
    );
    await startMany(first, 4);
    await held.hanging(1);
    const again = await reborn();
    await held.hanging(2);
    // Nobody holds a slot at a boot: the best goes, and whoever was in flight waits like the others.
    const order = [held.inFlight[1]?.data["n"]];
    held.answer();
    for (let n = 0; n < 3; n += 1) {
      held.answer();
      await held.hanging(1);
      order.push(held.inFlight[0]?.data["n"]);
    }
    expect(order).toEqual([3, 2, 1, 0]);
    held.letGo();
    await again.runtime.idle();
  });

  it("a debounce fires once, at its time or as soon as it can", async () => {
    for (const isLate of [false, true]) {
      const { first, reborn, pass, app, clock } = await openMortal({ debounce: { period: "5s" } });
      const ids = [await first.send("test/fn", { data: { n: 1 } }), await first.send("test/fn", { data: { n: 2 } })];
      if (isLate) clock.move(hour);
      const again = await reborn();
      await again.runtime.idle();
      expect(app.calls).toHaveLength(isLate ? 1 : 0);
      await pass(again, 5 * second);
      expect(app.calls.map((call) => call.data)).toEqual([{ n: 2 }]);
      expect(await Promise.all(ids.map((id) => fateOf(again, id)))).toEqual([["drop debounced"], ["run completed"]]);
      await pass(again, hour);
      expect(app.calls).toHaveLength(1);
    }
  });

  it("a debounce that was about to start its run starts it once", async () => {
    const { first, reborn, dieAt, app, clock } = await openMortal({ debounce: { period: "5s" } });
    const id = await first.send("test/fn");
    const dying = dieAt("removeWindow");
    clock.move(5 * second);
    await dying;
    const again = await reborn();
    await again.runtime.idle();
    expect(await fateOf(again, id)).toEqual(["run completed"]);
    expect(app.calls).toHaveLength(1);
  });

  it("a batch takes further events, and is started once with all of them", async () => {
    const { first, reborn, pass, app } = await openMortal({ batchEvents: { maxSize: 3, timeout: "10s" } });
    await first.send("test/fn", { data: { n: 1 } });
    const again = await reborn();
    await again.send("test/fn", { data: { n: 2 } });
    await pass(again, 10 * second);
    expect(app.calls.map(dataOf)).toEqual([[{ n: 1 }, { n: 2 }]]);
    await pass(again, hour);
    expect(app.calls).toHaveLength(1);
  });

  it("a batch that was full and about to start starts once", async () => {
    const { first, reborn, dieAt, app } = await openMortal({ batchEvents: { maxSize: 2, timeout: "10s" } });
    const dying = dieAt("removeBatch");
    await first.send("test/fn", { data: { n: 1 } });
    await first.send("test/fn", { data: { n: 2 } });
    await dying;
    const again = await reborn();
    await again.runtime.idle();
    expect(app.calls.map(dataOf)).toEqual([[{ n: 1 }, { n: 2 }]]);
    expect(await again.storage.queue.depth()).toEqual({ due: 0, future: 0, setAside: 0 });
  });

  it("the steps that invoked a batch are all answered", async () => {
    const caller: TestFunction = { name: "caller", handle: invokeOnce("shop-fn") };
    const { first, reborn, pass } = await openMortal({ batchEvents: { maxSize: 9, timeout: "10s" } }, () => done(), [
      caller,
    ]);
    const runIds = [await first.start("test/caller"), await first.start("test/caller")];
    await first.runtime.idle();
    const again = await reborn();
    await pass(again, 10 * second);
    expect(await statusesOf(again.storage, runIds)).toEqual(["completed", "completed"]);
  });

  it.each(["skip", "cancel"] as const)("a singleton in mode %s is held by the run that sleeps", async (mode) => {
    const { first, reborn, startMany, pass } = await openMortal({ singleton: { mode } }, sleepOnce("1h"));
    const [holder] = await startMany(first, 1);
    await first.runtime.idle();
    const again = await reborn();
    const [next] = await startMany(again, 1);
    await again.runtime.idle();
    if (holder === undefined || next === undefined) throw new Error("both were started");
    await pass(again, hour);
    expect(await statusesOf(again.storage, [holder, next])).toEqual(
      mode === "skip" ? ["completed", "skipped"] : ["cancelled", "completed"],
    );
    await pass(again, hour);
    const [last] = await startMany(again, 1);
    if (last === undefined) throw new Error("it was started");
    expect(await statusesOf(again.storage, [last])).toEqual(["queued"]);
  });

  it("a run that waits at a limit is cancelled by its start timeout", async () => {
    const held = holdCalls();
    const { first, reborn, startMany, clock } = await openMortal(
      { concurrency: 1, timeouts: { start: "5s" } },
      held.handle,
    );
    const runIds = await startMany(first, 2);
    await held.hanging(1);
    const again = await reborn();
    await held.hanging(2);
    clock.move(5 * second);
    const [, waiting] = runIds;
    if (waiting === undefined) throw new Error("both were started");
    await again.runtime.waitForRun(waiting);
    expect(await statusesOf(again.storage, runIds)).toEqual(["running", "cancelled"]);
    held.letGo();
    await again.runtime.idle();
  });
});
