// `+ - * / %` and unary minus. An event's numbers are doubles and literals are ints, and
// the two do not mix: `+` between them joins texts, the others fail (semantics.md §6.3).
import type { Frame } from "./frame.ts";
import { spend, spendOnText } from "./frame.ts";
import { goText } from "./go-text.ts";
import { builtCharsMax } from "./limits.ts";
import { timestampOfNs } from "./times.ts";
import { Duration, Failure, isAbsent, isList, kindOf, noSuchOverload, numberOf, Timestamp, Uint } from "./values.ts";

/** Computes `a + b`. A missing side leaves the other; two different types join as texts. */
export function add(a: unknown, b: unknown, frame: Frame): unknown {
  if (isAbsent(a)) return isAbsent(b) ? false : b;
  if (isAbsent(b)) return a;
  if (typeof a === "string" && typeof b === "string") return joined(a, b, frame);
  if (kindOf(a) === kindOf(b)) return addAlike(a, b, frame);
  if (a instanceof Timestamp && b instanceof Duration) return timestampOfNs(a.ns + b.ns);
  if (a instanceof Duration && b instanceof Timestamp) return timestampOfNs(a.ns + b.ns);
  // As in comparisons, null is the zero of the other side's type.
  if (a === null && (typeof b === "string" || numberOf(b) !== null)) return b;
  if (b === null && (typeof a === "string" || numberOf(a) !== null)) return a;
  return addAsText(a, b, frame);
}

/** Joins the texts of any two values, the way `+` does with values of different types. */
export function addAsText(a: unknown, b: unknown, frame: Frame): unknown {
  const left = goText(a, frame);
  const right = goText(b, frame);
  return left === null || right === null ? tooLong : joined(left, right, frame);
}

/** Computes `- * / %` between two values of one type; a missing side makes it false. */
export function calculate(op: "-" | "*" | "/" | "%", a: unknown, b: unknown): unknown {
  if (isAbsent(a) || isAbsent(b)) return false;
  if (typeof a === "number" && typeof b === "number") return op === "%" ? noSuchOverload : onDoubles(op, a, b);
  if (typeof a === "bigint" && typeof b === "bigint") return intOf(onIntegers(op, a, b));
  if (a instanceof Uint && b instanceof Uint) return uintOf(onIntegers(op, a.value, b.value));
  if (op !== "-") return noSuchOverload;
  if (a instanceof Timestamp && b instanceof Timestamp) return durationOf(a.ns - b.ns);
  if (a instanceof Timestamp && b instanceof Duration) return timestampOfNs(a.ns - b.ns);
  if (a instanceof Duration && b instanceof Duration) return durationOf(a.ns - b.ns);
  return noSuchOverload;
}

/** Computes `-a`. */
export function negated(a: unknown): unknown {
  if (isAbsent(a)) return false;
  if (typeof a === "number") return -a;
  if (typeof a === "bigint") return intOf(-a);
  return a instanceof Duration ? durationOf(-a.ns) : noSuchOverload;
}

/** Makes an int of a whole number, or fails when it needs more than 64 bits. */
export function intOf(value: bigint | Failure): bigint | Failure {
  if (value instanceof Failure) return value;
  return BigInt.asIntN(64, value) === value ? value : new Failure("integer overflow");
}

/** Makes an unsigned int of a whole number, or fails when it is negative or needs more than 64 bits. */
export function uintOf(value: bigint | Failure): Uint | Failure {
  if (value instanceof Failure) return value;
  return BigInt.asUintN(64, value) === value ? new Uint(value) : new Failure("unsigned integer overflow");
}

const tooLong = new Failure(`a text that an expression builds has at most ${builtCharsMax} characters`);

function joined(a: string, b: string, frame: Frame): string | Failure {
  const length = a.length + b.length;
  return length <= builtCharsMax && spendOnText(frame, length) ? a + b : tooLong;
}

function addAlike(a: unknown, b: unknown, frame: Frame): unknown {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (typeof a === "bigint" && typeof b === "bigint") return intOf(a + b);
  if (a instanceof Uint && b instanceof Uint) return uintOf(a.value + b.value);
  if (a instanceof Duration && b instanceof Duration) return durationOf(a.ns + b.ns);
  if (isList(a) && isList(b)) return spend(frame, a.length + b.length) ? [...a, ...b] : noSuchOverload;
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    const length = a.length + b.length;
    return length <= builtCharsMax && spendOnText(frame, length) ? new Uint8Array(Buffer.concat([a, b])) : tooLong;
  }
  return noSuchOverload;
}

function onDoubles(op: "-" | "*" | "/", a: number, b: number): number {
  if (op === "-") return a - b;
  return op === "*" ? a * b : a / b;
}

function onIntegers(op: "-" | "*" | "/" | "%", a: bigint, b: bigint): bigint | Failure {
  switch (op) {
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0n ? new Failure("division by zero") : a / b;
    case "%":
      return b === 0n ? new Failure("modulus by zero") : a % b;
  }
}

function durationOf(ns: bigint): Duration | Failure {
  return BigInt.asIntN(64, ns) === ns ? new Duration(ns) : new Failure("duration overflow");
}
