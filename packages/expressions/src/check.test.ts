// What registration refuses, what it only warns about, and the positions of both.
import { describe, expect, test } from "vitest";
import { checkExpression, compile, lintExpression, type ExpressionUse } from "./index.ts";

describe("compiling", () => {
  test("says where the syntax is wrong", () => {
    expect(compile("event.data.a == 1 &&\n  event.data.b === 2")).toEqual({
      kind: "invalid",
      message: "unexpected character: =",
      position: { line: 2, column: 18 },
    });
  });

  test("names the variables that an expression uses", () => {
    const compiled = compile("event.a == async.b && user.c == 1 && event.l.exists(x, x == string)");
    expect(compiled.kind === "compiled" && [...compiled.expression.variables]).toEqual(["event", "async", "user"]);
  });

  test("gives the same result for the same text", () => {
    expect(compile("event.data.a == 1")).toBe(compile("event.data.a == 1"));
  });

  test.each([
    "",
    "has(event)",
    "has(event['a'])",
    "event.l.exists(1, true)",
    "9223372036854775808",
    "-9223372036854775809",
    "'open",
    "event.data.?a",
    "event.data[?'a']",
    "1 2",
  ])("refuses %j", (text) => expect(compile(text).kind).toBe("invalid"));
});

describe("registering", () => {
  test.each<[string, ExpressionUse, string | null]>([
    ["event.data.a == 1", "trigger", null],
    ["event.data.a", "key", null],
    ["int(event.data.a)", "priority", null],
    ["size(event.data.a) > 1", "batch-if", null],
    ["has(async.data.a)", "wait", null],
    [
      "steps.a == 1",
      "key",
      'undeclared reference to "steps"; an expression knows event and, in waits and cancellations, async (line 1, column 1)',
    ],
    [
      "event.data.a == user.id",
      "trigger",
      'undeclared reference to "user"; an expression knows event and, in waits and cancellations, async (line 1, column 17)',
    ],
    [
      "event.data.l.exists(x, x == y)",
      "trigger",
      'undeclared reference to "y"; an expression knows event and, in waits and cancellations, async (line 1, column 29)',
    ],
    ["trim(event.data.a)", "key", 'unknown function "trim" (line 1, column 1)'],
    ["event.data.a.trim()", "key", 'unknown method "trim" (line 1, column 1)'],
    ["event.data.a.startsWith()", "key", "startsWith() does not take 0 arguments (line 1, column 1)"],
    ["now(1)", "wait", "now() does not take 1 argument (line 1, column 1)"],
    ["event.data.l.all(x)", "wait", 'unknown method "all" (line 1, column 1)'],
  ])("%s as a %s", (text, use, wanted) => expect(checkExpression(text, use)).toBe(wanted));

  test.each([
    ["event.data.a == async.data.a && !(async.data.n > -5) || async.data.l[0] in ['a', event.data.b]", null],
    ["(event.data.a ? int(async.data.a) : uint(async.data.b)) == double(async.data.c)", null],
    ["has(async.data.a)", "has()"],
    ["async.data.a.startsWith('x')", "startsWith()"],
    ["async.data.l.exists(x, x == 1)", "exists()"],
    ["string(async.data.a) == 'a'", "string()"],
    ["async.data.a + 1 == 2", "arithmetic (+)"],
    ["-async.data.a == 1", "arithmetic (-)"],
  ])("%s as a cancellation's condition", (text, refused) => {
    const message = checkExpression(text, "cancel");
    if (refused === null) expect(message).toBeNull();
    else expect(message).toContain(`may compare, combine and index, but not use ${refused} (line 1, column `);
  });

  test("an expression may have 16 KiB", () => {
    const text = `event.data.a == '${"x".repeat(16 * 1024 - 18)}'`;
    expect(checkExpression(text, "trigger")).toBeNull();
    expect(checkExpression(`${text} `, "trigger")).toBe(
      "the expression has 16385 characters; at most 16384 are allowed",
    );
  });
});

describe("linting", () => {
  test.each<[string, readonly string[]]>([
    ["event.data.a == 1 && event.data.n + 1.0 > 2.0", []],
    [
      "!has(event.data.a)",
      ["!has(…) is false even when the field is missing; write event.data.a == null (line 1, column 1)"],
    ],
    [
      "has(event.data.a) == false",
      ["has(…) == false is false even when the field is missing; write event.data.a == null (line 1, column 1)"],
    ],
    [
      "event.data.b && !event.data.a",
      ["!event.data.a is false when the field is missing; write event.data.a != true (line 1, column 17)"],
    ],
    [
      "event.data.n + 1 > 2",
      [
        "an event's numbers are doubles, and + between one and the integer 1 joins them as texts; write 1.0 (line 1, column 1)",
      ],
    ],
    [
      "2 * event.data.n > 2",
      ["an event's numbers are doubles, and * between one and the integer 2 is an error; write 2.0 (line 1, column 1)"],
    ],
    [
      "event.data.n % 2 == 0",
      ["an event's numbers are doubles, which have no %; write int(event.data.n) % … (line 1, column 1)"],
    ],
    ["((", []],
  ])("%s", (text, wanted) => expect(lintExpression(text)).toEqual(wanted));

  test("async is only warned about where it is never set", () => {
    expect(lintExpression("async.data.a == 1", "trigger")).toEqual([
      "async is set in waits and cancellations only, so this part is always missing (line 1, column 1)",
    ]);
    expect(lintExpression("async.data.a == 1", "wait")).toEqual([]);
  });
});
