// `int() uint() double() string() bool() bytes() type() dyn() timestamp() duration()`.
import { intOf, uintOf } from "./arithmetic.ts";
import { spendOnText } from "./frame.ts";
import type { Builtin } from "./functions.ts";
import { goDouble } from "./go-text.ts";
import { durationText, msOf, parseDuration, parseTimestamp, timestampOfNs, timestampText } from "./times.ts";
import { Duration, Failure, kindOf, noSuchOverload, numberOf, Timestamp, TypeValue, Uint } from "./values.ts";

/** The conversion functions by name. */
export const conversions: readonly (readonly [string, Builtin])[] = [
  ["int", conversion((value) => intOf(wholeNumber(value)))],
  ["uint", conversion((value) => uintOf(value instanceof Timestamp ? noSuchOverload : wholeNumber(value)))],
  ["double", conversion(toDouble)],
  ["string", conversion(toText)],
  ["bool", conversion(toBool)],
  [
    "bytes",
    conversion((value) =>
      typeof value === "string"
        ? new TextEncoder().encode(value)
        : value instanceof Uint8Array
          ? value
          : noSuchOverload,
    ),
  ],
  ["type", conversion((value) => typeOf(value))],
  ["dyn", conversion((value) => value)],
  ["timestamp", conversion(toTimestamp)],
  [
    "duration",
    conversion((value) =>
      typeof value === "string" ? parseDuration(value) : value instanceof Duration ? value : noSuchOverload,
    ),
  ],
];

/** The types that an expression can name, e.g. in `type(x) == string`. */
export const typeNames: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "double",
  "int",
  "list",
  "map",
  "null_type",
  "string",
  "type",
  "uint",
]);

function conversion(convert: (value: unknown) => unknown): Builtin {
  return {
    arity: [1],
    call: ([value], frame) => {
      const length = typeof value === "string" || value instanceof Uint8Array ? value.length : 0;
      return spendOnText(frame, length) ? convert(value) : noSuchOverload;
    },
  };
}

function typeOf(value: unknown): TypeValue {
  const kind = kindOf(value);
  switch (kind) {
    case "null":
      return new TypeValue("null_type");
    case "timestamp":
      return new TypeValue("google.protobuf.Timestamp");
    case "duration":
      return new TypeValue("google.protobuf.Duration");
    default:
      return new TypeValue(kind);
  }
}

function wholeNumber(value: unknown): bigint | Failure {
  if (typeof value === "string")
    return /^[+-]?\d{1,20}$/.test(value)
      ? BigInt(value.replace(/^\+/, ""))
      : new Failure(`not an integer: ${JSON.stringify(value.slice(0, 100))}`);
  if (value instanceof Timestamp) return BigInt(Math.floor(msOf(value) / 1000));
  const number = numberOf(value);
  if (number === null) return noSuchOverload;
  if (typeof number === "bigint") return number;
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : new Failure("integer overflow");
}

function toDouble(value: unknown): unknown {
  if (typeof value === "string") {
    const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(value);
    if (special !== null)
      return special[2]?.toLowerCase() === "nan" ? Number.NaN : special[1] === "-" ? -Infinity : Infinity;
    return value.length <= 400 && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)
      ? Number(value)
      : new Failure(`not a number: ${JSON.stringify(value.slice(0, 100))}`);
  }
  const number = numberOf(value);
  return number === null ? noSuchOverload : Number(number);
}

function toText(value: unknown): unknown {
  if (typeof value === "string") return value;
  if (typeof value === "number") return goDouble(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (!(value instanceof Uint8Array)) return noSuchOverload;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(value);
  } catch {
    return new Failure("the bytes are not UTF-8");
  }
}

function toBool(value: unknown): unknown {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return noSuchOverload;
  if (["1", "t", "T", "TRUE", "true", "True"].includes(value)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(value)
    ? false
    : new Failure(`not a boolean: ${JSON.stringify(value.slice(0, 100))}`);
}

function toTimestamp(value: unknown): unknown {
  if (value instanceof Timestamp) return value;
  if (typeof value === "string") return parseTimestamp(value);
  return typeof value === "bigint" ? timestampOfNs(value * 1_000_000_000n) : noSuchOverload;
}
