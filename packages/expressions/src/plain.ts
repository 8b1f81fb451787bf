// Results as callers see them: plain JavaScript values, and texts for keys.
import { valueDepthMax } from "./limits.ts";
import { durationText, timestampText } from "./times.ts";
import { Duration, isList, isMap, Timestamp, TypeValue, Uint } from "./values.ts";

/**
 * Turns a value into plain JavaScript: ints become bigints, doubles numbers, instants
 * RFC 3339 texts, durations texts in seconds, types their names. Maps and lists of the
 * event stay as they are.
 */
export function toPlain(value: unknown, depth = 0): unknown {
  if (value instanceof Uint) return value.value;
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.name;
  if (depth > valueDepthMax) return value;
  if (isList(value)) return value.map((item) => toPlain(item, depth + 1));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item, depth + 1)]));
}

/**
 * Writes a plain value as a key. Different values of one type give different texts; a
 * scalar is written bare, so that the number 1 and the text "1" are one key. Null when
 * the value is nested too deeply.
 */
export function keyText(value: unknown): string | null {
  return typeof value === "string" ? value : canonicalText(value, 0);
}

/** JSON with sorted fields, so that the order in which an app wrote them makes no difference. */
function canonicalText(value: unknown, depth: number): string | null {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return String(value === 0 ? 0 : value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value !== "object" || value === null) return String(value);
  if (depth > valueDepthMax) return null;
  const parts: string[] = [];
  const entries = isList(value) ? value.map((item) => ["", item] as const) : isMap(value) ? Object.entries(value).sort(byKey) : [];
  for (const [key, item] of entries) {
    const text = canonicalText(item, depth + 1);
    if (text === null) return null;
    parts.push(isList(value) ? text : `${JSON.stringify(key)}:${text}`);
  }
  return isList(value) ? `[${parts.join(",")}]` : `{${parts.join(",")}}`;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
