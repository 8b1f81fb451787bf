// The name that was probably meant.
import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

const known = ["user/signed-up", "user/validate", "order/paid", "my/event"];

test.each([
  ["user/signedup", "user/signed-up"],
  ["User/Signed-Up", "user/signed-up"],
  ["user/valdiate", "user/validate"],
  ["order.paid", "order/paid"],
])("%s was probably meant to be %s", (typed, meant) => {
  expect(nearestName(typed, known)).toBe(meant);
});

test("a name that resembles none has no nearest name", () => {
  expect(nearestName("invoice/created", known)).toBeNull();
  expect(nearestName("x", [])).toBeNull();
});
