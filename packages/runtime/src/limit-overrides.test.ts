import { defaultRunLimits } from "@stepwright/protocol";
import { expect, it } from "vitest";
import { createLimitOverrides } from "./limit-overrides.ts";

const forAll = { ...defaultRunLimits, stepsPerRunMax: 50, runStateBytesMax: 5_000, stepOutputBytesMax: 700 };

it("puts a function's own limits in place of those that hold for all, and no others", () => {
  const limits = createLimitOverrides(forAll);
  expect(limits.of("a")).toEqual(forAll);
  limits.set("steps", "a", 3);
  limits.set("stateBytes", "b", 90);
  expect(limits.of("a")).toEqual({ ...forAll, stepsPerRunMax: 3 });
  expect(limits.of("b")).toEqual({ ...forAll, runStateBytesMax: 90 });
  expect(limits.of("c")).toEqual(forAll);
  expect(limits.clear("steps", "a")).toBe(true);
  expect(limits.clear("steps", "a")).toBe(false);
  expect(limits.of("a")).toEqual(forAll);
});
