// Texts that have to fit into a column of a terminal, whatever people put into them.

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

// What terminals draw two columns wide: East Asian scripts and full-width forms, and what is shown as an emoji.
const wide =
  /\p{Emoji_Presentation}|\uFE0F|[\u{1100}-\u{115F}\u{2E80}-\u{303E}\u{3041}-\u{A4CF}\u{A960}-\u{A97C}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE30}-\u{FE6F}\u{FF01}-\u{FF60}\u{FFE0}-\u{FFE6}\u{20000}-\u{3FFFD}]/u;

// Control characters would move the cursor or colour the rest; bidirectional marks would turn the line around.
const unprintable = /[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

const shortEscapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Writes a text in one line: what cannot be printed becomes an escape such as `\n`. */
export function oneLine(text: string): string {
  return text.replaceAll(unprintable, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return shortEscapes[character] ?? `\\u${code.padStart(4, "0")}`;
  });
}

/** Columns that a text takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Shortens a text to at most so many columns; what is cut off is a `…` in its middle, as ids differ at either end. */
export function cutMiddle(text: string, widthMax: number): string {
  if (displayWidth(text) <= widthMax) return text;
  const letters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  const tail = takeWidth(letters.toReversed(), Math.floor((widthMax - 1) / 3)).reverse();
  const head = takeWidth(letters, widthMax - 1 - displayWidth(tail.join("")));
  return `${head.join("")}…${tail.join("")}`;
}

/** Shortens a text to at most so many columns at its end. */
export function cutEnd(text: string, widthMax: number): string {
  const beginning = beginningOf(text, widthMax);
  if (beginning === text && displayWidth(text) <= widthMax) return text;
  const letters = Array.from(graphemes.segment(beginning), ({ segment }) => segment);
  return `${takeWidth(letters, widthMax - 1).join("")}…`;
}

/** Writes the beginning of a text in one line of at most so many columns. */
export function shortLine(text: string, widthMax: number): string {
  return cutEnd(oneLine(beginningOf(text, widthMax)), widthMax);
}

/** A text of megabytes is not looked at beyond what may be shown of it. */
function beginningOf(text: string, widthMax: number): string {
  return text.length > widthMax * 16 ? text.slice(0, widthMax * 16) : text;
}

/** Fills a text with spaces up to a width. */
export function padded(text: string, width: number, side: "left" | "right" = "left"): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(text)));
  return side === "left" ? text + space : space + text;
}

function takeWidth(letters: readonly string[], widthMax: number): string[] {
  const taken: string[] = [];
  let width = 0;
  for (const letter of letters) {
    width += displayWidth(letter);
    if (width > widthMax) break;
    taken.push(letter);
  }
  return taken;
}
