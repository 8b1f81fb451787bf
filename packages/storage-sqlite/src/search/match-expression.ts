// A search as FTS5 takes it. Only words and facets get into the text, so that nothing a person types has a meaning there.
import type { SearchQuery, SearchTerm } from "@stepwright/storage";
import type { Connection } from "../connection.ts";

/**
 * Words looked up for the beginnings of a search, all together. FTS5's own prefix search reads the rows of all such words before it finds the first:
 * 17 ms for a word of every run, 115 ms for a digit. The words one by one take 20 µs each, and their rows come in order.
 */
const wordsPerPrefixMax = 100;
/** The same for the last word of a phrase. Each is a phrase of its own: of those that begin with a word of every run forty took 53 ms, these 44. */
const wordsPerPhraseMax = 15;

/** What to look for: `match` is null when there is a term that no word begins with, so that nothing can be found. */
export interface MatchExpression {
  /** In the rows that have this facet as well; null: in all. */
  readonly match: ((facet: string | null) => string) | null;
  readonly tooShort: string | null;
  /** Lists of rows that are gone through side by side. */
  readonly lists: number;
}

/** Prepares expressions on the words of one index. Rows must have one facet of each list, and not the one that is `without`. */
export function matchExpressions(
  db: Connection,
  words: "run_words" | "event_words",
): (query: SearchQuery, facets: readonly (readonly string[])[], without: string | null) => MatchExpression {
  const next = db.prepare<[string], string>(`SELECT term FROM ${words} WHERE term >= ? LIMIT 1`).pluck();

  /** Words that begin with the prefix, and whether there are more. */
  const beginningWith = (
    prefix: string,
    max: number,
  ): { readonly found: readonly string[]; readonly hasMore: boolean } => {
    const found: string[] = [];
    // The row that a word has first is enough: the next look begins behind the word.
    for (let word = next.get(prefix); word?.startsWith(prefix) === true; word = next.get(`${word}\u0001`)) {
      if (found.length === max) return { found, hasMore: true };
      found.push(word);
    }
    return { found, hasMore: false };
  };

  return (query, facets, without) => {
    const parts: string[] = facets.map(anyOf);
    let tooShort: string | null = null;
    let lists = facets.flat().length;
    const prefixes = query.terms.filter(({ isPrefix }) => isPrefix).length;
    for (const term of query.terms) {
      if (!term.isPrefix) {
        parts.push(phrase(term.words));
        lists += listsOf(term);
        continue;
      }
      const prefix = term.words.at(-1) ?? "";
      const wordsMax = term.words.length === 1 ? wordsPerPrefixMax : wordsPerPhraseMax;
      const { found, hasMore } = beginningWith(prefix, Math.ceil(wordsMax / prefixes));
      if (found.length === 0) return { match: null, tooShort, lists };
      if (hasMore) tooShort = prefix;
      lists += listsOf(term) * found.length;
      parts.push(anyEnd(term, found));
    }
    const match = (facet: string | null): string => {
      const all = (facet === null ? parts : [phrase([facet]), ...parts]).join(" AND ");
      return without === null ? all : `(${all}) NOT ${phrase([without])}`;
    };
    return { match, tooShort, lists };
  };
}

/** The places of the words of a phrase are compared as well, which takes as long again. */
function listsOf({ words }: SearchTerm): number {
  return words.length === 1 ? 1 : words.length * 2;
}

function anyEnd({ words }: SearchTerm, ends: readonly string[]): string {
  const begin = words.slice(0, -1);
  return `(${ends.map((end) => phrase([...begin, end])).join(" OR ")})`;
}

function anyOf(facets: readonly string[]): string {
  return `(${facets.map((facet) => phrase([facet])).join(" OR ")})`;
}

function phrase(words: readonly string[]): string {
  return `"${words.join(" ")}"`;
}
