// Equality, order and `in`. Numbers compare across int and double; a type mismatch is
// unequal but has no order; a missing side has its own answer (semantics.md §6.3).
import type { Frame } from "./frame.ts";
import { keysOf, spend, spendOnText } from "./frame.ts";
import { valueDepthMax } from "./limits.ts";
import {
  Duration,
  Failure,
  isAbsent,
  isList,
  isMap,
  noSuchOverload,
  numberOf,
  Timestamp,
  TypeValue,
} from "./values.ts";

/** The operators of order. */
type OrderOp = "<" | "<=" | ">" | ">=";

/** Tests `a == b`. A missing side equals null and nothing else, not even another missing one. */
export function equals(a: unknown, b: unknown, frame: Frame): boolean {
  if (isAbsent(a)) return b === null;
  if (isAbsent(b)) return a === null;
  return equalValues(a, b, frame, 0);
}

/** Tests `<`, `<=`, `>` or `>=`. A missing side is less than everything, also than another missing one on its right. */
export function order(op: OrderOp, a: unknown, b: unknown, frame: Frame): unknown {
  const wantsLess = op === "<" || op === "<=";
  if (isAbsent(a)) return wantsLess;
  if (isAbsent(b)) return !wantsLess;
  const sign = compare(a, b, frame);
  if (typeof sign !== "number") return sign;
  if (sign === 0) return op === "<=" || op === ">=";
  return wantsLess ? sign < 0 : sign > 0;
}

/** Tests `item in container`: an element of a list or a key of a map. */
export function isIn(item: unknown, container: unknown, frame: Frame): unknown {
  if (isAbsent(item) || isAbsent(container)) return false;
  if (isMap(container))
    return typeof item === "string" && Object.hasOwn(container, item) && container[item] !== undefined;
  if (!isList(container)) return noSuchOverload;
  return spend(frame, 1 + (container.length >> 3)) && container.some((element) => equals(item, element, frame));
}

function equalValues(a: unknown, b: unknown, frame: Frame, depth: number): boolean {
  if (typeof a === "string")
    return typeof b === "string" && a.length === b.length && spend(frame, a.length >> 10) && a === b;
  if (typeof a === "boolean" || a === null) return a === b;
  const left = numberOf(a);
  if (left !== null) {
    const right = numberOf(b);
    return right !== null && compareNumbers(left, right) === 0;
  }
  if (a instanceof Timestamp) return b instanceof Timestamp && a.ns === b.ns;
  if (a instanceof Duration) return b instanceof Duration && a.ns === b.ns;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b, frame) === 0;
  if (depth > valueDepthMax || !spend(frame, 1)) return false;
  if (isList(a))
    return (
      isList(b) &&
      a.length === b.length &&
      a.every((item, at) => spend(frame, 1) && equalValues(item, b[at], frame, depth + 1))
    );
  if (!isMap(a) || !isMap(b)) return false;
  const keys = keysOf(a, frame);
  return (
    keys.length === keysOf(b, frame).length &&
    keys.every((key) => spend(frame, 1) && Object.hasOwn(b, key) && equalValues(a[key], b[key], frame, depth + 1))
  );
}

/** Gives a negative number, zero or a positive one, NaN when there is no order, or the failure. */
function compare(a: unknown, b: unknown, frame: Frame): number | Failure {
  if (a === null || b === null) return compareNull(a, b, frame);
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== null && right !== null) return compareNumbers(left, right);
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b, frame);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Timestamp && b instanceof Timestamp) return compareNumbers(a.ns, b.ns);
  if (a instanceof Duration && b instanceof Duration) return compareNumbers(a.ns, b.ns);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b, frame);
  return isMap(a) || isMap(b) || isList(a) || isList(b) ? new Failure("no such overload: _>_") : noSuchOverload;
}

/** A null takes the zero of the other side's type: `null <= 100` holds. */
function compareNull(a: unknown, b: unknown, frame: Frame): number | Failure {
  const other = a ?? b;
  if (other === null) return 0;
  if (typeof other !== "string" && numberOf(other) === null) return noSuchOverload;
  const zero = typeof other === "string" ? "" : 0;
  return compare(a ?? zero, b ?? zero, frame);
}

/** Mixed kinds compare as doubles, so 2^53+1 as an int equals the double that JSON made of it. */
function compareNumbers(a: number | bigint, b: number | bigint): number {
  const left = typeof a === typeof b ? a : Number(a);
  const right = typeof a === typeof b ? b : Number(b);
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : Number.NaN;
}

/** Go orders texts by their UTF-8 bytes. JavaScript's order differs where a surrogate pair meets U+E000 and above. */
function compareTexts(a: string, b: string, frame: Frame): number {
  const length = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < length && a.charCodeAt(shared) === b.charCodeAt(shared)) shared += 1;
  // Unlike the native searches, this loop takes some nanoseconds per character.
  spend(frame, shared >> 4);
  if (shared === a.length || shared === b.length) return a.length - b.length;
  return utf8Rank(a.charCodeAt(shared)) - utf8Rank(b.charCodeAt(shared));
}

function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

function compareBytes(a: Uint8Array, b: Uint8Array, frame: Frame): number {
  return spendOnText(frame, Math.min(a.length, b.length)) ? Buffer.compare(a, b) : 0;
}
