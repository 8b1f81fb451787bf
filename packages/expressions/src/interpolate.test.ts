// Interpolation: what folds, what is left, and what a missing field becomes.
import { describe, expect, test } from "vitest";
import { interpolate, type Interpolated } from "./index.ts";

const now = Date.UTC(2026, 10, 23);
const event = {
  name: "a",
  data: {
    id: "u1",
    n: 5,
    yes: true,
    nothing: null,
    list: ["a", "b"],
    map: { "my key": 1.5 },
    quote: 'a"b\\c\n',
    d: "2021-01-31",
  },
};

function left(text: string): string {
  const interpolated: Interpolated = interpolate(text, event, { now, use: "wait" });
  if (interpolated.kind === "invalid") return `invalid: ${interpolated.message}`;
  return interpolated.kind === "expression" ? interpolated.text : interpolated.kind;
}

describe("interpolating", () => {
  test.each([
    ["event.data.id == async.data.id", '"u1" == async.data.id'],
    ["async.data.id == event.data.id && event.data.n > 4", 'async.data.id == "u1"'],
    ["event.data.n > 4 && async.data.id == 'x'", 'async.data.id == "x"'],
    ["event.data.n > 5 && async.data.id == 'x'", "never"],
    ["async.data.id == 'x' && event.data.n > 5", "never"],
    ["async.data.id == 'x' || event.data.yes", "always"],
    ["async.data.id == 'x' || event.data.n > 5", 'async.data.id == "x"'],
    ["async.data.ok || event.data.yes", "async.data.ok || true"],
    ["async.data.ok && event.data.yes", "async.data.ok && true"],
    ["async.data.ok && event.data.id", "never"],
    ["event.data.yes ? async.data.a == 1 : async.data.b == 1", "async.data.a == 1"],
    ["async.data.a ? event.data.n == async.data.n : event.data.gone", "async.data.a ? 5.0 == async.data.n : null"],
    ["async.data.n == event.data.n", "async.data.n == 5.0"],
    ["async.data.n == event.data.map['my key']", "async.data.n == 1.5"],
    ["async.data.id in event.data.list", 'async.data.id in ["a", "b"]'],
    ["async.data.m == event.data.map", 'async.data.m == {"my key": 1.5}'],
    ["async.data.q == event.data.quote", 'async.data.q == "a\\"b\\\\c\\n"'],
    ["async.data.l.exists(x, x == event.data.id)", 'async.data.l.exists(x, x == "u1")'],
    ["event.data.list.exists(x, x == async.data.id)", '["a", "b"].exists(x, x == async.data.id)'],
    ["event.data.list.exists(x, x == 'a') && async.data.a == 1", "async.data.a == 1"],
    ["async.data.l.exists(event, event.id == 1)", "async.data.l.exists(event, event.id == 1)"],
    ["event.data[async.data.k] == 1.5 && event.data.map == {}", "never"],
    ["event.data.map[async.data.k] == 1.5", '{"my key": 1.5}[async.data.k] == 1.5'],
    ["date(event.data.d) < date(async.data.d)", 'date("2021-01-31") < date(async.data.d)'],
    ["date(event.data.d) < now()", 'date("2021-01-31") < now()'],
    ["date(event.data.d) < date('2022-01-01')", "always"],
    ["event.data.yes", "always"],
    ["event.data.id", "never"],
    ["async.data.a == 1 && (async.data.b == 2 || event.data.n == 6)", "async.data.a == 1 && async.data.b == 2"],
    ["(async.data.a == 1 || async.data.b == 2) && event.data.yes", "async.data.a == 1 || async.data.b == 2"],
    [
      "!(async.data.a == event.data.n) && -async.data.b < (1 - (2 - int(async.data.c)))",
      "!(async.data.a == 5.0) && -async.data.b < 1 - (2 - int(async.data.c))",
    ],
  ])("%s leaves %s", (text, wanted) => expect(left(text)).toBe(wanted));

  test("a missing field becomes null, which matches events that lack theirs", () => {
    expect(left("event.data.gone == async.data.gone")).toBe("null == async.data.gone");
    expect(left("event.data.list[7] == async.data.gone")).toBe("null == async.data.gone");
  });

  test("what is computed from a missing field alone stays missing", () => {
    expect(left("event.data.gone > -1 && async.data.a == 1")).toBe("never");
    expect(left("event.data.gone == event.data.gone || async.data.a == 1")).toBe("async.data.a == 1");
  });

  test("an error stays an error", () => {
    expect(left("(event.data.id > 1) == async.data.a")).toBe('"u1" > 1 == async.data.a');
  });

  test.each([
    ["event.data.a ===", "wait" as const],
    ["steps.a == async.data.a", "wait" as const],
    ["has(async.data.a)", "cancel" as const],
  ])("%s is invalid for a %s", (text, use) => {
    const interpolated = interpolate(text, event, { now, use });
    expect(interpolated.kind).toBe("invalid");
    expect(interpolated.kind === "invalid" && interpolated.position?.line).toBe(1);
  });

  test("an event that is no object has no fields", () => {
    expect(interpolate("event.data.a == async.data.a", null, { now, use: "cancel" })).toEqual({
      kind: "expression",
      text: "null == async.data.a",
    });
  });
});
