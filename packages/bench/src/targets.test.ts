import { describe, expect, test } from "vitest";
import { type Figure, figure } from "./figure.ts";
import { describeTarget, isMet } from "./targets.ts";

const floor = (value: number) => ({ name: "floor", value, p99: null, cpuMicros: null });
const made = (given: Partial<Figure> & Pick<Figure, "id" | "value" | "unit">) => figure({ title: given.id, ...given });

describe("a target", () => {
  test.each([
    [
      "a rate at the bound of its ratio",
      made({ id: "calls/3-steps", value: 400, unit: "per s", reference: floor(1_000) }),
      true,
    ],
    ["a rate below it", made({ id: "calls/3-steps", value: 399, unit: "per s", reference: floor(1_000) }), false],
    ["a latency with a good median and p99", made({ id: "first-call", value: 4, p99: 20, unit: "ms" }), true],
    ["a latency with a bad p99", made({ id: "first-call", value: 4, p99: 21, unit: "ms" }), false],
    ["a rate that is high enough", made({ id: "checkpoint/1", value: 4_000, unit: "per s" }), true],
    ["a measurement that failed", made({ id: "idle/fresh/cpu", value: Number.NaN, unit: "%" }), false],
    ["growth", made({ id: "growth/steps/1000000", value: 1.3, unit: "ms", reference: floor(1) }), false],
    [
      "the smallest of a series, which is compared with nothing",
      made({ id: "growth/steps/10000", value: 1, unit: "ms" }),
      null,
    ],
    ["a figure without a target", made({ id: "sleepers/memory", value: 1, unit: "MB" }), null],
  ])("of %s", (_, given, met) => {
    expect(isMet(given)).toBe(met);
  });

  test("is told in words", () => {
    expect(describeTarget(made({ id: "first-call", value: 1, unit: "ms" }))).toBe("≤ 4 ms, p99 ≤ 20 ms");
    expect(describeTarget(made({ id: "sdk-v4/3-steps", value: 1, unit: "per s", reference: floor(1) }))).toBe(
      "≤ 1.33 × floor",
    );
    expect(describeTarget(made({ id: "sleepers/memory", value: 1, unit: "MB" }))).toBe("");
  });
});
