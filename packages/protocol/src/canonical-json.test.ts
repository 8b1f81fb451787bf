import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

// Keys of the kinds that an object orders in its own way.
const keys = fc.oneof(
  fc.string(),
  fc.nat(20).map(String),
  fc.constantFrom("__proto__", "toJSON", "", "-1", "01", "length"),
);
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, 0, -0, 1e21, 1e-7, "", "é€😀", "\\ud800", '"<&>"', "\u2028", undefined),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 6 }),
  ),
})).value;

describe("the fast way", () => {
  it("writes what the library writes", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value) ?? "null");
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves the value as it is", () => {
    const value = { b: [{ d: 1, c: 2 }], a: 1 };
    const before = JSON.stringify(value);
    expect(canonicalJson(value)).toBe('{"a":1,"b":[{"c":2,"d":1}]}');
    expect(JSON.stringify(value)).toBe(before);
  });

  it("keeps a key named __proto__ in an object whose other values had to be ordered", () => {
    const value: unknown = JSON.parse('{"__proto__":{"b":1,"a":2},"z":{"b":1,"a":2}}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"a":2,"b":1},"z":{"a":2,"b":1}}');
  });

  it("writes a lone surrogate as U+FFFD beside a key named toJSON as well", () => {
    const value: unknown = JSON.parse('{"toJSON":1,"\\ud800":{"a":"\\udc00"}}');
    expect(canonicalJson(value)).toBe('{"toJSON":1,"\ufffd":{"a":"\ufffd"}}');
  });
});
