// Every limit of this package, with what it protects.

const kib = 1024;

/** Characters of an expression that a user writes; real ones have below 500. */
export const expressionCharsMax = 16 * kib;
/**
 * Characters that are compiled at all. Above `expressionCharsMax` because interpolation
 * writes values of the trigger event into the text, e.g. a list of a thousand ids. A list
 * of 30,000 one-digit numbers, the worst case, takes 100 ms to compile.
 */
export const interpolatedCharsMax = 64 * kib;
/** Levels of nesting of an expression, so that no recursion over it can exhaust the stack. Chains of `&&` or `||` count once. */
export const nestingMax = 128;
/** Nodes of one syntax tree; more than a text of `interpolatedCharsMax` needs. */
export const nodesMax = 2 * interpolatedCharsMax;
/** Elements of one list or map literal: as many as fit into the text, where the parser's own limit is 1000. */
export const literalElementsMax = interpolatedCharsMax / 2;
/**
 * Compiled expressions kept by text, 2 kB each; a waiting run has its own text after interpolation, and mostly needs it once. Ten
 * thousand of them grew for half an hour and took 20 MB; to compile one again takes 5 to 10 µs.
 */
export const cachedExpressionsMax = 2_000;
/** Characters of all texts in that cache together; a compiled expression takes 20 to 100 bytes per character. */
export const cachedCharsMax = 512 * kib;
/**
 * Steps of one evaluation: one per node of a loop's body and pass, more for long texts and
 * lists. The slowest evaluations found take 35 ms for them, most below 10 ms.
 */
export const evaluationStepsMax = 100_000;
/** Characters of a string that an expression builds, or of a key. */
export const builtCharsMax = 1024 * kib;
/** Levels of an event's value that are compared, rendered or written; JSON itself sets no limit. */
export const valueDepthMax = 256;
/** Characters of a regular expression. */
export const patternCharsMax = 1000;
/** Instructions of a compiled regular expression; repeats multiply (`(a{100}){100}`). */
export const patternProgramMax = 10_000;
/** Characters that one `matches` searches: linear time still is some 50 ns per character. */
export const matchedCharsMax = 64 * kib;
/** Compiled regular expressions kept by pattern. */
export const cachedPatternsMax = 1000;
/** Alternatives of one index plan: rows written per pause. */
export const indexTermsMax = 8;
