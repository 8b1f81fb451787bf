// As much of OTLP's messages as it takes to count the spans in one and to answer it (opentelemetry-proto, trace_service).

/** Where spans are sent. Its errors have the shape of a `google.rpc.Status`, as exporters expect. */
export const tracesPath = "/v1/traces/userland";

/** Spans in an `ExportTraceServiceRequest`; null when the bytes are none. */
export function countSpans(message: Buffer): number | null {
  // resource_spans = 1, in it scope_spans = 2, in it spans = 2.
  const scopes = nested(message, 1)?.map((resource) => nested(resource, 2));
  if (scopes === undefined || scopes.includes(null)) return null;
  const spans = scopes.flatMap((list) => list ?? []).map((scope) => nested(scope, 2));
  return spans.includes(null) ? null : spans.reduce((sum, list) => sum + (list?.length ?? 0), 0);
}

/** An `ExportTraceServiceResponse` that says how many spans were refused, and why; empty for none. */
export function refusedSpans(count: number, reason: string): Buffer {
  if (count === 0) return Buffer.alloc(0);
  const text = Buffer.from(reason, "utf8");
  // rejected_spans = 1 (varint), error_message = 2 (text), both in partial_success = 1.
  const partial = Buffer.concat([Buffer.of(0x08), varint(count), Buffer.of(0x12), varint(text.length), text]);
  return Buffer.concat([Buffer.of(0x0a), varint(partial.length), partial]);
}

/** The values of a field of messages; null when the bytes are no message. */
function nested(message: Buffer, field: number): Buffer[] | null {
  const found: Buffer[] = [];
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at);
    if (tag === null) return null;
    const value = readValue(message, tag.next, tag.value & 7);
    if (value === null) return null;
    if (tag.value >>> 3 === field && value.bytes !== null) found.push(value.bytes);
    at = value.next;
  }
  return found;
}

/** Reads a value of a wire type; `bytes` is null for numbers. */
function readValue(
  message: Buffer,
  at: number,
  wireType: number,
): { readonly bytes: Buffer | null; readonly next: number } | null {
  switch (wireType) {
    case 0: {
      const number = readVarint(message, at);
      return number === null ? null : { bytes: null, next: number.next };
    }
    case 1:
      return within(message, { bytes: null, next: at + 8 });
    case 2: {
      const length = readVarint(message, at);
      if (length === null) return null;
      const next = length.next + length.value;
      return within(message, { bytes: message.subarray(length.next, next), next });
    }
    case 5:
      return within(message, { bytes: null, next: at + 4 });
    default:
      return null;
  }
}

function within<Value extends { readonly next: number }>(message: Buffer, value: Value): Value | null {
  return value.next <= message.length ? value : null;
}

/** Lengths and tags are short; of longer numbers only the end is of interest. */
function readVarint(message: Buffer, start: number): { readonly value: number; readonly next: number } | null {
  let value = 0;
  for (let at = start, shift = 0; at < message.length && shift < 70; at += 1, shift += 7) {
    const byte = message[at] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at + 1 };
  }
  return null;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
