import { expect, test } from "vitest";
import { exactDuration, shortDuration } from "./duration-text.ts";

const day = 86_400_000;

test.each([
  [0, "0ms", "0ms"],
  [7, "7ms", "7ms"],
  [1_500, "1s500ms", "1s500ms"],
  [60_000, "1m", "1m"],
  [5_400_000, "1h30m", "1h30m"],
  [7 * day, "7d", "7d"],
  [7 * day + 2 * 3_600_000 + 3 * 60_000 + 4_005, "7d2h3m4s5ms", "7d2h"],
  [day + 59_999, "1d59s999ms", "1d"],
  [-2 * day - 1, "-2d1ms", "-2d"],
])("%d ms is %s, and %s for short", (ms, exact, short) => {
  expect(exactDuration(ms)).toBe(exact);
  expect(shortDuration(ms)).toBe(short);
});
