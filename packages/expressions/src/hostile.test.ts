// Inputs made to exhaust the stack, the memory or the time of the server.
import { describe, expect, test } from "vitest";
import { compile, evaluate, interpolate, keyOf, matches, type EvaluationResult } from "./index.ts";

const now = Date.UTC(2026, 10, 23);
const list = Array.from({ length: 10_000 }, (_, at) => at);
const long = "x".repeat(3_000_000);
const map = Object.fromEntries(list.map((at) => [`k${at}`, at]));
const event = {
  list,
  long,
  alsoLong: `${long.slice(1)}x`,
  map,
  pattern: `${"a".repeat(60_000)}b`,
  deep: nested(50_000),
  alsoDeep: nested(50_000),
};
const exhausted = { kind: "error", message: "the expression takes more than 100000 steps with this event" };

function nested(levels: number): unknown {
  let value: unknown = "core";
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

function run(text: string): EvaluationResult {
  const compiled = compile(text);
  if (compiled.kind === "invalid") throw new Error(compiled.message);
  return evaluate(compiled.expression, { event }, { now });
}

describe("a text is refused, and nothing is thrown, when it", () => {
  test.each([
    ["nests parentheses", `${"(".repeat(8000)}1${")".repeat(8000)}`],
    ["nests lists", `${"[".repeat(8000)}1${"]".repeat(8000)}`],
    ["nests negations", `${"!".repeat(60_000)}true`],
    ["nests minus signs", `${"-".repeat(60_000)}1`],
    ["has a long sum", Array.from({ length: 5000 }, () => "event.a").join("+")],
    ["has a long path", `event${".a".repeat(20_000)}`],
    ["has a long chain of calls", `event${".f()".repeat(10_000)}`],
    ["has a long chain of ternaries", `${"event.a ? 1 : ".repeat(4000)}1`],
    ["is too long", "a".repeat(70_000)],
  ])("%s", (_what, text) => expect(compile(text).kind).toBe("invalid"));

  test("a long chain of || is flat and fine", () => {
    expect(run(Array.from({ length: 4000 }, () => "event.a == 1").join(" || "))).toEqual({
      kind: "value",
      value: false,
    });
  });
});

describe("the budget ends", () => {
  test.each([
    "event.list.exists(a, event.list.exists(b, event.list.exists(c, a + b + c == -1.0)))",
    "event.list.map(a, event.list.map(b, event.list.map(c, a)))",
    "event.list.all(x, event.map.exists(k, k == 'none') == false)",
    "event.list.all(x, size(event.map) > 0)",
    "event.list.all(x, size(event.long) > 0)",
    "event.list.all(x, event.long != event.alsoLong + 'y' || event.long < event.alsoLong)",
    "event.list.all(x, event.long <= event.alsoLong)",
    "event.list.exists(x, event.long.contains('y'))",
    "event.list.exists(x, bytes(event.long) == b'')",
    "event.list.exists(x, -1.0 in event.list)",
    "event.list.all(x, event.map + '' != '')",
    "event.list.all(x, date('2021-01-31') > date('2020-01-31'))",
    "event.list.all(x, timestamp('2021-01-31T10:00:00Z').getHours('Europe/Rome') == 11)",
    "event.list.exists(x, event.pattern.matches('(a+)+$'))",
    "event.pattern.matches('(?i)[\\\\pL]{900}x')",
    "[event.list, event.list, event.list, event.list, event.list, event.list, event.list, event.list, event.list, event.list, event.list]",
  ])("%s", (text) => {
    expect(run(text)).toEqual(exhausted);
    const compiled = compile(text);
    expect(compiled.kind === "compiled" && matches(compiled.expression, { event }, { now })).toBe(false);
  });
});

describe("limits", () => {
  test("a catastrophic pattern runs in linear time", () =>
    expect(run("event.pattern.matches('(a+)+$')")).toEqual({ kind: "value", value: false }));

  test.each([
    "event.pattern.matches('((a{100}){100}){100}')",
    "event.long.matches('x')",
    `event.pattern.matches('${"a".repeat(1001)}')`,
    "event.long + event.long",
    "event.deep + ''",
  ])("%s is an error", (text) => expect(run(text).kind).toBe("error"));

  test("values nested too deeply are unequal, and no stack overflows", () => {
    expect(run("event.deep == event.alsoDeep")).toEqual({ kind: "value", value: false });
    expect(run("event.deep").kind).toBe("value");
  });

  test("a key has a limit", () => {
    const compiled = compile("[event.long, event.long]");
    expect(compiled.kind === "compiled" && keyOf(compiled.expression, { event }, { now })).toEqual({
      kind: "error",
      message: "the key has more than 1048576 characters",
    });
  });

  test.each([
    ["event.long == async.data.a", "more than 65536 characters"],
    [Array.from({ length: 500 }, () => "event.long == async.data.a").join(" || "), "more than 65536 characters"],
    ["event.deep == async.data.a", "nested too deeply"],
    ["event.list.exists(a, event.list.exists(b, a + b == -1.0)) || async.data.a == 1", "more than 100000 steps"],
  ])("interpolating %j is invalid", (text, message) => {
    const interpolated = interpolate(text, event, { now, use: "wait" });
    expect(interpolated.kind === "invalid" && interpolated.message).toContain(message);
  });

  test("a list of a thousand ids can be interpolated", () => {
    const ids = Array.from({ length: 1000 }, (_, at) => `01J0000000000000000000${at}`);
    const interpolated = interpolate("async.data.id in event.ids", { ids }, { now, use: "cancel" });
    expect(interpolated.kind).toBe("expression");
  });
});
