// An app that nobody listens for: its calls wait at no cost, and come back slowly and in order.
import { callLane } from "@stepwright/engine";
import type { RunId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { knockEveryMaxMs, knockEveryMinMs, rampMs, type RuntimeSettings } from "../src/index.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { addApp, type OpenRuntime, openRuntime } from "./open-runtime.ts";
import { done, type Handler, startTestApp } from "./test-app.ts";

const dayMs = 24 * 3_600_000;

async function openAway(settings: Partial<RuntimeSettings> = {}, retries = 0) {
  const clock = createManualClock();
  const opened = await openRuntime({ clock, settings: { appWaitMs: 7 * dayMs, ...settings } });
  const gone = await addApp(opened, "shop", [{ name: "one", retries, handle: () => done() }]);
  await gone.close();
  return { ...opened, clock, port: gone.port };
}

/** Sends events, one a millisecond, and gives the ids of their runs in that order. */
async function startMany(opened: OpenRuntime & { readonly clock: ManualClock }, count: number): Promise<RunId[]> {
  const runs: RunId[] = [];
  for (let n = 0; n < count; n += 1) {
    runs.push(await opened.start("test/one"));
    opened.clock.move(1);
  }
  return runs;
}

/** Waits until somebody sleeps until the next knock, moves the clock there, and gives how long that was. */
async function knock(clock: ManualClock): Promise<number> {
  await clock.asleepUntil(clock.now() + 1);
  const ms = (clock.nextWakeAt ?? clock.now()) - clock.now();
  clock.move(ms);
  return ms;
}

describe("an app that refuses connections", () => {
  it("for a day costs no run an attempt; when it is back, all end in their order", async () => {
    // One at a time: calls that go out together may arrive in any order.
    const opened = await openAway({ callsPerAppMax: 1 });
    const { clock, runtime, storage, complaints } = opened;
    const runs = await startMany(opened, 50);
    await runtime.idle();
    await knock(clock);
    await clock.asleepUntil(clock.now() + 1);
    clock.move(dayMs);
    await clock.asleepUntil(clock.now() + 1);
    expect(await storage.runs.countByStatus()).toMatchObject({ failed: 0, completed: 0 });

    const app = await startTestApp("shop", [{ name: "one", handle: () => done() }], opened.port);
    await knock(clock);
    for (const runId of runs) expect((await opened.ended(runId)).status).toBe("completed");
    expect(app.calls.map((call) => call.runId)).toEqual(runs);
    expect(new Set(app.calls.map((call) => call.attempt))).toEqual(new Set([0]));
    expect(complaints).toEqual(["app cannot be reached; its calls wait"]);
  });

  it("is asked by one connection at a time, and less and less often, whatever waits for it", async () => {
    const opened = await openAway();
    const { clock, runtime, storage } = opened;
    await startMany(opened, 20);
    await runtime.idle();
    const before = storage.commits.length;
    const slept: number[] = [];
    for (let count = 0; count < 10; count += 1) slept.push(await knock(clock));
    const doubled = slept.map((_, count) => Math.min(knockEveryMaxMs, knockEveryMinMs * 2 ** count));
    // The first one was under way when the clock was moved by the events.
    for (const [count, ms] of slept.entries()) {
      expect(ms).toBeGreaterThanOrEqual((doubled[count] ?? 0) - 20);
      expect(ms).toBeLessThanOrEqual((doubled[count] ?? 0) * 1.1);
    }
    expect(slept.at(-1)).toBeGreaterThanOrEqual(knockEveryMaxMs);
    expect(storage.commits).toHaveLength(before);
  });

  it("gets its calls back slowly: one, then more with each that is answered", async () => {
    const opened = await openAway();
    const { clock } = opened;
    const runs = await startMany(opened, 40);
    await opened.runtime.idle();
    const waiting: (() => void)[] = [];
    const hang: Handler = () => new Promise((resolve) => waiting.push(() => resolve(done())));
    const leased = async () => {
      const [fn] = opened.runtime.registry().functions;
      if (fn === undefined) throw new Error("there is a function");
      return (await opened.storage.queue.ofLane(callLane({ appId: fn.appId, functionId: fn.id }), 1)).inFlight;
    };
    await knock(clock);
    await clock.asleepUntil(clock.now() + 1);
    const app = await startTestApp("shop", [{ name: "one", handle: hang }], opened.port);
    await knock(clock);
    await app.called(1);
    expect(await leased()).toBe(1);
    // Nobody answers, and still there is room for more as time goes by: long calls must not hold up the rest.
    await clock.asleepUntil(clock.now() + rampMs);
    clock.move(rampMs);
    await app.called(2);
    expect(await leased()).toBe(2);
    waiting.shift()?.();
    await app.called(4);
    expect(await leased()).toBe(3);
    for (let calls = 6; calls <= 40; calls += 2) {
      waiting.shift()?.();
      await app.called(calls);
    }
    expect(await leased()).toBe(21);
    for (const answer of waiting) answer();
    for (const runId of runs) expect((await opened.ended(runId)).status).toBe("completed");
  });

  it("holds up no other app", async () => {
    const opened = await openAway();
    await startMany(opened, 20);
    const other = await addApp(opened, "other", [{ name: "two", handle: () => done() }]);
    for (let n = 0; n < 20; n += 1)
      expect((await opened.ended(await opened.start("test/two"))).status).toBe("completed");
    expect(other.calls).toHaveLength(20);
  });

  it("is looked at when it registers, without waiting for the next knock", async () => {
    const opened = await openAway();
    const { clock, runtime } = opened;
    const [runId] = await startMany(opened, 1);
    if (runId === undefined) throw new Error("there is a run");
    await runtime.idle();
    await knock(clock);
    await clock.asleepUntil(clock.now() + 1);
    const app = await startTestApp("shop", [{ name: "one", handle: () => done() }], opened.port);
    app.registersAt(runtime);
    await runtime.apps.add(app.url);
    expect((await opened.ended(runId)).status).toBe("completed");
  });

  it("shows on its record while its calls are held, and no longer", async () => {
    const opened = await openAway();
    const { clock, runtime } = opened;
    const [runId] = await startMany(opened, 1);
    if (runId === undefined) throw new Error("there is a run");
    await runtime.idle();
    expect(runtime.registry().apps).toMatchObject([{ status: "failed", problem: { code: "APP_UNREACHABLE" } }]);
    await startTestApp("shop", [{ name: "one", handle: () => done() }], opened.port);
    await knock(clock);
    await opened.ended(runId);
    expect(runtime.registry().apps).toMatchObject([{ status: "synced", problem: null }]);
  });

  it("that was waited for long enough costs attempts like any other failure, one call at a time", async () => {
    const opened = await openAway({ appWaitMs: 60_000 }, 1);
    const { clock, runtime } = opened;
    const runs = await startMany(opened, 3);
    await runtime.idle();
    await clock.asleepUntil(clock.now() + 1);
    clock.move(60_000);
    const ended = Promise.all(runs.map((runId) => opened.ended(runId)));
    const isOver = ended.then(() => true);
    while (!(await Promise.race([isOver, runtime.idle().then(() => false)]))) clock.move(1_000);
    for (const run of await ended) {
      expect(run.status).toBe("failed");
      expect(run.error).toMatch(/Unable to reach SDK URL/);
    }
  });

  it("that was waited for long enough keeps nobody awake, and is given more again once it answers", async () => {
    const opened = await openAway({ appWaitMs: 60_000 });
    const { clock, runtime } = opened;
    const [first = ""] = await startMany(opened, 1);
    await runtime.idle();
    await clock.asleepUntil(clock.now() + 1);
    clock.move(60_000);
    expect((await opened.ended(first as RunId)).status).toBe("failed");
    await runtime.idle();
    clock.move(rampMs);
    await runtime.idle();
    expect(clock.sleepers).toBe(0);

    const app = await startTestApp("shop", [{ name: "one", handle: () => done() }], opened.port);
    for (const runId of await startMany(opened, 5)) expect((await opened.ended(runId)).status).toBe("completed");
    expect(app.calls).toHaveLength(5);
    // From one to 128 in seven seconds.
    for (let seconds = 0; seconds < 8; seconds += 1) {
      clock.move(rampMs);
      await runtime.idle();
    }
    expect(clock.sleepers).toBe(0);
  });
});
