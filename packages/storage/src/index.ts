// The storage contract. The conformance suite is exported as `@stepwright/storage/conformance`.
export { eventDocument, runDocument, type RunText } from "./search/documents.ts";
export { matchesSearch } from "./search/matches-search.ts";
export {
  parseSearch,
  searchLengthMax,
  type SearchParse,
  type SearchQuery,
  type SearchTerm,
  searchTermsMax,
} from "./search/parse-search.ts";
export { wordsOf } from "./search/words.ts";
export type * from "./storage.ts";
