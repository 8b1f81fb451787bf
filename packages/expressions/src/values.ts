// The values of the dialect. Event data is used as JSON.parse made it: a number is a
// double. What JSON cannot say has a class of its own, below; an int is a bigint.

/** A path that does not exist. It is a value of its own, with its own rules per operator (semantics.md §6.3). */
export const missing: unique symbol = Symbol("missing");

/** What every value has in common that is an object in JavaScript and yet no list or map. */
abstract class Opaque {
  abstract readonly kind: ValueKind;
}

/** A wrong type or a failed conversion. It acts like `missing` inside another call and is an error as the final result. */
export class Failure extends Opaque {
  readonly kind = "error";
  readonly message: string;
  constructor(message: string) {
    super();
    this.message = message;
  }
}

/** An unsigned integer (`5u`), within 64 bits. */
export class Uint extends Opaque {
  readonly kind = "uint";
  readonly value: bigint;
  constructor(value: bigint) {
    super();
    this.value = value;
  }
}

/** An instant, in nanoseconds since 1970 UTC. */
export class Timestamp extends Opaque {
  readonly kind = "timestamp";
  readonly ns: bigint;
  constructor(ns: bigint) {
    super();
    this.ns = ns;
  }
}

/** A length of time in nanoseconds. */
export class Duration extends Opaque {
  readonly kind = "duration";
  readonly ns: bigint;
  constructor(ns: bigint) {
    super();
    this.ns = ns;
  }
}

/** A type, as `type(x)` gives it and as a bare `string` or `int` names it. */
export class TypeValue extends Opaque {
  readonly kind = "type";
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
}

/** The kinds of values an expression can meet. */
export type ValueKind =
  | "missing"
  | "error"
  | "null"
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "string"
  | "bytes"
  | "list"
  | "map"
  | "timestamp"
  | "duration"
  | "type";

/** A list or map of an event, or one built by an expression. */
type MapValue = Readonly<Record<string, unknown>>;

/** The failure of an operator or function given types it does not take. */
export const noSuchOverload = new Failure("no such overload");

/** Names the kind of any value. */
export function kindOf(value: unknown): ValueKind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "double";
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return "list";
      if (value instanceof Opaque) return value.kind;
      return value instanceof Uint8Array ? "bytes" : "map";
    default:
      return "missing";
  }
}

/** Claims that the value is a map: an object of the event or a map literal. */
export function isMap(value: unknown): value is MapValue {
  return kindOf(value) === "map";
}

/** Claims that the value is a list. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Claims that there is no value: missing, or an error, which acts the same inside a call. */
export function isAbsent(value: unknown): boolean {
  return value === missing || value === undefined || value instanceof Failure;
}

/** Tests a value as `&&`, `||` and `?:` do. Empty lists and maps are truthy, as in JavaScript. */
export function isTruthy(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (isAbsent(value)) return false;
  if (value instanceof Uint) return value.value !== 0n;
  return Boolean(value);
}

/** Gives the number behind an int, uint or double, or null for everything else. */
export function numberOf(value: unknown): number | bigint | null {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return value instanceof Uint ? value.value : null;
}

/** Reads a field as `x.field` does: missing unless `x` is a map that has it; an error stays one. */
export function fieldOf(value: unknown, field: string): unknown {
  if (isMap(value)) {
    // Own fields only: `event.data.constructor` is a path that does not exist.
    const found = Object.hasOwn(value, field) ? value[field] : missing;
    return found === undefined ? missing : found;
  }
  return value instanceof Failure ? value : missing;
}

/** Reads an element as `x[key]` does: a list takes whole numbers, a map takes strings. */
export function elementOf(value: unknown, key: unknown): unknown {
  if (value instanceof Failure || key instanceof Failure) return value instanceof Failure ? value : key;
  if (typeof key === "string") return fieldOf(value, key);
  const position = numberOf(key);
  if (position === null || !isList(value) || !Number.isInteger(Number(position))) return missing;
  const found = value[Number(position)];
  if (Number(position) < 0 || Number(position) >= value.length) return new Failure(`index out of bounds: ${position}`);
  return found === undefined ? missing : found;
}
