// Words: what a text and a search are both cut into, so that one finds the other whatever the store.

const ascii = /^[\p{ASCII}]*$/u;
const marks = /\p{M}/gu;
/** Scripts that put no spaces between words: each character is a word, and a search for several is one for a phrase. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;
const wordParts = /[\p{L}\p{N}]+/gu;
const asciiParts = /[a-z0-9]+/g;

/**
 * Cuts a text into words: runs of letters and digits, in lower case and without accents.
 *
 * Everything else separates, so an email is found by any of its parts and, as they stand side by side, as a whole; the same goes
 * for `ord_123-x`, paths and UUIDs.
 */
export function wordsOf(text: string): readonly string[] {
  if (ascii.test(text)) return text.toLowerCase().match(asciiParts) ?? [];
  const plain = text.toLowerCase().normalize("NFKD").replaceAll(marks, "").normalize("NFC");
  return plain.replaceAll(unspaced, " $& ").match(wordParts) ?? [];
}
