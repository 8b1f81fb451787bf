// Calendar months: bounds, the month before, and what is a month at all.
import { expect, test } from "vitest";
import { isMonth, monthBounds, monthOf, monthText, previousMonth } from "../lib/month.ts";

test("a month runs to the beginning of the next, also in December", () => {
  expect(monthBounds({ month: 12, year: 2026 })).toEqual({
    fromAt: Date.UTC(2026, 11, 1),
    untilAt: Date.UTC(2027, 0, 1),
  });
});

test("the month before January is December", () => {
  expect(previousMonth({ month: 1, year: 2026 })).toEqual({ month: 12, year: 2025 });
  expect(previousMonth({ month: 3, year: 2026 })).toEqual({ month: 2, year: 2026 });
});

test("a point in time lies in its month in UTC", () => {
  expect(monthOf(Date.UTC(2026, 1, 1) - 1)).toEqual({ month: 1, year: 2026 });
  expect(monthOf(Date.UTC(2026, 1, 1))).toEqual({ month: 2, year: 2026 });
});

test("a month is written as days in it begin", () => {
  expect(monthText({ month: 9, year: 2026 })).toBe("2026-09");
});

test.each([0, 13, 1.5, Number.NaN])("%d is no month", (month) => {
  expect(isMonth({ month, year: 2026 })).toBe(false);
});

test("months have numbers from 1 to 12", () => {
  expect(isMonth({ month: 1, year: 2026 })).toBe(true);
  expect(isMonth({ month: 12, year: 2026 })).toBe(true);
  expect(isMonth({ month: 12, year: 1999 })).toBe(false);
});
