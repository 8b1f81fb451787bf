import { canonicalJson, millis, parseJsonText } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon } from "../../test/sample.ts";
import { flowKey, type KeyInput, keyPart, sharedKey, shownKey } from "./flow-key.ts";

function inputOf(data: Readonly<Record<string, unknown>>): KeyInput {
  return { event: parseJsonText(canonicalJson({ name: "shop/order", data, ts: noon })), now: noon };
}

const input = inputOf({
  user: "u7",
  one: 1,
  text: "1",
  no: false,
  yes: true,
  nothing: null,
  empty: "",
  list: [1, "a"],
});

describe("the key of an event", () => {
  it.each([
    ["event.data.user", { kind: "key", text: "u7" }],
    ["event.data.one", { kind: "key", text: "1" }],
    ["event.data.text", { kind: "key", text: "1" }],
    ["event.data.yes", { kind: "key", text: "true" }],
    ["'all'", { kind: "key", text: "all" }],
    ["event.name", { kind: "key", text: "shop/order" }],
    ["event.data.user + '-' + event.data.text", { kind: "key", text: "u7-1" }],
    // False and what is missing are no key; null and the empty text are values (semantics.md §6.3).
    ["event.data.no", { kind: "none" }],
    ["event.data.missing", { kind: "none" }],
    ["event.data.user == 'u8'", { kind: "none" }],
  ] as const)("that is %s is %o", (expression, expected) => {
    expect(flowKey(expression, input)).toEqual(expected);
  });

  it.each(["event.data.nothing", "event.data.empty", "event.data.list"])(
    "is a key of its own when it is a value, as %s",
    (expression) => {
      expect(flowKey(expression, input).kind).toBe("key");
    },
  );

  it("errs when it meets an event it was not written for, or cannot be read any more", () => {
    expect(flowKey("event.data.user - 1", input)).toMatchObject({ kind: "error" });
    expect(flowKey("event.data. ==", input)).toMatchObject({ kind: "error" });
  });

  it("may depend on the time, which is that of the start", () => {
    const at = (ms: number) => flowKey("string(now())", { ...input, now: millis(ms) });
    expect(at(noon)).toEqual(at(noon));
    expect(at(noon)).not.toEqual(at(noon + 60_000));
  });
});

describe("a key that everybody without one shares", () => {
  it.each([
    ["event.data.user", "u7"],
    ["event.data.missing", "false"],
    ["event.data.no", "false"],
    ["event.data.user - 1", "false"],
    ["event.data. ==", "false"],
  ])("is for %s %s", (expression, expected) => {
    expect(sharedKey(expression, input)).toBe(expected);
  });

  it("is null for a limit without a key, which is no bucket of the others", () => {
    expect(sharedKey(null, input)).toBeNull();
  });
});

describe("a key in ids and on pages", () => {
  it("is short however long it is", () => {
    const long = "k".repeat(100_000);
    expect(keyPart(long).length).toBeLessThan(100);
    expect(shownKey(long)).toBe(`${"k".repeat(200)}…`);
  });

  it("is told apart from every other, and from none", () => {
    const keys = [null, "", "false", "a", "b", `${"k".repeat(300)}1`, `${"k".repeat(300)}2`];
    expect(new Set(keys.map(keyPart)).size).toBe(keys.length);
  });

  it("is shown whole while it is short", () => {
    expect(shownKey("k".repeat(200))).toBe("k".repeat(200));
    expect(shownKey(null)).toBeNull();
  });
});
