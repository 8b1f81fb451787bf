// Durations and times as people read them.
import { expect, test } from "vitest";
import { formatAbsolute, formatCoarse, formatDuration, formatRelative } from "./duration.ts";

test.each([
  [-5, "0 ms"],
  [0, "0 ms"],
  [12.4, "12 ms"],
  [999, "999 ms"],
  [1_000, "1 s"],
  [1_240, "1.24 s"],
  [9_500, "9.5 s"],
  [10_000, "10 s"],
  [12_340, "12.3 s"],
  [59_960, "1 min"],
  [86_000, "1 min 26 s"],
  [3_599_900, "1 h"],
  [7_500_000, "2 h 5 min"],
  [86_399_999, "1 d"],
  [187_200_000, "2 d 4 h"],
  [604_800_000, "7 d"],
])("a duration of %d ms reads %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [400, "0 s"],
  [27_400, "27 s"],
  [59_700, "1 min"],
  [61_400, "1 min 1 s"],
])("a countdown of %d ms reads %s", (ms, text) => {
  expect(formatCoarse(ms)).toBe(text);
});

test.each([
  [-300, "just now"],
  [-12_900, "12 s ago"],
  [-125_000, "2 min ago"],
  [-90_000_000, "1 d ago"],
  [27_000, "in 27 s"],
  [187_200_000, "in 2 d 4 h"],
])("a time %d ms from now reads %s", (distance, text) => {
  expect(formatRelative(1_800_000_000_000 + distance, 1_800_000_000_000)).toBe(text);
});

test("an absolute time is written in full, to the millisecond", () => {
  expect(formatAbsolute(new Date(2026, 10, 3, 4, 5, 6, 7).getTime())).toBe("2026-11-03 04:05:06.007");
});
