// Reads an `ExportTraceServiceRequest` in the JSON of OTLP: ids are hexadecimal, 64-bit numbers may be text.
import { isJsonObject, type JsonObject, type JsonValue, tryParseJson } from "@stepwright/protocol";
import { attributeDepthMax, type Export, exportedSpansMax, type OtlpSpan } from "./span.ts";

/** Reads an export; null when the text is none. */
export function readJsonExport(body: string): Export | null {
  const message = tryParseJson(body);
  if (!isJsonObject(message)) return null;
  const spans: OtlpSpan[] = [];
  let refused = 0;
  const resources = objects(message["resourceSpans"]);
  if (resources === null) return null;
  for (const resourceSpans of resources) {
    const scopes = objects(resourceSpans["scopeSpans"]);
    if (scopes === null) return null;
    const resource = attributesOf(resourceSpans["resource"]);
    for (const scopeSpans of scopes) {
      const list = objects(scopeSpans["spans"]);
      if (list === null) return null;
      const room = exportedSpansMax - spans.length;
      const scope = scopeOf(scopeSpans["scope"]);
      spans.push(...list.slice(0, room).map((span) => ({ ...readSpan(span), resource, scope })));
      refused += Math.max(0, list.length - room);
    }
  }
  return { spans, refused };
}

function readSpan(span: JsonObject): Omit<OtlpSpan, "resource" | "scope"> {
  const { status, kind } = span;
  return {
    id: text(span["spanId"]).toLowerCase(),
    parentId: text(span["parentSpanId"]).toLowerCase(),
    name: text(span["name"]),
    kind: typeof kind === "number" ? kind : 0,
    startedNs: nanos(span["startTimeUnixNano"]),
    endedNs: nanos(span["endTimeUnixNano"]),
    isError: isJsonObject(status) && (status["code"] === 2 || status["code"] === "STATUS_CODE_ERROR"),
    attributes: attributesOf(span),
  };
}

function scopeOf(scope: JsonValue | undefined): OtlpSpan["scope"] {
  return isJsonObject(scope)
    ? { name: text(scope["name"]), version: text(scope["version"]) }
    : { name: "", version: "" };
}

function attributesOf(owner: JsonValue | undefined): JsonObject {
  return isJsonObject(owner) ? keyValues(owner["attributes"], 0) : {};
}

function keyValues(list: JsonValue | undefined, depth: number): JsonObject {
  return Object.fromEntries((objects(list) ?? []).map(({ key, value }) => [text(key), anyValue(value, depth)]));
}

function anyValue(value: JsonValue | undefined, depth: number): JsonValue {
  if (!isJsonObject(value) || depth > attributeDepthMax) return null;
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } = value;
  if (isJsonObject(arrayValue)) return (objects(arrayValue["values"]) ?? []).map((item) => anyValue(item, depth + 1));
  if (isJsonObject(kvlistValue)) return keyValues(kvlistValue["values"], depth + 1);
  if (intValue !== undefined) return Number.isFinite(Number(intValue)) ? Number(intValue) : null;
  return stringValue ?? boolValue ?? doubleValue ?? bytesValue ?? null;
}

/** A list of objects, empty when there is none; null for anything else. */
function objects(value: JsonValue | undefined): readonly JsonObject[] | null {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) && value.every(isJsonObject) ? value : null;
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function nanos(value: JsonValue | undefined): bigint {
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return BigInt(value);
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? BigInt(Math.floor(value)) : 0n;
}
