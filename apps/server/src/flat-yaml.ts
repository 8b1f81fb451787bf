// Reads the part of YAML that a file of settings needs: one level of keys, with plain values and lists of them.
//
// A whole YAML parser would be a dependency for this alone, and would take anchors, tags and nested maps that no setting has.

/**
 * A value of a setting, as text: the schema reads numbers and switches from texts as they stand in the environment, too, and a
 * key of digits must not lose its zeros.
 */
export type FlatValue = string | null | readonly FlatValue[];

const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'`;
const itemLine = /^\s*-(?:\s+(.*))?$/;
const pairLine = new RegExp(String.raw`^([\w$][\w$.-]*|${quoted})\s*:(?:\s+(.*))?$`);
const isQuoted = new RegExp(`^(?:${quoted})$`);
const betweenItems = new RegExp(`,(?=(?:[^"']|${quoted})*$)`);
/** A `#` begins a comment at the start of a line or after a space, outside of quotes. */
const beforeComment = new RegExp(String.raw`^((?:[^"'#]|${quoted}|(?<=\S)["'#])*)(?:#.*)?$`);

/** Reads a file. Throws an error that names the line that is not understood. */
export function parseFlatYaml(text: string): Readonly<Record<string, FlatValue>> {
  const values: Record<string, FlatValue> = {};
  /** The key whose list goes on; null when nothing more may be added to the last one. */
  let open: string | null = null;
  let list: FlatValue[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const content = withoutComment(line);
    if (content.trim() === "" || /^(---|\.\.\.)\s*$/.test(content)) continue;
    const item = itemLine.exec(content);
    const pair = pairLine.exec(content);
    if (item !== null && open !== null) {
      list.push(scalar(item[1] ?? "", index));
      values[open] = list;
    } else if (pair !== null) {
      const key = unquoted(pair[1] ?? "");
      const value = (pair[2] ?? "").trim();
      values[key] = value === "" ? null : valueOf(value, index);
      open = value === "" ? key : null;
      list = [];
    } else {
      throw misread(index, content);
    }
  }
  return values;
}

function valueOf(text: string, index: number): FlatValue {
  if (!text.startsWith("[")) return scalar(text, index);
  if (!text.endsWith("]")) throw misread(index, text);
  const inside = text.slice(1, -1).trim();
  return inside === "" ? [] : inside.split(betweenItems).map((item) => scalar(item, index));
}

function scalar(written: string, index: number): string | null {
  const text = written.trim();
  if (isQuoted.test(text)) return unquoted(text);
  if (text === "" || text === "~" || text === "null") return null;
  if (/^[{["'&*!|>%@`]/.test(text) || /:\s/.test(text)) throw misread(index, text);
  return text;
}

function unquoted(text: string): string {
  if (text.startsWith('"')) return String(JSON.parse(text));
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
}

function withoutComment(line: string): string {
  return line.replace(beforeComment, "$1").trimEnd();
}

function misread(index: number, text: string): Error {
  return new Error(
    `line ${index + 1} ("${text.trim().slice(0, 40)}") is more than a key with a plain value or a list of them`,
  );
}
