// Old data is removed while the server works, and nothing that is still needed.
import type { RetentionPolicy } from "@stepwright/engine";
import { millis } from "@stepwright/protocol";
import { examineDatabase } from "@stepwright/storage-sqlite";
import { expect, it } from "vitest";
import { sleepOnce } from "./flow.ts";
import { sweepPauseBusyMs, sweepPauseMs } from "../src/limits.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { addApp, openRuntime, type OpenRuntime } from "./open-runtime.ts";
import { done, type Handler, ops, stepRun, type TestFunction } from "./test-app.ts";
import { tempFile } from "./temp-file.ts";

const hour = 3_600_000;
const day = 24 * hour;
const policy: RetentionPolicy = {
  runs: { completed: 30 * day, failed: 90 * day, cancelled: 30 * day, skipped: 7 * day },
  events: 30 * day,
};

const twoSteps: Handler = ({ steps }) => ("a" in steps ? done() : ops(stepRun("a", 1)));
const functions: readonly TestFunction[] = [
  { name: "steps", handle: twoSteps },
  { name: "fail", retries: 0, handle: () => ({ status: 500, body: { message: "no" } }) },
  { name: "sleep", handle: sleepOnce("60d") },
  {
    name: "wait",
    handle: ({ steps }) =>
      "w" in steps
        ? done(steps["w"] ?? null)
        : ops({ op: "WaitForEvent", id: "w", name: "w", displayName: "w", opts: { event: "test/go", timeout: "80d" } }),
  },
];

interface Shop extends OpenRuntime {
  readonly clock: ManualClock;
  readonly file: string;
}

async function open(retention: RetentionPolicy | null = policy): Promise<Shop> {
  const clock = createManualClock();
  const file = tempFile();
  const opened = await openRuntime({ file, clock, settings: { retention } });
  await addApp(opened, "shop", functions);
  return { ...opened, clock, file };
}

/** Moves time on and lets the sweep that is due then come to its end, pause by pause. */
async function pass({ clock, runtime }: Shop, ms: number): Promise<void> {
  const before = runtime.retention().lastSweep;
  clock.move(ms);
  await runtime.idle();
  while (runtime.retention().lastSweep === before) {
    clock.move(20);
    await runtime.idle();
  }
}

const statusOf = async ({ storage }: Shop, id: Parameters<Shop["ended"]>[0]) => (await storage.runs.get(id))?.status;

it("removes runs and events when their time has come, not before, and nothing that a run still needs", async () => {
  const shop = await open();
  const completed = await shop.start("test/steps");
  const failed = await shop.start("test/fail");
  const asleep = await shop.start("test/sleep");
  const waiting = await shop.start("test/wait");
  const unmatched = await shop.send("test/nobody");
  // The newest event is kept for its number, which must not be given out again.
  await shop.send("test/nobody");
  await shop.runtime.idle();

  await pass(shop, 30 * day - hour);
  expect(await statusOf(shop, completed)).toBe("completed");
  expect(shop.runtime.retention().lastSweep?.removed).toMatchObject({ runs: 0, events: 0 });

  await pass(shop, hour);
  expect(await statusOf(shop, completed)).toBeUndefined();
  expect(await shop.storage.events.byInternalId(unmatched)).toBeNull();
  expect(await statusOf(shop, failed)).toBe("failed");
  // Its event, what a handler was told of its end, and what others wait with.
  for (const runId of [failed, asleep, waiting]) expect(await shop.storage.runs.events(runId)).toHaveLength(1);
  expect(examineDatabase({ file: shop.file, isFull: true }).findings).toEqual([]);

  await pass(shop, 30 * day);
  expect(await shop.ended(asleep)).toMatchObject({ status: "completed" });
  await shop.send("test/go", { data: { n: 7 } });
  expect((await shop.ended(waiting)).output).toContain('"n":7');

  await pass(shop, 30 * day);
  expect(await statusOf(shop, failed)).toBeUndefined();
  await pass(shop, 30 * day);
  await pass(shop, hour);
  expect((await shop.storage.runs.list({}, { cursor: null, limit: 9 })).items).toEqual([]);
  expect((await shop.storage.events.list({ includeInternal: true }, { cursor: null, limit: 9 })).items).toHaveLength(1);
  expect(shop.runtime.retention().removed).toMatchObject({ runs: 4, steps: 3 });
  expect(examineDatabase({ file: shop.file, isFull: true }).findings).toEqual([]);
});

it("sweeps before its hour when it is told to, and an hour after that again", async () => {
  const shop = await open({ ...policy, runs: { ...policy.runs, completed: 1 } });
  const completed = await shop.start("test/steps");
  await shop.ended(completed);
  shop.clock.move(10);
  await shop.runtime.idle();
  expect(await statusOf(shop, completed)).toBe("completed");
  expect(shop.runtime.sweepNow()).toBe(true);
  const askedAt = shop.clock.now();
  await pass(shop, 0);
  expect(await statusOf(shop, completed)).toBeUndefined();
  expect(shop.runtime.retention().lastSweep?.startedAt).toBe(askedAt);
  expect(shop.runtime.retention().nextSweepAt).toBe(shop.clock.now() + hour);
});

it("steps back while others commit", async () => {
  const shop = await open({ ...policy, runs: { ...policy.runs, completed: 1 } });
  for (let count = 0; count < 60; count += 1) await shop.ended(await shop.start("test/steps"));
  shop.clock.move(10);
  const { runtime, clock } = shop;
  const removedIn = async (ms: number): Promise<number> => {
    const before = runtime.retention().removed.runs;
    clock.move(ms);
    await runtime.idle();
    return runtime.retention().removed.runs - before;
  };
  runtime.sweepNow();
  expect(await removedIn(0)).toBeGreaterThan(0);
  expect(await removedIn(sweepPauseMs)).toBeGreaterThan(0);
  await shop.send("test/nobody");
  expect(await removedIn(sweepPauseMs)).toBe(0);
  expect(await removedIn(sweepPauseBusyMs)).toBeGreaterThan(0);
  expect(runtime.retention().isSweeping).toBe(true);
});

it("does not sweep for anybody when nothing is ever removed", async () => {
  const shop = await open(null);
  expect(shop.runtime.sweepNow()).toBe(false);
  expect(shop.runtime.retention()).toMatchObject({ isSweeping: false, lastSweep: null });
});

it("keeps a failed run for as long as the run of its handler", async () => {
  const clock = createManualClock();
  const opened = await openRuntime({ file: tempFile(), clock, settings: { retention: policy } });
  await addApp(opened, "shop", [
    ...functions,
    { name: "handler", triggers: [{ event: "inngest/function.failed" }], handle: sleepOnce("100d") },
  ]);
  const shop = { ...opened, clock, file: "" };
  const failed = await shop.start("test/fail");
  await shop.runtime.idle();
  const [, handler] = (await shop.storage.runs.list({}, { cursor: null, limit: 9 })).items
    .map(({ id }) => id)
    .toSorted();
  if (handler === undefined) throw new Error("the handler runs");
  await pass(shop, 99 * day);
  expect(await statusOf(shop, failed)).toBe("failed");
  await pass(shop, day);
  await shop.ended(handler);
  await pass(shop, 29 * day);
  expect(await statusOf(shop, failed)).toBe("failed");
  await pass(shop, day);
  expect(await statusOf(shop, handler)).toBeUndefined();
  await pass(shop, hour);
  expect(await statusOf(shop, failed)).toBeUndefined();
});

it("removes nothing, and sets no timer, without a policy", async () => {
  const shop = await open(null);
  const runId = await shop.start("test/steps");
  await shop.runtime.idle();
  const sleepers = shop.clock.sleepers;
  shop.clock.move(10_000 * day);
  await shop.runtime.idle();
  expect(sleepers).toBe(0);
  expect(await statusOf(shop, runId)).toBe("completed");
  expect(shop.runtime.retention()).toMatchObject({ policy: null, nextSweepAt: null, lastSweep: null });
});

it("an event that starts a function again after its key has expired and gone starts it once", async () => {
  const shop = await open();
  await shop.start("test/steps", { id: "same" });
  await shop.runtime.idle();
  const again = await shop.send("test/steps", { id: "same" });
  expect(await shop.storage.runs.startedBy(again)).toEqual([]);
  await pass(shop, 23 * hour);
  expect(await shop.storage.runs.startedBy(await shop.send("test/steps", { id: "same" }))).toEqual([]);
  await pass(shop, hour);
  expect(shop.runtime.retention().removed.keys).toBeGreaterThan(0);
  await shop.start("test/steps", { id: "same" });
  expect(await shop.storage.runs.startedBy(await shop.send("test/steps", { id: "same" }))).toEqual([]);
});

it("a sweep that the database refuses ends, and the next one does its work", async () => {
  const shop = await open();
  const runId = await shop.start("test/steps");
  await shop.runtime.idle();
  const { sweep } = shop.storage.retention;
  let refusals = 0;
  Object.assign(shop.storage.retention, {
    sweep: () => {
      refusals += 1;
      return Promise.reject(new Error("database or disk is full"));
    },
  });
  shop.clock.move(31 * day);
  await shop.clock.asleepUntil(shop.clock.now() + hour);
  expect(refusals).toBe(1);
  expect(shop.complaints).toContain("old data could not be removed");
  Object.assign(shop.storage.retention, { sweep });
  await pass(shop, hour);
  expect(await statusOf(shop, runId)).toBeUndefined();
});

it("a run that is run again while it is being removed is not found", async () => {
  const shop = await open();
  const runId = await shop.start("test/steps");
  await shop.runtime.idle();
  shop.storage.beforeCommit = async () => {
    shop.storage.beforeCommit = () => Promise.resolve();
    await shop.storage.retention.sweep({
      expired: { kind: "runs", status: "completed", before: millis(shop.clock.now() + day) },
      cursor: null,
      weightMax: 100,
    });
  };
  await expect(shop.runtime.rerun(runId)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  expect(examineDatabase({ file: shop.file, isFull: false }).findings).toEqual([]);
});
