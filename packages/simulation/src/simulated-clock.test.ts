import { millis } from "@stepwright/protocol";
import { expect, test } from "vitest";
import { createSimulatedClock, worldStart } from "./simulated-clock.ts";

const never = new AbortController().signal;

function sleepUntil(clock: ReturnType<typeof createSimulatedClock>, ms: number, woken: string[]): void {
  void clock.sleepUntil(millis(worldStart + ms), never).then(() => woken.push(`${ms}`));
}

test("things happen in the order of their times, and those of one time in the order they were planned", () => {
  const clock = createSimulatedClock();
  const done: string[] = [];
  clock.after(20, () => done.push("late"));
  clock.after(10, () => done.push("first"));
  clock.after(10, () => done.push("second"));
  while (clock.step());
  expect(done).toEqual(["first", "second", "late"]);
  expect(clock.elapsed).toBe(20);
  expect(clock.now()).toBe(worldStart + 20);
});

test("a clock that jumps forwards wakes sleepers at once, and leaves the world its time", async () => {
  const clock = createSimulatedClock();
  const woken: string[] = [];
  sleepUntil(clock, 1_000, woken);
  clock.after(500, () => undefined);
  clock.jump(5_000);
  expect(clock.step()).toBe(true);
  await Promise.resolve();
  expect(woken).toEqual(["1000"]);
  expect(clock.elapsed).toBe(0);
});

test("a clock that jumps backwards lets sleepers sleep longer", async () => {
  const clock = createSimulatedClock();
  const woken: string[] = [];
  sleepUntil(clock, 1_000, woken);
  clock.jump(-500);
  expect(clock.step()).toBe(true);
  await Promise.resolve();
  expect(woken).toEqual(["1000"]);
  expect(clock.elapsed).toBe(1_500);
});

test("a clock that was set back knows which times it shows twice", () => {
  const clock = createSimulatedClock();
  clock.after(1_000, () => clock.jump(-300));
  clock.step();
  const shown = [699, 700, 1_000, 1_001].map((ms) => clock.hasShownTwice(worldStart + ms));
  expect(shown).toEqual([false, true, true, false]);
});

test("nobody is woken whose process has died", () => {
  const clock = createSimulatedClock();
  const woken: string[] = [];
  sleepUntil(clock, 1_000, woken);
  clock.forgetSleepers();
  expect(clock.step()).toBe(false);
  expect(woken).toEqual([]);
});

test("who sleeps for a time sleeps that long, whatever the clock is set to", async () => {
  for (const jump of [5_000, -5_000]) {
    const clock = createSimulatedClock();
    let isAwake = false;
    void clock.sleep(1_000, never).then(() => {
      isAwake = true;
    });
    clock.after(500, () => clock.jump(jump));
    clock.after(999, () => undefined);
    clock.step();
    clock.step();
    await Promise.resolve();
    expect(isAwake).toBe(false);
    clock.step();
    await Promise.resolve();
    expect([isAwake, clock.elapsed]).toEqual([true, 1_000]);
  }
});
