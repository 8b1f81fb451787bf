// Time: timers fire when their time has come, however the clock got there; crons survive downtime; crowds stay in bounds.
import type { Transition } from "@stepwright/engine";
import { asQueueItemId, type JsonObject, type Millis, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { systemItemsMax } from "../src/index.ts";
import { createManualClock } from "./manual-clock.ts";
import { openRuntime, openShop } from "./open-runtime.ts";
import { done, type Handler, ops } from "./test-app.ts";
import { tempFile } from "./temp-file.ts";

const hourMs = 3_600_000;

function sleepFor(duration: string): Handler {
  return ({ steps }) =>
    "z" in steps ? done() : ops({ op: "Sleep", id: "z", name: duration, displayName: "z", opts: {} });
}

describe("a timer", () => {
  it("never fires early, and fires at its time", async () => {
    const clock = createManualClock();
    const { runtime, storage, start, ended } = await openShop([{ name: "sleep", handle: sleepFor("1h") }], { clock });
    const runId = await start("test/sleep");
    await runtime.idle();
    clock.move(hourMs - 1);
    await runtime.idle();
    expect((await storage.runs.get(runId))?.status).toBe("running");
    clock.move(1);
    expect((await ended(runId)).endedAt).toBe(clock.now());
  });

  it("gives way to an earlier one that comes later", async () => {
    const clock = createManualClock();
    const { runtime, start, ended, storage } = await openShop(
      [
        { name: "long", handle: sleepFor("1d") },
        { name: "short", handle: sleepFor("1m") },
      ],
      { clock },
    );
    const long = await start("test/long");
    await runtime.idle();
    const short = await start("test/short");
    await runtime.idle();
    expect(clock.sleepers).toBe(1);
    clock.move(60_000);
    expect((await ended(short)).status).toBe("completed");
    expect((await storage.runs.get(long))?.status).toBe("running");
    clock.move(24 * hourMs);
    expect((await ended(long)).status).toBe("completed");
  });

  it("is not lost when the clock goes back before it is looked at, nor when it leaps far ahead", async () => {
    const clock = createManualClock();
    const { runtime, storage, start, ended } = await openShop([{ name: "sleep", handle: sleepFor("1h") }], { clock });
    const runId = await start("test/sleep");
    await runtime.idle();
    // It fires, but by the time of its commit it is earlier again.
    clock.move(hourMs);
    clock.move(-2 * hourMs);
    await runtime.idle();
    expect((await storage.runs.get(runId))?.status).toBe("running");
    clock.move(1_000 * hourMs);
    expect((await ended(runId)).status).toBe("completed");
  });
});

describe("a crowd", () => {
  it("of 100,000 items due at once is worked on in lots that fit the lane", async () => {
    const clock = createManualClock();
    const count = 100_000;
    const { runtime, storage } = await openRuntime({
      clock,
      async prepare(storage) {
        for (let from = 0; from < count; from += 10_000) {
          await storage.commit({
            transitions: [crowd(from, from + 10_000, millis(clock.now() + hourMs))],
            now: clock.now(),
            lease: [],
          });
        }
      },
    });
    expect(await storage.queue.depth()).toMatchObject({ future: count });
    clock.move(hourMs);
    await runtime.idle();
    expect(await storage.queue.depth()).toEqual({ due: 0, future: 0, setAside: 0 });
    expect(storage.mostLeased).toBeLessThanOrEqual(systemItemsMax);
    expect(storage.mostLeased).toBeGreaterThan(systemItemsMax / 8);
  }, 120_000);

  /** Items that are dropped as soon as they are looked at: the events they match were never stored. */
  function crowd(from: number, to: number, at: Millis): Transition {
    return {
      guards: [],
      effects: Array.from({ length: to - from }, (_, index) => ({
        kind: "enqueue",
        item: {
          id: asQueueItemId(`crowd:${from + index}`),
          lane: "system",
          at,
          attempt: 0,
          work: {
            kind: "match",
            event: { kind: "stored", seq: 1_000_000 + index },
            cursor: { functionsAfter: null, pausesAfter: 0 },
          },
        },
      })),
    };
  }
});

describe("a cron", () => {
  const everyHour: JsonObject[] = [{ cron: "0 * * * *" }];

  it("fires at its ticks, one run each", async () => {
    const clock = createManualClock();
    const { app, runtime, storage } = await openShop([{ name: "tick", triggers: everyHour, handle: () => done() }], {
      clock,
    });
    await runtime.idle();
    for (let hour = 1; hour <= 3; hour += 1) {
      clock.move(hourMs);
      await runtime.idle();
      expect(app.calls).toHaveLength(hour);
    }
    const { items } = await storage.runs.list({}, { cursor: null, limit: 10 });
    expect(items.map((run) => `${run.status} by ${run.cron}`)).toEqual(Array(3).fill("completed by 0 * * * *"));
  });

  it.each([
    ["latest", 1],
    ["none", 0],
  ] as const)(
    "that missed ticks while the server was down makes up for them by policy %s with %i run",
    async (cronMissedTick, runs) => {
      const clock = createManualClock();
      const options = { file: tempFile(), clock, settings: { cronMissedTick } };
      const first = await openShop([{ name: "tick", triggers: everyHour, handle: () => done() }], options);
      await first.runtime.idle();
      await first.runtime.stop({ graceMs: 0 });
      await first.storage.close();

      clock.move(10 * hourMs + 60_001);
      const second = await openRuntime(options);
      await second.runtime.idle();
      expect(first.app.calls).toHaveLength(runs);
      expect((await second.storage.registry.crons())[0]?.nextAt).toBe(Date.UTC(2026, 0, 15, 23));
      // To the tick: on a leap past it, it would be missed once more.
      clock.move(Date.UTC(2026, 0, 15, 23) - clock.now());
      await second.runtime.idle();
      expect(first.app.calls).toHaveLength(runs + 1);
    },
  );
});
