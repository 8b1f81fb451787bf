import { expect, test } from "vitest";
import { latencyOf } from "./latency.ts";

test("a summary does not depend on the order of the series", () => {
  const series = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(latencyOf(series.toReversed())).toEqual({ count: 100, p50: 51, p99: 100, max: 100 });
});

test("an empty series has no median", () => {
  expect(latencyOf([]).p50).toBeNaN();
});
