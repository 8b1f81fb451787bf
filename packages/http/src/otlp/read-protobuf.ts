// Reads an `ExportTraceServiceRequest` in protobuf (opentelemetry-proto, trace_service).
import type { JsonObject, JsonValue } from "@stepwright/protocol";
import { attributeDepthMax, type Export, exportedSpansMax, type OtlpSpan } from "./span.ts";
import { type Fields, readFields } from "./wire.ts";

/** Thrown within this file for bytes that are no message. */
class Broken extends Error {}

/** Reads an export; null when the bytes are none. */
export function readProtobufExport(body: Buffer): Export | null {
  try {
    return readExport(body);
  } catch (error) {
    if (error instanceof Broken) return null;
    throw error;
  }
}

function readExport(body: Buffer): Export {
  const spans: OtlpSpan[] = [];
  let refused = 0;
  // resource_spans = 1, in it resource = 1 and scope_spans = 2, in that scope = 1 and spans = 2.
  for (const resourceSpans of messages(body).bytes(1).map(messages)) {
    const resource = attributesOf(resourceSpans.bytes(1).at(-1), 1);
    for (const scopeSpans of resourceSpans.bytes(2).map(messages)) {
      const scope = scopeOf(scopeSpans.bytes(1).at(-1));
      for (const span of scopeSpans.bytes(2)) {
        if (spans.length < exportedSpansMax) spans.push({ ...readSpan(messages(span)), resource, scope });
        else refused += 1;
      }
    }
  }
  return { spans, refused };
}

function readSpan(span: Fields): Omit<OtlpSpan, "resource" | "scope"> {
  const status = span.bytes(15).at(-1);
  return {
    id: hex(span.bytes(2).at(-1)),
    parentId: hex(span.bytes(4).at(-1)),
    name: text(span.bytes(5).at(-1)),
    kind: Number(span.number(6) ?? 0n),
    startedNs: span.number(7) ?? 0n,
    endedNs: span.number(8) ?? 0n,
    isError: status !== undefined && messages(status).number(3) === 2n,
    attributes: keyValues(span.bytes(9), 0),
  };
}

function scopeOf(message: Buffer | undefined): OtlpSpan["scope"] {
  if (message === undefined) return { name: "", version: "" };
  const scope = messages(message);
  return { name: text(scope.bytes(1).at(-1)), version: text(scope.bytes(2).at(-1)) };
}

function attributesOf(message: Buffer | undefined, field: number): JsonObject {
  return message === undefined ? {} : keyValues(messages(message).bytes(field), 0);
}

function keyValues(list: readonly Buffer[], depth: number): JsonObject {
  return Object.fromEntries(
    list.map((message) => {
      const pair = messages(message);
      return [text(pair.bytes(1).at(-1)), anyValue(pair.bytes(2).at(-1), depth)];
    }),
  );
}

/** string = 1, bool = 2, int = 3, double = 4, array = 5, map = 6, bytes = 7: whichever is there. */
function anyValue(message: Buffer | undefined, depth: number): JsonValue {
  if (message === undefined || depth > attributeDepthMax) return null;
  const value = messages(message);
  const string = value.bytes(1).at(-1);
  if (string !== undefined) return text(string);
  const list = value.bytes(5).at(-1);
  if (list !== undefined)
    return messages(list)
      .bytes(1)
      .map((item) => anyValue(item, depth + 1));
  const map = value.bytes(6).at(-1);
  if (map !== undefined) return keyValues(messages(map).bytes(1), depth + 1);
  const bytes = value.bytes(7).at(-1);
  if (bytes !== undefined) return bytes.toString("base64");
  const flag = value.number(2);
  if (flag !== null) return flag !== 0n;
  const int = value.number(3);
  if (int !== null) return Number(BigInt.asIntN(64, int));
  const double = value.double(4);
  return double !== null && Number.isFinite(double) ? double : null;
}

function messages(bytes: Buffer): Fields {
  const fields = readFields(bytes);
  if (fields === null) throw new Broken();
  return fields;
}

function text(bytes: Buffer | undefined): string {
  return bytes?.toString("utf8") ?? "";
}

function hex(bytes: Buffer | undefined): string {
  return bytes?.toString("hex") ?? "";
}
