import { expect, test } from "vitest";
import { readDuration } from "./read-duration.ts";

test.each([
  ["2d", 2 * 86_400_000],
  ["2 days", 2 * 86_400_000],
  ["1 Day", 86_400_000],
  ["1 hour 30 minutes", 5_400_000],
  ["90 mins", 5_400_000],
  ["250 milliseconds", 250],
  ["1 week", 7 * 86_400_000],
  ["10 secs", 10_000],
  ["1.5h", 5_400_000],
  [1.2, 2],
  ["0", 0],
])("%j is %d ms", (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

test.each(["soon", "", "2", "2 moons", "-1d", -1, Number.NaN, Infinity])("%j is none", (text) => {
  expect(() => readDuration(text)).toThrow("is no duration; give one such as");
});
