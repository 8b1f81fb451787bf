// Details of stored spans.
import type { Span } from "@stepwright/engine";
import { isJsonObject, type JsonObject, type JsonValue, parseJsonText } from "@stepwright/protocol";

/** What a span knows beyond its times. */
export function detailOf(span: Span): JsonObject {
  const value = parseJsonText(span.detail);
  return isJsonObject(value) ? value : {};
}

/** The text of a detail; null when there is none. */
export function textIn(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
