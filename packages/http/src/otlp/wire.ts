// Reads messages of protobuf: as much as it takes for spans, without a schema compiler.

/** The fields of a message, each with its values in order: bytes of texts and messages, numbers of everything else. */
export interface Fields {
  bytes(field: number): readonly Buffer[];
  /** The last value, as protobuf has it; null when there is none. */
  number(field: number): bigint | null;
  /** As `number`, of what was written as a double. */
  double(field: number): number | null;
}

/** Reads a message; null when the bytes are none. */
export function readFields(message: Buffer): Fields | null {
  const texts = new Map<number, Buffer[]>();
  const numbers = new Map<number, Buffer | bigint>();
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at);
    if (tag === null) return null;
    const value = readValue(message, tag.next, Number(tag.value & 7n));
    if (value === null || value.next > message.length) return null;
    const field = Number(tag.value >> 3n);
    if (value.kind === "varint") numbers.set(field, value.number);
    else if (value.kind === "fixed") numbers.set(field, value.bytes);
    else put(texts, field, value.bytes);
    at = value.next;
  }
  return {
    bytes: (field) => texts.get(field) ?? [],
    number(field) {
      const value = numbers.get(field);
      if (typeof value === "bigint" || value === undefined) return value ?? null;
      return value.length === 8 ? value.readBigUInt64LE() : BigInt(value.readUInt32LE());
    },
    double(field) {
      const value = numbers.get(field);
      return value instanceof Buffer && value.length === 8 ? value.readDoubleLE() : null;
    },
  };
}

type Value =
  | { readonly kind: "bytes" | "fixed"; readonly bytes: Buffer; readonly next: number }
  | { readonly kind: "varint"; readonly number: bigint; readonly next: number };

function readValue(message: Buffer, at: number, wireType: number): Value | null {
  switch (wireType) {
    case 0: {
      const number = readVarint(message, at);
      return number === null ? null : { kind: "varint", number: number.value, next: number.next };
    }
    case 1:
      return { kind: "fixed", bytes: message.subarray(at, at + 8), next: at + 8 };
    case 2: {
      const length = readVarint(message, at);
      if (length === null || length.value > BigInt(message.length)) return null;
      const next = length.next + Number(length.value);
      return { kind: "bytes", bytes: message.subarray(length.next, next), next };
    }
    case 5:
      return { kind: "fixed", bytes: message.subarray(at, at + 4), next: at + 4 };
    default:
      return null;
  }
}

function readVarint(message: Buffer, start: number): { readonly value: bigint; readonly next: number } | null {
  let value = 0n;
  for (let at = start, shift = 0n; at < message.length && shift < 70n; at += 1, shift += 7n) {
    const byte = message[at] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: at + 1 };
  }
  return null;
}

function put(map: Map<number, Buffer[]>, field: number, bytes: Buffer): void {
  const list = map.get(field);
  if (list === undefined) map.set(field, [bytes]);
  else list.push(bytes);
}
