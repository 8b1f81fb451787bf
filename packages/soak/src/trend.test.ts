import { describe, expect, it } from "vitest";
import { measuredPart, medianOf, type Point, trendOf } from "./trend.ts";

const allowance = { share: 0.1, least: 5 };
/** A wave that is no trend, in the place of chance. */
const noise = (n: number) => Math.sin(n * 2.4) * 4;
const series = (count: number, value: (n: number) => number): Point[] =>
  Array.from({ length: count }, (_, n) => ({ at: n * 10, value: value(n) }));

describe("a series", () => {
  it("that rises by more than is allowed is a trend", () => {
    const trend = trendOf(
      series(180, (n) => 100 + n * 0.1 + noise(n)),
      allowance,
    );
    expect(trend.isRising).toBe(true);
    expect(trend.growth).toBeGreaterThan(12);
    expect(trend.growth).toBeLessThan(16);
  });

  it.each([
    ["stays where it is", (n: number) => 100 + noise(n)],
    ["rises by less than the share", (n: number) => 100 + n * 0.05 + noise(n)],
    ["falls", (n: number) => 100 - n * 0.2 + noise(n)],
    ["rises only while it warms up", (n: number) => (n < 36 ? n * 3 : 108) + noise(n)],
    ["has single peaks", (n: number) => 100 + noise(n) + (n % 10 === 9 ? n * 20 : 0)],
    ["is small and rises by less than the least", (n: number) => 2 + n * 0.02],
    ["is constant", () => 7],
  ])("that %s is none", (_what, value) => {
    expect(trendOf(series(180, value), allowance).isRising).toBe(false);
  });

  it("of very few points is never one", () => {
    expect(
      trendOf(
        series(4, (n) => n * 1_000),
        allowance,
      ).isRising,
    ).toBe(false);
    expect(trendOf([], allowance)).toMatchObject({ median: 0, growth: 0, isRising: false });
  });

  it("is measured without its first fifth", () => {
    expect(measuredPart(series(11, (n) => n)).map(({ value }) => value)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("has its median in the middle", () => {
    expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3]), medianOf([])]).toEqual([2, 2.5, 0]);
  });
});
