// step.invoke into functions whose flow control may start nothing: the step is told in every case.
import { type JsonObject, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { invokeOnce, sleepOnce, statusesOf } from "./flow.ts";
import { createManualClock } from "./manual-clock.ts";
import { openShop, type OpenRuntime } from "./open-runtime.ts";
import { done, type Handler } from "./test-app.ts";

async function openCalled(flow: JsonObject, handle: Handler = () => done("called")) {
  const clock = createManualClock();
  const opened = await openShop(
    [
      { name: "callee", triggers: [], flow, handle },
      { name: "caller", handle: invokeOnce("shop-callee", { user: "a" }) },
    ],
    { clock },
  );
  /** Runs callers one after the other as far as they go; their outputs, null while they wait. */
  const outputs = async (count: number) => {
    const found: (string | null)[] = [];
    for (let n = 0; n < count; n += 1) {
      const runId = await opened.start("test/caller");
      await opened.runtime.idle();
      found.push((await opened.storage.runs.get(runId))?.output ?? null);
    }
    return found;
  };
  return { ...opened, clock, outputs };
}

/** Pauses a function, as an operator would. */
async function pause({ storage, runtime }: OpenRuntime, slug: string): Promise<void> {
  const fn = runtime.registry().functions.find((one) => one.slug === slug);
  if (fn === undefined) throw new Error("the function is registered");
  const effects = [{ kind: "putFunction" as const, fn: { ...fn, pausedAt: millis(runtime.now()) } }];
  await storage.commit({ transitions: [{ guards: [], effects }], now: runtime.now(), lease: [] });
}

const result = '{"data":"called"}';

describe("a step that invokes", () => {
  it("a rate-limited function fails at once when that is over its limit", async () => {
    const { outputs, app } = await openCalled({ rateLimit: { limit: 1, period: "60s" } });
    const [first, second] = await outputs(2);
    expect(first).toBe(result);
    expect(JSON.parse(second ?? "")).toMatchObject({ error: { message: "invoked function is rate limited" } });
    expect(app.calls.filter((call) => call.fnId === "shop-callee")).toHaveLength(1);
  });

  it("a function that has run for its idempotency key is told so", async () => {
    const { outputs } = await openCalled({ idempotency: "event.data.user" });
    const [first, second] = await outputs(2);
    expect([first, second?.includes("has run for this idempotency key already")]).toEqual([result, true]);
  });

  it("a function whose rate limit's key errs is told which and why", async () => {
    const { outputs } = await openCalled({ rateLimit: { limit: 1, period: "60s", key: "event.data.user - 1" } });
    expect((await outputs(1))[0]).toContain("its rateLimit key cannot be evaluated");
  });

  it("a singleton that goes on is told that it was skipped", async () => {
    const { outputs } = await openCalled({ singleton: { mode: "skip" } }, sleepOnce("1h"));
    const [first, second] = await outputs(2);
    expect([first, second?.includes("another run of this singleton is going on")]).toEqual([null, true]);
  });

  it("a paused function is told that it is", async () => {
    const opened = await openCalled({ concurrency: 1 });
    await pause(opened, "shop-callee");
    // The registry is read again with the next event.
    await opened.send("test/other");
    expect((await opened.outputs(1))[0]).toContain("it is paused");
    const { items } = await opened.storage.runs.list({ statuses: ["skipped"] }, { cursor: null, limit: 5 });
    expect(items.map((run) => [run.functionSlug, run.error])).toEqual([
      ["shop-callee", '{"reason":{"kind":"functionPaused"}}'],
    ]);
  });

  it("a throttled function waits, and gets its result", async () => {
    const { outputs, clock, runtime, storage } = await openCalled({ throttle: { limit: 1, period: "10s" } });
    expect(await outputs(2)).toEqual([result, null]);
    clock.move(10_000);
    await runtime.idle();
    const { items } = await storage.runs.list({ triggerName: "test/caller" }, { cursor: null, limit: 5 });
    expect(items.map((run) => run.output)).toEqual([result, result]);
  });

  it("a batched function waits for the batch, and gets its result", async () => {
    const { outputs, clock, runtime, storage } = await openCalled({ batchEvents: { maxSize: 2, timeout: "10s" } });
    expect(await outputs(3)).toEqual([null, result, null]);
    clock.move(10_000);
    await runtime.idle();
    const { items } = await storage.runs.list({ triggerName: "test/caller" }, { cursor: null, limit: 5 });
    expect(items.map((run) => run.output)).toEqual([result, result, result]);
  });

  it("does not wait for its own slot when it invokes a function of the same limit", async () => {
    const clock = createManualClock();
    const flow = { concurrency: { limit: 1, key: "'all'", scope: "account" } };
    const { start, ended } = await openShop(
      [
        { name: "callee", triggers: [], flow, handle: () => done("called") },
        { name: "caller", flow, handle: invokeOnce("shop-callee") },
      ],
      { clock },
    );
    expect((await ended(await start("test/caller"))).output).toBe(result);
  });
});

describe("a paused function", () => {
  it("has its runs recorded as skipped, whatever starts them", async () => {
    const clock = createManualClock();
    const opened = await openShop([{ name: "fn", handle: () => done() }], { clock });
    const before = await opened.start("test/fn");
    await opened.runtime.idle();
    await pause(opened, "shop-fn");
    const during = await opened.start("test/fn");
    await opened.runtime.idle();
    expect(await statusesOf(opened.storage, [before, during])).toEqual(["completed", "skipped"]);
    expect(opened.app.calls).toHaveLength(1);
  });
});
