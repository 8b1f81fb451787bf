// The page about testing shows code that runs: every block of it is a part of these examples, and every message of a test.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const repository = join(import.meta.dirname, "../../..");
const page = readFileSync(join(repository, "docs/testing.md"), "utf8");

const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
const messages = [...section("What it says when something is wrong").matchAll(/^\| `(.+?)` \|/gm)].map(
  ([, message = ""]) => message,
);

test("there are blocks and messages to look for", () => {
  expect(blocks.length).toBeGreaterThan(25);
  expect(messages.length).toBeGreaterThan(10);
});

test.each(blocks.map((code) => [firstLine(code), code]))("a block of code is a part of an example: %s", (_, code) => {
  const sources = ["testing-vitest", "testing-jest"].flatMap((example) =>
    ["src", "test"].flatMap((folder) => textsIn(join(repository, "examples", example, folder))),
  );
  expect(sources.map(withoutIndent).some((source) => source.includes(withoutIndent(code)))).toBe(true);
});

test.each(messages)("a message is one that a test gets: %s", (message) => {
  const tests = ["packages/testing/test", "examples/testing-vitest/test", "examples/testing-jest/test"];
  expect(tests.flatMap((folder) => textsIn(join(repository, folder))).join("\n")).toContain(message);
});

function firstLine(code: string): string {
  return code.trim().split("\n")[0] ?? "";
}

function section(heading: string): string {
  const [, after = ""] = page.split(`\n## ${heading}\n`);
  return after.split("\n## ")[0] ?? "";
}

function textsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
}

/** Blocks stand in the page as deep as they do in their files, or less. */
function withoutIndent(code: string): string {
  return code.replaceAll(/^ +/gm, "").trim();
}
