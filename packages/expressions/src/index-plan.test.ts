// Which equalities a condition is indexed by, and how an event is probed for them.
import { describe, expect, test } from "vitest";
import { planIndex, readTerm } from "./index.ts";

const string = (path: string, value: string) => ({ path, valueType: "string", value });
const number = (path: string, value: string) => ({ path, valueType: "number", value });
const slow = { kind: "slow" };

describe("planning", () => {
  test.each<[string | null, unknown]>([
    [null, { kind: "any" }],
    ["true", { kind: "any" }],
    ["false", { kind: "terms", terms: [] }],
    ["((", slow],
    ['async.data.id == "a"', { kind: "terms", terms: [string("data.id", "a")] }],
    ['"a" == async.data.id', { kind: "terms", terms: [string("data.id", "a")] }],
    ["async.data.n == 1", { kind: "terms", terms: [number("data.n", "1")] }],
    ["async.data.n == 1.0 || async.data.n == 1u", { kind: "terms", terms: [number("data.n", "1")] }],
    ["async.data.n == -0.0", { kind: "terms", terms: [number("data.n", "0")] }],
    ["async.data.n == 9007199254740993", { kind: "terms", terms: [number("data.n", "9007199254740992")] }],
    ["async.data.x == null", { kind: "terms", terms: [{ path: "data.x", valueType: "null", value: "null" }] }],
    ["async.data.x", { kind: "terms", terms: [{ path: "data.x", valueType: "bool", value: "true" }] }],
    ["!async.data.x", { kind: "terms", terms: [{ path: "data.x", valueType: "bool", value: "false" }] }],
    ["!(async.data.x != 'a')", { kind: "terms", terms: [string("data.x", "a")] }],
    ["async.data.items[0].id == 'a'", { kind: "terms", terms: [string("data.items[0].id", "a")] }],
    ["async.data['my-key']['0'].id == 'a'", { kind: "terms", terms: [string('data["my-key"]["0"].id', "a")] }],
    ["async['data'].id == 'a'", { kind: "terms", terms: [string("data.id", "a")] }],
    [
      "async.data.ok == true && async.data.id == 'a' && async.data.x == null",
      { kind: "terms", terms: [string("data.id", "a")] },
    ],
    ["async.data.n > 5 && async.data.id == 'a'", { kind: "terms", terms: [string("data.id", "a")] }],
    ["async.data.t in ['a', 'b', 'a']", { kind: "terms", terms: [string("data.t", "a"), string("data.t", "b")] }],
    ["async.data.t in []", { kind: "terms", terms: [] }],
    [
      "async.data.a == 1 || async.data.b == 2 && async.data.c > 3",
      { kind: "terms", terms: [number("data.a", "1"), number("data.b", "2")] },
    ],
    [
      "async.data.a == 1 ? async.data.b == 2 : async.data.c == 3",
      { kind: "terms", terms: [number("data.a", "1"), number("data.c", "3")] },
    ],
    ["async.data.a == 1 || async.data.c > 3", slow],
    ["async.data.a && async.data.c > 3", slow],
    ["async.data.n > 5", slow],
    ["async.data.id == async.data.other", slow],
    ["async.data.id == ['a']", slow],
    ["async.data.l[-1] == 'a'", slow],
    ["async.data[async.data.k] == 'a'", slow],
    ["async == 'a'", slow],
    ["async.data.l.exists(x, x == 'a')", slow],
    [
      `async.data.t in [${Array.from({ length: 8 }, (_, at) => at).join(", ")}]`,
      { kind: "terms", terms: Array.from({ length: 8 }, (_, at) => number("data.t", String(at))) },
    ],
    [`async.data.t in [${Array.from({ length: 9 }, (_, at) => at).join(", ")}]`, slow],
    [
      `async.data.t in [${Array.from({ length: 9 }, (_, at) => at).join(", ")}] && async.data.a == 1`,
      { kind: "terms", terms: [number("data.a", "1")] },
    ],
  ])("%s", (text, wanted) => expect(planIndex(text)).toEqual(wanted));
});

describe("probing", () => {
  const event = {
    name: "x",
    data: {
      id: "a",
      n: 1.5,
      zero: -0,
      ok: false,
      nothing: null,
      items: [{ id: 7 }],
      map: { "0": "zero", 'a"b': "quoted" },
    },
  };

  test.each<[string, unknown]>([
    ["data.id", { valueType: "string", value: "a" }],
    ["data.n", { valueType: "number", value: "1.5" }],
    ["data.zero", { valueType: "number", value: "0" }],
    ["data.ok", { valueType: "bool", value: "false" }],
    ["data.nothing", { valueType: "null", value: "null" }],
    ["data.gone", { valueType: "null", value: "null" }],
    ["data.gone.more", { valueType: "null", value: "null" }],
    ["data.items[0].id", { valueType: "number", value: "7" }],
    ["data.items[1].id", { valueType: "null", value: "null" }],
    ["data.map[0]", { valueType: "null", value: "null" }],
    ['data.map["0"]', { valueType: "string", value: "zero" }],
    ['data.map["a\\"b"]', { valueType: "string", value: "quoted" }],
    ["data.items", null],
    ["data.map", null],
  ])("%s", (path, wanted) => expect(readTerm(path, event)).toEqual(wanted));

  test("refuses a path that no plan has", () =>
    expect(() => readTerm("data..id", event)).toThrow("was not written by this package"));
});
