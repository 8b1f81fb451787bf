// The answer to an export of spans, an `ExportTraceServiceResponse`: empty, or how many were refused and why.

/** The answer as JSON. */
export function answerJson(refused: number, reason: string): object {
  // 64-bit numbers are text in the JSON of protobuf.
  return refused === 0 ? {} : { partialSuccess: { rejectedSpans: String(refused), errorMessage: reason } };
}

/** The answer as protobuf. */
export function answerBytes(refused: number, reason: string): Buffer {
  if (refused === 0) return Buffer.alloc(0);
  const text = Buffer.from(reason, "utf8");
  // rejected_spans = 1 (varint), error_message = 2 (text), both in partial_success = 1.
  const partial = Buffer.concat([Buffer.of(0x08), varint(refused), Buffer.of(0x12), varint(text.length), text]);
  return Buffer.concat([Buffer.of(0x0a), varint(partial.length), partial]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
