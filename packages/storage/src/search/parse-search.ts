// A search as people write it: words that must all be there, "phrases", and beginnings of words.
import { isUlid } from "@stepwright/protocol";
import { wordsOf } from "./words.ts";

/** The longest search in characters: it is to fit into an address, and an error message may be pasted whole. */
export const searchLengthMax = 500;
/** The most terms of a search; each is looked up by itself. */
export const searchTermsMax = 20;

/** A search: all terms must be found. */
export interface SearchQuery {
  /** At least one. */
  readonly terms: readonly SearchTerm[];
  /** Ids of ours that were pasted whole, in their canonical spelling. */
  readonly ids: readonly string[];
}

/** Words that stand side by side. */
export interface SearchTerm {
  /** At least one. */
  readonly words: readonly string[];
  /** The last word may be the beginning of one. */
  readonly isPrefix: boolean;
}

/** What came of reading a search; `reason` ends the sentence "the search is invalid:". */
export type SearchParse =
  | { readonly kind: "query"; readonly query: SearchQuery }
  | { readonly kind: "invalid"; readonly reason: string };

/**
 * Reads a search.
 *
 * Words that are not quoted may stand anywhere; `word*` finds words that begin with it, and so does the last word by itself, as
 * it may not have been typed to its end. A quote that is not closed ends with the text. Nothing else has a meaning of its own.
 */
export function parseSearch(text: string): SearchParse {
  if (text.length > searchLengthMax)
    return { kind: "invalid", reason: `it has ${text.length} characters, and the most is ${searchLengthMax}` };
  const pieces = [...text.matchAll(piece)];
  const terms = pieces.flatMap(({ groups = {} }, index): SearchTerm[] => {
    const { phrase, word = "", star } = groups;
    const words = wordsOf(phrase ?? word);
    const isLast = phrase === undefined && index === pieces.length - 1;
    const isPrefix = star !== undefined || word.endsWith("*") || isLast;
    return words.length === 0 ? [] : [{ words, isPrefix }];
  });
  if (terms.length === 0) return { kind: "invalid", reason: "it has no letter and no digit to look for" };
  if (terms.length > searchTermsMax)
    return {
      kind: "invalid",
      reason: `it has ${terms.length} words, and the most is ${searchTermsMax}; "quoted" words count as one`,
    };
  const ids = pieces.map(({ groups = {} }) => (groups["phrase"] ?? groups["word"] ?? "").trim().toUpperCase());
  return { kind: "query", query: { terms, ids: [...new Set(ids.filter(isUlid))] } };
}

const piece = /"(?<phrase>[^"]*)(?:"(?<star>\*)?|$)|(?<word>[^\s"]+)/gu;
