import { expect, test } from "vitest";
import { parseSearch } from "./parse-search.ts";

const term = (words: string, isPrefix = false) => ({ words: words.split(" "), isPrefix });

test.each([
  ["card declined", [term("card"), term("declined", true)]],
  ["  Card   DECLINED ", [term("card"), term("declined", true)]],
  ['"card declined"', [term("card declined")]],
  ['"card decl"* now', [term("card decl", true), term("now", true)]],
  ["decl* card", [term("decl", true), term("card", true)]],
  ['card "was declined"', [term("card"), term("was declined")]],
  ['card "was decl', [term("card"), term("was decl")]],
  ["alice@example.com", [term("alice example com", true)]],
  ['say"hi there"', [term("say"), term("hi there")]],
  ["-- a OR (b) -c", [term("a"), term("or"), term("b"), term("c", true)]],
  ["door ...", [term("door")]],
  ['""', null],
  ["***", null],
  ["", null],
])("%j is read as %j", (text, terms) => {
  const parsed = parseSearch(text);
  expect(parsed.kind === "query" ? parsed.query.terms : null).toEqual(terms);
});

test("ids that were pasted whole are told apart, in any case and in quotes", () => {
  const id = "01M854TGA40XKG4S13RJQ5G3J0";
  for (const text of [id, `${id} failed`, `"${id}"`, `run ${id.toLowerCase()}`])
    expect(parseSearch(text)).toMatchObject({ query: { ids: [id] } });
  expect(parseSearch(`${id}x ${id.slice(1)}`)).toMatchObject({ query: { ids: [] } });
});

test("what is too long or has too many words is refused with the number", () => {
  expect(parseSearch("a".repeat(500))).toMatchObject({ kind: "query" });
  expect(parseSearch("a".repeat(501))).toMatchObject({ reason: "it has 501 characters, and the most is 500" });
  expect(parseSearch("a ".repeat(20))).toMatchObject({ kind: "query" });
  expect(parseSearch("a ".repeat(21))).toMatchObject({ reason: expect.stringContaining("it has 21 words") });
});
