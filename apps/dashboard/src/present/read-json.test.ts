// What is said about JSON while it is being typed.
import { expect, test } from "vitest";
import { readJson, readJsonObject } from "./read-json.ts";

test("good JSON is its value", () => {
  expect(readJson(' {"a": [1, null]} ')).toEqual({ kind: "value", value: { a: [1, null] } });
});

test("a problem names line and column", () => {
  expect(readJson('{\n  "a": 1,\n  b\n}')).toMatchObject({
    kind: "problem",
    message: expect.stringMatching(/^Line 3, column 3: /),
  });
  expect(readJson('{"a": 1')).toMatchObject({ kind: "problem", message: expect.stringMatching(/^Line 1, column 8: /) });
});

test("nothing typed is a problem with a hint", () => {
  expect(readJson("  ")).toMatchObject({ kind: "problem", message: expect.stringContaining("such as {}") });
});

test("an event's data must be an object", () => {
  expect(readJsonObject("{}")).toEqual({ kind: "value", value: {} });
  expect(readJsonObject("[1]")).toMatchObject({ kind: "problem" });
  expect(readJsonObject("null")).toMatchObject({ kind: "problem" });
});
