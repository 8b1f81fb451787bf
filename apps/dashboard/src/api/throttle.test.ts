// Bursts become a steady pace, and the last request is never lost.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createThrottle } from "./throttle.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a burst runs at once and once more at the end, with the newest work", () => {
  const seen: string[] = [];
  const throttle = createThrottle(100);
  for (const name of ["a", "b", "c"]) throttle.run(() => seen.push(name));
  expect(seen).toEqual(["a"]);
  vi.advanceTimersByTime(100);
  expect(seen).toEqual(["a", "c"]);
  vi.advanceTimersByTime(100);
  throttle.run(() => seen.push("d"));
  expect(seen).toEqual(["a", "c", "d"]);
});

test("nothing runs after it was stopped", () => {
  const seen: string[] = [];
  const throttle = createThrottle(100);
  throttle.run(() => seen.push("a"));
  throttle.run(() => seen.push("b"));
  throttle.stop();
  vi.advanceTimersByTime(1_000);
  expect(seen).toEqual(["a"]);
});
