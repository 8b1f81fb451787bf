import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalJson,
  isJsonObject,
  jsonString,
  parseJsonText,
  spliceList,
  spliceObject,
  tryParseJson,
} from "./json.ts";
import { nestingMax } from "./nesting.ts";

describe("canonical JSON", () => {
  it.each([
    [undefined, "null"],
    [{ b: 1, a: undefined }, '{"b":1}'],
    [{ "10": 1, "2": 2, é: 3, a: 4 }, '{"10":1,"2":2,"a":4,"é":3}'],
    [[1.0, 1e21, 0.00001, -0], "[1,1e+21,0.00001,0]"],
    [{ html: "<&>\u2028" }, '{"html":"<&>\u2028"}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ])("of %j is %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it("reads back as the same value and is written the same again", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        const back = parseJsonText(text);
        expect(back).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(back)).toBe(text);
      }),
    );
  });

  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });

  it("never fails on what JSON text can spell", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: "binary" }),
        fc.string({ unit: fc.integer({ min: 0xd800, max: 0xdfff }).map((c) => String.fromCharCode(c)) }),
        (value, surrogates) => {
          const text = canonicalJson({ value, [surrogates]: [surrogates, { n: 1e999 }] });
          expect(canonicalJson(parseJsonText(text))).toBe(text);
        },
      ),
    );
  });

  it("replaces lone surrogates and infinite numbers deep inside, keeping the rest", () => {
    const value = tryParseJson('{"a":[{"\\ud800":"x\\udfff"},1e999,"ok",true,null],"__proto__":{"b":"\\ud800"}}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"b":"�"},"a":[{"�":"x�"},null,"ok",true,null]}');
  });

  it("takes all levels that a value may have, odd ones at the bottom included", () => {
    const text = `${"[".repeat(nestingMax)}"\\ud800"${"]".repeat(nestingMax)}`;
    expect(canonicalJson(JSON.parse(text)).length).toBe(2 * nestingMax + 3);
  });

  it("refuses cycles", () => {
    const cycle: { self?: unknown; text: string } = { text: "\ud800" };
    const plain: { self?: unknown } = {};
    plain.self = plain;
    cycle.self = plain;
    expect(() => canonicalJson(plain)).toThrow("nested deeper");
  });
});

describe("splicing", () => {
  it("gives the same text as writing the whole", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const entries = Object.entries(value).map(([key, item]) => [key, canonicalJson(item)] as const);
        expect(spliceObject(entries)).toBe(canonicalJson(value));
        expect(spliceList(entries.map(([, text]) => text))).toBe(canonicalJson(Object.values(value)));
      }),
    );
  });

  it("leaves out what is absent", () => {
    expect(
      spliceObject([
        ["b", jsonString("x")],
        ["a", null],
        ["c", undefined],
      ]),
    ).toBe('{"b":"x"}');
  });
});

describe("reading JSON from outside", () => {
  it("tells text that is none from a null", () => {
    expect(tryParseJson("nope")).toBeUndefined();
    expect(tryParseJson(" null ")).toBeNull();
  });

  it.each([
    [{}, true],
    [[], false],
    [null, false],
    ["{}", false],
  ])("%j is an object: %s", (value, isObject) => {
    expect(isJsonObject(value)).toBe(isObject);
  });
});
