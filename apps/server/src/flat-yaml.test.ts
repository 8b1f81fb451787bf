import fc from "fast-check";
import { expect, it } from "vitest";
import { parseFlatYaml } from "./flat-yaml.ts";

it.each([
  ["a: 1", { a: "1" }],
  ["a: 007", { a: "007" }],
  ["sdk-url: http://localhost:3000/x?a=b#c", { "sdk-url": "http://localhost:3000/x?a=b#c" }],
  ["a: b # c", { a: "b" }],
  ["a: '#b' # c", { a: "#b" }],
  [`a: "b\\n\\"c\\""`, { a: 'b\n"c"' }],
  ["a: 'it''s'", { a: "it's" }],
  ["a:\n- b\n-\tc\n", { a: ["b", "c"] }],
  ["a:\r\n  - b\r\n  - 'c d'\r\nd: ~", { a: ["b", "c d"], d: null }],
  ["a: []\nb: [x, 'y, z']", { a: [], b: ["x", "y, z"] }],
  ["# nothing\n---\n", {}],
  ["'a b': c", { "a b": "c" }],
])("reads %j", (text, values) => {
  expect(parseFlatYaml(text)).toEqual(values);
});

it.each([
  "a",
  "- a",
  "a:\n  b: c",
  "a: {b: c}",
  "a: &x b",
  "a: *x",
  "a: !!int 1",
  "a: |\n  b",
  "a: [b",
  "a: b\n  c",
  'a: "b',
  "a: b: c",
  "\ta: b",
])("refuses %j with the line that it does not understand", (text) => {
  expect(() => parseFlatYaml(text)).toThrow(/^line \d|JSON/);
});

it("reads back every text that is quoted", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const text = `a: ${JSON.stringify(one)} # c\nb:\n  - ${JSON.stringify(other)}`;
      expect(parseFlatYaml(text)).toEqual({ a: one, b: [other] });
    }),
  );
});
