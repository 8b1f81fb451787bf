import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";

test("scenarios and options are read", () => {
  expect(
    readArguments(["calls", "steps", "--smoke", "--repeat", "3", "--json", "out.json", "--data", "d"]),
  ).toMatchObject({
    words: ["calls", "steps"],
    size: "smoke",
    synchronous: "full",
    repeat: 3,
    json: "out.json",
    markdown: null,
    data: "d",
  });
});

test.each(["0", "x", "1.5"])("--repeat %s is refused", (repeat) => {
  expect(() => readArguments(["--repeat", repeat])).toThrow(/whole number/);
});
