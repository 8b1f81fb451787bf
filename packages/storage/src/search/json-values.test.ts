import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonValues } from "./json-values.ts";

const all = { lengthMax: 1_000_000 };

test.each([
  ['{"a":"one","b":{"c":[2,"three",true,null,-4.5e3]}}', ["one", "2", "three", "-4.5e3"]],
  ['"just text"', ["just text"]],
  ['{"quote":"say \\"hi\\"","colon":"a: b","key like":"\\"x\\":"}', ['say "hi"', "a: b", '"x":']],
  ['{ "spaced" : "value" , "n" : 1 }', ["value", "1"]],
  ['{"u":"\\u00fcber\\n"}', ["über\n"]],
  ["{}", []],
])("%j has the values %j", (text, values) => {
  expect(jsonValues(text, all)).toEqual(values);
});

test("a field is left out with its text, and one that is no text keeps its values", () => {
  const text = '{"message":"no","stack":"at \\"x\\": y","name":"E","cause":{"stack":["a"],"message":"why"}}';
  expect(jsonValues(text, { ...all, without: "stack" })).toEqual(["no", "E", "a", "why"]);
});

test("a text that is cut off anywhere gives what was there", () => {
  const text = '{"first":"one","second":"two \\"2\\"","third":3}';
  for (let length = 0; length <= text.length; length += 1) {
    const values = jsonValues(text.slice(0, length), all);
    expect(values.length).toBeLessThanOrEqual(3);
    if (length > 14) expect(values[0]).toBe("one");
  }
});

test("it reads no further than so many characters", () => {
  const text = JSON.stringify({ a: "x".repeat(90), b: "y".repeat(90), c: "z" });
  expect(jsonValues(text, { lengthMax: 100 })).toEqual(["x".repeat(90), "y".repeat(10)]);
});

test("it finds what parsing finds", () => {
  const leaves = (value: unknown): readonly string[] => {
    if (typeof value === "string") return [value];
    if (typeof value === "number") return [JSON.stringify(value)];
    return value !== null && typeof value === "object" ? Object.values(value).flatMap(leaves) : [];
  };
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (text) => {
      expect(jsonValues(text, all).filter((value) => value !== "")).toEqual(
        leaves(JSON.parse(text)).filter((value) => value !== ""),
      );
    }),
  );
});
