import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import { parseEvents } from "./event.ts";
import { isNestedTooDeep, nestingMax } from "./nesting.ts";
import { parseOps } from "./opcode.ts";
import { readSdkResponse } from "./sdk-response.ts";
import { millis } from "./ids.ts";

const lists = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const answer = (body: string) => ({
  status: 206,
  headers: { "x-inngest-sdk": "js:v4.0.0", "content-type": "application/json" },
  body,
});

describe("a value", () => {
  it("may have as many levels as the limit says, and not one more", () => {
    expect(isNestedTooDeep(JSON.parse(lists(nestingMax)))).toBe(false);
    expect(isNestedTooDeep(JSON.parse(lists(nestingMax + 1)))).toBe(true);
    expect(isNestedTooDeep(JSON.parse(objects(nestingMax + 1)))).toBe(true);
    expect(isNestedTooDeep([1, "a", null, [{}]])).toBe(false);
    expect(isNestedTooDeep("text")).toBe(false);
    expect(canonicalJson(JSON.parse(objects(nestingMax)))).toBe(objects(nestingMax));
    expect(() => canonicalJson(JSON.parse(objects(nestingMax + 1)))).toThrow(/nested deeper than 10000 levels/);
  });

  it("too deep in an event is refused by the event's index, and the others are named if they are wrong", () => {
    const body = `[{"name":"a"},{"name":"b","data":${objects(1_000_000)}}]`;
    expect(parseEvents(body)).toMatchObject({
      kind: "rejected",
      error: { code: "EVENT_FIELD_INVALID", details: { problems: [{ index: 1 }] } },
    });
  });

  it.each(["data", "opts"])("too deep in an op's %s fails the attempt with the reason", (field) => {
    const body = `[{"op":"StepRun","id":"a","name":"a","${field}":{"a":${lists(1_000_000)}}}]`;
    expect(readSdkResponse(answer(body), millis(0))).toMatchObject({
      kind: "failed",
      error: { error: "invalid_response", message: expect.stringMatching(/nested deeper than 10000 levels/) },
      noRetry: null,
    });
  });

  it("too deep as a function's result or error fails the attempt as well", () => {
    const { headers } = answer("");
    const deep = lists(1_000_000);
    expect(readSdkResponse({ status: 200, headers, body: deep }, millis(0)).kind).toBe("failed");
    const error = `{"name":"E","message":"m","cause":${deep}}`;
    expect(readSdkResponse({ status: 500, headers, body: error }, millis(0)).kind).toBe("failed");
  });
});

describe("ops beyond what an answer may have", () => {
  it("are counted and not read", () => {
    const op = '{"op":"StepPlanned","id":"a","name":"a"}';
    const parsed = parseOps(`[${Array.from({ length: 1_000 }, () => op).join(",")},7,"nonsense"]`);
    expect(parsed.kind === "ops" && parsed.ops.length).toBe(1_002);
    expect(parseOps(`[${op},7]`)).toMatchObject({ kind: "malformed", message: expect.stringMatching(/^op 1 /) });
  });
});
