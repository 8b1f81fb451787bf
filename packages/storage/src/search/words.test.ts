import { expect, test } from "vitest";
import { wordsOf } from "./words.ts";

test.each([
  ["Hello, World!", ["hello", "world"]],
  ["alice.smith@example.com", ["alice", "smith", "example", "com"]],
  ["ord_123-x", ["ord", "123", "x"]],
  ["/api/v2?a=1", ["api", "v2", "a", "1"]],
  ["Zürich Ærø naïve", ["zurich", "ærø", "naive"]],
  ["Cafe\u0301 café", ["cafe", "cafe"]],
  ["注文を確認", ["注", "文", "を", "確", "認"]],
  ["주문하신", ["주문하신"]],
  ["ЁЛКА", ["елка"]],
  ["ﬁne ½", ["fine", "1", "2"]],
  ["a😀b\u0000c", ["a", "b", "c"]],
  ["\uE000sabc", ["sabc"]],
  [" -- \n", []],
])("%j has the words %j", (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});
