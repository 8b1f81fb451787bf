// What code stumbles over: texts, JSON values and expressions that nobody sends who means well.
import type { Chance } from "@stepwright/test-parts";

/** A text for a parameter, a header or a field. */
export function hostileText(chance: Chance): string {
  if (chance.hits(0.04)) return "x".repeat(chance.pick([101, 300, 600, 5_000]));
  if (chance.hits(0.1)) return hostileExpression(chance);
  return chance.pick(texts);
}

const texts: readonly string[] = [
  "",
  " ",
  "\t",
  "\n",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "x\udc00",
  "😀",
  "é",
  "e\u0301",
  "\u202e",
  "\ufeff",
  "\u2028",
  "ß",
  "İ",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "then",
  "length",
  "null",
  "undefined",
  "true",
  "false",
  "NaN",
  "Infinity",
  "-Infinity",
  "[]",
  "{}",
  "[object Object]",
  "0",
  "-0",
  "-1",
  "+1",
  "1.5",
  "1e3",
  "1e309",
  "0x10",
  "01",
  "١٢",
  "9007199254740993",
  "9".repeat(15),
  "9".repeat(30),
  "..",
  ".",
  "/",
  "//",
  "../../etc/passwd",
  "a/b",
  "%",
  "%25",
  "%zz",
  "%2f",
  "%00",
  "?",
  "#",
  "&",
  "=",
  "a=b&c=d",
  ";",
  "+",
  "'; DROP TABLE runs; --",
  "' OR 1=1 --",
  '"',
  "'",
  "\\",
  "*",
  "_",
  "x*",
  "NEAR(",
  ")",
  "-x",
  "^x",
  "status:",
  "a AND",
  '"a b',
  "a:b",
  "<script>alert(1)</script>",
  "${7*7}",
  "{{7*7}}",
  "\r\nx-evil: 1",
  "1969-12-31T23:59:59Z",
  "2026-02-30T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "0000-01-01T00:00:00Z",
  "2026-01-01T00:00:00+99:99",
  "+275760-09-13T00:00:00.000Z",
  "2026-01-01",
  "now",
  "2h",
  "-2h",
  "99999999999d",
  "1ns",
  "0.5ms",
  "290000h",
  "-1ns",
  "1e9s",
  "Infinityh",
  "8640000000000001",
  "00000000-0000-0000-0000-000000000000",
  "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
  "80000000000000000000000000",
  "00000000000000000000000000",
  "01m8550bxajq0dej​em9p9901c5",
  "01M8550BXAJQ0DEJEM9P9901CI",
  "http://",
  "http://[",
  "javascript:1",
  "file:///etc/passwd",
];

/** A value for a place in a JSON body. */
export function hostileValue(chance: Chance): unknown {
  if (chance.hits(0.4)) return hostileText(chance);
  if (chance.hits(0.05)) return nested(chance.pick([30, 500]));
  if (chance.hits(0.04)) return deep;
  return chance.pick(values)();
}

const values: readonly (() => unknown)[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e21,
    1e308,
    -1e308,
    5e-324,
    2 ** 31,
    2 ** 53,
    -(2 ** 63),
    253_402_300_800_000,
  ].map((value) => () => value),
  () => [],
  () => ({}),
  () => [[]],
  () => [null],
  () => Array.from({ length: 1_200 }, (_, index) => index),
  () => Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index])),
  // Only a parser makes this a key of the object's own.
  () => JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":1}}') as unknown,
  () => JSON.parse('{"toString":1,"toJSON":2,"valueOf":null,"length":-1}') as unknown,
  () => ({ "\u0000": "\u0000", "\ud800": "\udfff", "": "" }),
  () => "y".repeat(70_000),
];

/** Stands for a value that is nested deeper than this process could write it. */
const deep = "<deep>";

/** Puts deep values into JSON text. */
export function deepened(chance: Chance, text: string): string {
  return text.replaceAll(JSON.stringify(deep), () => {
    const levels = chance.pick([1_000, 4_000, 9_000, 9_990, 11_000]);
    return chance.hits(0.5)
      ? "[".repeat(levels) + "]".repeat(levels)
      : `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
  });
}

/** A text in the place of a JSON body. */
export function brokenJson(chance: Chance, good: string): string {
  const cut = chance.between(0, good.length);
  return chance.pick([
    good.slice(0, cut),
    `${good.slice(0, cut)}${chance.pick(["\u0000", "}", "]", '"', ",", "\\u0000", "\\ud800", "9", "é"])}${good.slice(cut)}`,
    `${good}${good}`,
    `\ufeff${good}`,
    "",
    " ",
    "nul",
    "'a'",
    "NaN",
    "[".repeat(chance.pick([10, 2_000, 20_000])),
    `${"[".repeat(12_000)}${"]".repeat(12_000)}`,
    `${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`,
    "1e99999",
    `{"a":1,"a":2,"__proto__":3}`,
    "--x\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--x--",
    "a=1&b[]=2&__proto__=3",
  ]);
}

/** An expression in the dialect of conditions. */
export function hostileExpression(chance: Chance): string {
  return chance.pick(expressions)();
}

const expressions: readonly (() => string)[] = [
  () => "event.data.a == async.data.a",
  () => "event.data.__proto__ == null",
  () => "event.data.constructor.name == 'x'",
  () => "1 / 0 == 1",
  () => "event.data.a.b.c.d == event",
  () => "9223372036854775807 + 1 > 0",
  () => "event.data.s.matches('(a+)+$')",
  () => "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a|a?)+$')",
  () =>
    "[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, a+b+c+d > 0))))",
  () => `${"(".repeat(3_000)}1${")".repeat(3_000)} == 1`,
  () => Array.from({ length: 2_000 }, (_, index) => `event.data.k${index} == "v"`).join(" || "),
  () => `${"!".repeat(5_000)}true`,
  () => `${"-".repeat(5_000)}1 == 1`,
  () => `${"[".repeat(2_000)}${"]".repeat(2_000)} == []`,
  () => `event.data${".a".repeat(5_000)} == 1`,
  () => "timestamp('nope') > timestamp('2026-01-01T00:00:00Z')",
  () => "duration('99999999999h') > duration('1s')",
  () => "'unclosed",
  () => "event.data.a ==",
  () => "size('\ud800') == 1",
  () => "{'a': 1}[event.data.b] == event.data['\u0000']",
  () => "uppercase(event.name) == lowercase(1)",
];

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
