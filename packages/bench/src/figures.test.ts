import { expect, test } from "vitest";
import { figuresOf } from "./figures.ts";

test("figures do not depend on the order of the series", () => {
  const series = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(figuresOf(series.toReversed())).toEqual({ count: 100, p50: 51, p99: 100, max: 100 });
});

test("an empty series has no figures", () => {
  expect(figuresOf([]).p50).toBeNaN();
});
