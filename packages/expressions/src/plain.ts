// Results as callers see them: plain JavaScript values, and texts for keys.
import { spend, type Frame } from "./frame.ts";
import { builtCharsMax, valueDepthMax } from "./limits.ts";
import { durationText, timestampText } from "./times.ts";
import { Duration, isList, isMap, Timestamp, TypeValue, Uint } from "./values.ts";

/**
 * Turns a value into plain JavaScript: ints become bigints, doubles numbers, instants
 * RFC 3339 texts, durations texts in seconds, types their names. Values deeper than
 * `valueDepthMax` become null. The budget pays for the copy.
 */
export function toPlain(value: unknown, frame: Frame, depth = 0): unknown {
  if (value instanceof Uint) return value.value;
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.name;
  if (isList(value))
    return depth < valueDepthMax && spend(frame, value.length)
      ? value.map((item) => toPlain(item, frame, depth + 1))
      : null;
  if (!isMap(value)) return value;
  const entries = Object.entries(value);
  if (depth >= valueDepthMax || !spend(frame, entries.length)) return null;
  return Object.fromEntries(entries.map(([key, item]) => [key, toPlain(item, frame, depth + 1)]));
}

/**
 * Writes a plain value as a key. Different values of one type give different texts; a
 * scalar is written bare, so that the number 1 and the text "1" are one key. Null when
 * it has more than `builtCharsMax` characters.
 */
export function keyText(value: unknown): string | null {
  const paper: Paper = { parts: [], length: 0 };
  if (typeof value === "string") put(paper, value);
  else write(value, paper);
  return paper.length > builtCharsMax ? null : paper.parts.join("");
}

/** What is written so far. One long text may stand in a list many times, so the length is watched. */
interface Paper {
  readonly parts: string[];
  length: number;
}

function put(paper: Paper, text: string): void {
  paper.length += text.length;
  if (paper.length <= builtCharsMax) paper.parts.push(text);
}

/** JSON with sorted fields, so that the order in which an app wrote them makes no difference. */
function write(value: unknown, paper: Paper): void {
  if (paper.length > builtCharsMax) return;
  if (typeof value === "string") return put(paper, JSON.stringify(value));
  // Adding zero makes one of the two zeros.
  if (typeof value === "number") return put(paper, String(value + 0));
  if (value instanceof Uint8Array) return put(paper, Buffer.from(value).toString("base64"));
  if (isList(value)) {
    put(paper, "[");
    for (const [at, item] of value.entries()) {
      if (at > 0) put(paper, ",");
      write(item, paper);
    }
    return put(paper, "]");
  }
  if (!isMap(value)) return put(paper, String(value));
  put(paper, "{");
  for (const [at, key] of Object.keys(value).sort().entries()) {
    put(paper, `${at > 0 ? "," : ""}${JSON.stringify(key)}:`);
    write(value[key], paper);
  }
  put(paper, "}");
}
