// JSON as it is stored and sent: canonical text (RFC 8785), so that request
// bodies are spliced from stored pieces and signed as they are.
export { canonicalJson } from "./canonical-json.ts";

/** Canonical JSON text (RFC 8785). */
export type JsonText = string & { readonly __brand: "JsonText" };
/** Any value JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/** Reads stored canonical text back; throws on text that is not JSON, which would mean a damaged store. */
export function parseJsonText(text: JsonText): JsonValue {
  return JSON.parse(text) as JsonValue;
}

/** Marks text that is known to be canonical JSON, e.g. because it was stored as such. */
export function asJsonText(text: string): JsonText {
  return text as JsonText;
}

/** Reads JSON from outside; `undefined` means the text is not JSON. */
export function tryParseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Tells whether a value is a JSON object, as opposed to a list, a scalar or nothing. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes one string as canonical JSON text. */
export function jsonString(value: string): JsonText {
  return JSON.stringify(value.toWellFormed()) as JsonText;
}

/** Joins canonical texts to the canonical text of a list. */
export function spliceList(items: readonly JsonText[]): JsonText {
  return `[${items.join(",")}]` as JsonText;
}

/** Joins keys and canonical texts to the canonical text of an object; sorts the keys, leaves out absent values. */
export function spliceObject(entries: Iterable<readonly [key: string, value: JsonText | null | undefined]>): JsonText {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  let text = "";
  for (const [key, value] of sorted) {
    if (value != null) text += `${text === "" ? "" : ","}${jsonString(key)}:${value}`;
  }
  return `{${text}}` as JsonText;
}

/** The empty object, the default of an event's `data` and `user`. */
export const emptyObjectJson = "{}" as JsonText;
/** The JSON `null`. */
export const nullJson = "null" as JsonText;
