import { getEventListeners } from "node:events";
import { millis } from "@stepwright/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createRandom, createWallClock } from "./wall-clock.ts";

const clock = createWallClock();

afterEach(() => {
  vi.useRealTimers();
});

describe("the wall clock", () => {
  it("sleeps for a time that is past not at all, and leaves no listener behind", async () => {
    const abort = new AbortController();
    await clock.sleepUntil(millis(clock.now() - 1), abort.signal);
    await clock.sleepUntil(millis(clock.now() + 1), abort.signal);
    await clock.sleep(0, abort.signal);
    await clock.sleep(1, abort.signal);
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });

  it("wakes early only when it is told to", async () => {
    const abort = new AbortController();
    const sleep = clock.sleepUntil(millis(clock.now() + 3_600_000), abort.signal);
    abort.abort();
    await sleep;
    await clock.sleepUntil(millis(clock.now() + 3_600_000), abort.signal);
    await clock.sleep(3_600_000, abort.signal);
  });

  it("sleeps for longer than a timer can count", async () => {
    vi.useFakeTimers({ now: 0 });
    const woken = vi.fn<() => void>();
    const sleep = clock.sleepUntil(millis(25 * 86_400_000), new AbortController().signal).then(woken);
    await vi.advanceTimersByTimeAsync(25 * 86_400_000 - 1);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await sleep;
  });

  it("notices within a minute that the clock was set ahead, or the machine has slept", async () => {
    vi.useFakeTimers({ now: 0 });
    const woken = vi.fn<() => void>();
    const sleep = clock.sleepUntil(millis(3_600_000), new AbortController().signal).then(woken);
    await vi.advanceTimersByTimeAsync(1_000);
    vi.setSystemTime(3_600_000);
    await vi.advanceTimersByTimeAsync(60_000);
    await sleep;
    expect(woken).toHaveBeenCalled();
  });

  it("sleeps for a number of milliseconds, whatever the clock is set to meanwhile", async () => {
    for (const time of [0, 7_200_000]) {
      vi.useFakeTimers({ now: 3_600_000 });
      const woken = vi.fn<() => void>();
      const sleep = clock.sleep(100_000, new AbortController().signal).then(woken);
      vi.setSystemTime(time);
      await vi.advanceTimersByTimeAsync(99_999);
      expect(woken).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      await sleep;
    }
  });

  it("does not wake early because the clock was set back", async () => {
    vi.useFakeTimers({ now: 3_600_000 });
    const woken = vi.fn<() => void>();
    const sleep = clock.sleepUntil(millis(3_700_000), new AbortController().signal).then(woken);
    vi.setSystemTime(0);
    await vi.advanceTimersByTimeAsync(3_699_999);
    expect(woken).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await sleep;
  });
});

describe("chance", () => {
  it("gives ids that rise strictly, also within a millisecond and when time goes back", () => {
    const random = createRandom();
    const ids = [5, 5, 5, 3, 6].map((at) => random.ulid(millis(at)));
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(5);
  });

  it("gives fractions below one that differ", () => {
    const random = createRandom();
    const fractions = Array.from({ length: 3_000 }, () => random.fraction());
    expect(fractions.every((one) => one >= 0 && one < 1)).toBe(true);
    expect(new Set(fractions).size).toBeGreaterThan(2_990);
  });
});
