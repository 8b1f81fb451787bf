// The one assertion of the core.

/** Throws when something that must hold does not. The sentence says what must hold. */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${sentence}`);
}
