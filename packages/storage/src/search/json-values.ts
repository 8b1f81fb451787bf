// The values of a JSON text, without its syntax and the names of its fields.

/**
 * Lists the strings and numbers of a JSON text in order, up to about `lengthMax` characters of them.
 *
 * It reads no further than it must, and takes a text that was cut off as far as it goes: payloads may have megabytes.
 * `true`, `false` and `null` are left out, as nobody looks for them; so are the fields named in `without`, with all they hold.
 */
export function jsonValues(
  text: string,
  o: { readonly lengthMax: number; readonly without?: string },
): readonly string[] {
  const values: string[] = [];
  let length = 0;
  const add = (value: string): void => {
    const part = value.slice(0, o.lengthMax - length);
    values.push(part);
    length += part.length;
  };
  tokens.lastIndex = 0;
  for (let token = tokens.exec(text); token !== null && length < o.lengthMax; token = tokens.exec(text)) {
    const [word] = token;
    if (!word.startsWith('"')) {
      add(word);
      continue;
    }
    if (!isName(text, tokens.lastIndex)) add(unquoted(word));
    else if (o.without !== undefined && word === `"${o.without}"`)
      tokens.lastIndex = endOfValue(text, tokens.lastIndex);
  }
  return values;
}

const string = String.raw`"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)`;
/** A string, closed or cut off, or a number. */
const tokens = new RegExp(`${string}|-?\\d[\\d.eE+-]*`, "gsu");
const textBehindName = new RegExp(`\\s*:\\s*${string}`, "suy");

/** Says whether a string that ends here is the name of a field. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (text[at] === " ") at += 1;
  return text[at] === ":";
}

/** Where the string behind the colon ends; a value of another kind is not skipped. */
function endOfValue(text: string, nameEnd: number): number {
  textBehindName.lastIndex = nameEnd;
  return textBehindName.test(text) ? textBehindName.lastIndex : nameEnd;
}

function unquoted(word: string): string {
  if (!word.includes("\\")) return word.slice(1, word.endsWith('"') ? -1 : undefined);
  try {
    return String(JSON.parse(word));
  } catch {
    // Cut off in the middle: what the escapes stand for is not worth the effort.
    return word.slice(1);
  }
}
