// Writing canonical JSON (RFC 8785) fast, and whatever the value may be.
import canonicalize from "canonicalize";
import { nestedTooDeep } from "./errors.ts";
import type { JsonText } from "./json.ts";
import { isNestedTooDeep, nestingMax } from "./nesting.ts";

/**
 * Writes a value as canonical JSON text; `undefined` becomes `null`.
 *
 * Canonical JSON has no form for a lone surrogate or a number beyond the range of a double, yet JSON text
 * can spell both (`"\\ud800"`, `1e999`). Like the servers users know, they become U+FFFD and `null`:
 * one odd character must not make an event or a result impossible to store. Throws on bigints, and NESTED_TOO_DEEP
 * for more levels than `nestingMax`, which a cycle always has.
 */
export function canonicalJson(value: unknown): JsonText {
  const ordered = inKeyOrder(value, nativeDepthMax);
  if (ordered === tooDeep && isNestedTooDeep(value)) throw nestedTooDeep({ max: nestingMax });
  return (nativeText(ordered) ?? libraryText(value)) as JsonText;
}

// Deeper values go the slow way, which is safe from stack overflow at any depth.
const nativeDepthMax = 200;

/**
 * Lets the platform write what it would write canonically once keys are in order: half the time the library takes
 * (1.2 kB in 20 small objects: 20 µs against 43 µs; writing by hand took 28 µs), a tenth where they are in order.
 *
 * `null` means the platform's text would not be canonical, and the library has to do it.
 */
function nativeText(ordered: unknown): string | null {
  if (ordered === notNative || ordered === tooDeep) return null;
  const text = JSON.stringify(ordered) ?? "null";
  // The platform writes a lone surrogate as an escape that starts so; nothing else but a literal backslash does.
  return text.includes("\\ud") ? null : text;
}

const notNative = Symbol("not native");
/** As `notNative`, because of the depth. */
const tooDeep = Symbol("too deep");

/** Gives the value with all keys in order: itself where they are, copies where not, or a symbol where the platform cannot. */
function inKeyOrder(value: unknown, depthLeft: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depthLeft === 0) return tooDeep;
  if (Array.isArray(value)) return itemsInKeyOrder(value, depthLeft);
  const prototype: unknown = Object.getPrototypeOf(value);
  if ((prototype !== Object.prototype && prototype !== null) || "toJSON" in value) return notNative;
  return fieldsInKeyOrder(value as Readonly<Record<string, unknown>>, depthLeft);
}

function itemsInKeyOrder(items: readonly unknown[], depthLeft: number): unknown {
  let copy: unknown[] | null = null;
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (typeof item !== "object" || item === null) continue;
    const ordered = inKeyOrder(item, depthLeft - 1);
    if (ordered === notNative || ordered === tooDeep) return ordered;
    if (ordered === item) continue;
    copy ??= items.slice();
    copy[index] = ordered;
  }
  return copy ?? items;
}

function fieldsInKeyOrder(fields: Readonly<Record<string, unknown>>, depthLeft: number): unknown {
  const keys = Object.keys(fields);
  const isOrdered = areInOrder(keys);
  if (!isOrdered) keys.sort();
  let copy: Record<string, unknown> | null = isOrdered ? null : {};
  for (const key of keys) {
    // An object enumerates keys like `10` first and by value whatever their order, and assigning `__proto__` sets no key.
    if (!isOrdered && (isIndexLike(key) || key === "__proto__")) return notNative;
    const item = fields[key];
    const ordered = typeof item === "object" ? inKeyOrder(item, depthLeft - 1) : item;
    if (ordered === notNative || ordered === tooDeep) return ordered;
    if (ordered !== item) copy ??= { ...fields };
    if (copy !== null) copy[key] = ordered;
  }
  return copy ?? fields;
}

function areInOrder(keys: readonly string[]): boolean {
  let previous = "";
  for (const key of keys) {
    if (key < previous) return false;
    previous = key;
  }
  return true;
}

function isIndexLike(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 48 && first <= 57;
}

function libraryText(value: unknown): string {
  try {
    return canonicalize(value) ?? "null";
  } catch {
    return canonicalize(repair(value)) ?? "null";
  }
}

/**
 * Copies a value without what canonical JSON refuses.
 *
 * A work list instead of recursion, as nesting depth comes from outside; what writes itself (`toJSON`) is left to.
 */
function repair(root: unknown): unknown {
  const holder: { root?: unknown } = {};
  const work: { readonly value: unknown; readonly put: (copy: unknown) => void }[] = [
    { value: root, put: (copy) => (holder.root = copy) },
  ];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const { value, put } = next;
    if (typeof value === "string") put(value.toWellFormed());
    else if (typeof value === "number") put(Number.isFinite(value) ? value : null);
    else if (typeof value !== "object" || value === null || writesItself(value)) put(value);
    else if (Array.isArray(value)) {
      const copy: unknown[] = [];
      put(copy);
      for (const [index, item] of value.entries()) work.push({ value: item, put: (made) => (copy[index] = made) });
    } else {
      const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      put(copy);
      for (const [key, item] of Object.entries(value)) {
        work.push({ value: item, put: (made) => (copy[key.toWellFormed()] = made) });
      }
    }
  }
  return holder.root;
}

/** In a value that was parsed `toJSON` is a key like others. */
function writesItself(value: object): boolean {
  return "toJSON" in value && typeof value.toJSON === "function";
}
