import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readJson, readJsonObject, readOptionalObject } from "./read-json.ts";

const folder = mkdtempSync(join(tmpdir(), "stepwright-json-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "a.json");
writeFileSync(file, '{"from":"file"}\n');

const input = (text: string | null) => ({ readInput: () => Promise.resolve(text), hasInput: text !== null });
const value = (read: unknown) => ({ kind: "value", value: read });
const failed = (message: string | RegExp) => ({
  kind: "failed",
  message: typeof message === "string" ? message : expect.stringMatching(message),
});

describe("JSON on the command line", () => {
  it.each([
    ["[1]", null, value([1])],
    [`@${file}`, null, value({ from: "file" })],
    ["-", ' {"from":"input"}\n', value({ from: "input" })],
    ["-", null, failed("there is nothing on standard input for --data; pipe JSON into the command")],
    ["-", " ", failed(/^standard input is empty; /)],
    ["-", "@x", failed(/^standard input is no JSON: @x; /)],
    ["@", null, failed(/ cannot be read: ENOENT/)],
    ["{a:1}", null, failed(`--data is no JSON: {a:1}; quote it for the shell, as in '{"userId":"ada"}'`)],
    ["x".repeat(99), null, failed(/^--data is no JSON: x{40}; /)],
  ])("%s with %j on standard input is %j", async (written, text, outcome) => {
    expect(await readJson("--data", written, input(text))).toEqual(outcome);
  });

  it("must be an object where one is wanted", async () => {
    expect(await readJsonObject("--data", '{"a":1}', input(null))).toEqual(value({ a: 1 }));
    expect(await readJsonObject("--data", "[1]", input(null))).toEqual(
      failed('--data must be an object such as {"userId":"ada"}'),
    );
  });

  it.each([
    ["{}", '{"from":"input"}', false, value({})],
    [null, '{"from":"input"}', false, value({ from: "input" })],
    [null, '{"from":"input"}', true, value(null)],
    [null, null, false, value(null)],
    // An empty pipe is no mistake where nothing was asked for.
    [null, "\n", false, value(null)],
    [null, "7", false, failed(/^standard input must be an object/)],
    [null, `@${file}`, false, failed(/^standard input is no JSON/)],
    ["-", "", false, failed(/^standard input is empty/)],
  ])("that is optional: %j with %j, taken by another %j, is %j", async (written, text, isInputTaken, outcome) => {
    expect(await readOptionalObject("--data", written, { input: input(text), isInputTaken })).toEqual(outcome);
  });
});
