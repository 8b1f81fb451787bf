// JSON as it is stored and sent: canonical text (RFC 8785), so that request
// bodies are spliced from stored pieces and signed as they are.
import canonicalize from "canonicalize";

/** Canonical JSON text (RFC 8785). */
export type JsonText = string & { readonly __brand: "JsonText" };
/** Any value JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/**
 * Writes a value as canonical JSON text; `undefined` becomes `null`.
 *
 * Canonical JSON has no form for a lone surrogate or a number beyond the range of a double, yet JSON text
 * can spell both (`"\ud800"`, `1e999`). Like the servers users know, they become U+FFFD and `null`:
 * one odd character must not make an event or a result impossible to store. Throws on cycles and bigints.
 */
export function canonicalJson(value: unknown): JsonText {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("Circular")) throw error;
    text = canonicalize(repair(value));
  }
  return (text ?? "null") as JsonText;
}

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
  const present = [...entries].filter((entry): entry is readonly [string, JsonText] => entry[1] != null);
  present.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${present.map(([key, value]) => `${jsonString(key)}:${value}`).join(",")}}` as JsonText;
}

/** The empty object, the default of an event's `data` and `user`. */
export const emptyObjectJson = "{}" as JsonText;
/** The JSON `null`. */
export const nullJson = "null" as JsonText;

/** Copies a value without what canonical JSON refuses; a work list instead of recursion, as nesting depth comes from outside. */
function repair(root: unknown): unknown {
  const holder: unknown[] = [];
  const work: { value: unknown; put(copy: unknown): void }[] = [{ value: root, put: (copy) => holder.push(copy) }];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { put } = next;
    const value = plain(next.value);
    if (typeof value === "string") put(value.toWellFormed());
    else if (typeof value === "number") put(Number.isFinite(value) ? value : null);
    else if (typeof value !== "object" || value === null) put(value);
    else if (Array.isArray(value)) {
      const copy: unknown[] = new Array(value.length).fill(null);
      put(copy);
      value.forEach((item, index) => work.push({ value: item, put: (item) => (copy[index] = item) }));
    } else {
      const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      put(copy);
      for (const [key, item] of Object.entries(value)) {
        work.push({ value: item, put: (item) => (copy[key.toWellFormed()] = item) });
      }
    }
  }
  return holder[0];
}

/** What `JSON.stringify` would look at instead of an object that has its own idea of its JSON form. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("toJSON" in value)) return value;
  return typeof value.toJSON === "function" ? (value.toJSON() as unknown) : value;
}
