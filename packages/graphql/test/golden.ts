// Recorded exchanges of the API's other implementation, and what makes two answers comparable: ids, times, durations and stacks.
import { readFileSync } from "node:fs";
import { isJsonObject, type JsonObject, type JsonValue, tryParseJson } from "@stepwright/protocol";

/** One recorded exchange. */
export interface Golden {
  readonly request: { readonly body: { readonly query: string; readonly variables?: JsonObject | null } };
  readonly response: { readonly status: number; readonly body: JsonObject };
}

/** Reads a recorded exchange. */
export function golden(name: string): Golden {
  const file = JSON.parse(readFileSync(new URL(`../fixtures/gql-${name}.json`, import.meta.url), "utf8"));
  const { body } = file.request;
  const read = typeof body === "string" ? (tryParseJson(body) ?? body) : body;
  return { ...file, request: { ...file.request, body: read } };
}

/** Replaces what differs between any two runs of the same thing, and nothing else. */
export function comparable(value: JsonValue, key = ""): JsonValue {
  if (value === null) return null;
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(item, key));
    // Steps of one moment begin in any order.
    return key === "childrenSpans" && isParallel(items)
      ? items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      : items;
  }
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, comparable(item, name)]));
  if (typeof value === "number") {
    if (key === "duration") return "<duration>";
    return value > 1e12 ? "<ms>" : value;
  }
  return typeof value === "string" ? comparableText(value, key) : value;
}

const ids: readonly [RegExp, string][] = [
  [/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/, "<ulid>"],
  [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "<uuid>"],
  // Spans of the other implementation are also named after what they are of.
  [/^((exec|steprun)-[0-9a-f-]{36}|[0-9a-f]{16})$/, "<span>"],
  [/^[0-9a-f]{32}$/, "<trace>"],
  [/^[0-9a-f]{64}$/, "<checksum>"],
];
const opaque: ReadonlySet<string> = new Set(["cursor", "startCursor", "endCursor", "outputID"]);

function comparableText(text: string, key: string): JsonValue {
  if (opaque.has(key)) return "<opaque>";
  if (key === "stack" && text !== "") return "<stack>";
  if (key === "Server-Timing") return "<timing>";
  // The parent of every root is the same.
  if (/^0+$/.test(text)) return text;
  const known = ids.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return known[1];
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return "<time>";
  // JSON within a text: the order of its keys counts, what is in it is compared in turn.
  const inner = /^[[{]/.test(text) ? tryParseJson(text) : undefined;
  if (inner !== undefined) return JSON.stringify(comparable(inner));
  return text.replaceAll(/localhost:\d+/g, "localhost:<port>").replaceAll(/[0-7][0-9A-HJKMNP-TV-Z]{25}/g, "<ulid>");
}

function isParallel(children: readonly JsonValue[]): boolean {
  return children.some((child) => nameOf(child) === "a") && children.some((child) => nameOf(child) === "b");
}

function nameOf(child: JsonValue): string {
  const name = isJsonObject(child) ? child["name"] : null;
  return typeof name === "string" ? name : "";
}
