// A search applied to the words of one text, for what is not in an index yet.
import type { SearchQuery, SearchTerm } from "./parse-search.ts";

/** Says whether every term is among the words. */
export function matchesSearch(query: SearchQuery, words: readonly string[]): boolean {
  return query.terms.every((term) => hasTerm(term, words));
}

function hasTerm({ words: wanted, isPrefix }: SearchTerm, words: readonly string[]): boolean {
  const last = wanted.length - 1;
  return words.some((_, start) =>
    wanted.every((word, offset) => {
      const there = words[start + offset];
      if (there === undefined) return false;
      return isPrefix && offset === last ? there.startsWith(word) : there === word;
    }),
  );
}
