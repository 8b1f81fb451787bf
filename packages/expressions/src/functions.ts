// The functions of the dialect by name: which exist, how they are called, and what they
// do. What is not in these tables does not exist, such as `split` or `math.greatest`.
import { conversions } from "./conversions.ts";
import { dateGetters } from "./date-getters.ts";
import { readDate } from "./date-layouts.ts";
import type { Frame } from "./frame.ts";
import { keysOf, spend, spendOnText } from "./frame.ts";
import { matchesPattern } from "./regex.ts";
import { parseDuration, timestampOfMs, timestampOfNs } from "./times.ts";
import { Duration, Failure, isAbsent, isList, isMap, noSuchOverload } from "./values.ts";

/** One function. A method's receiver is its first argument. */
export interface Builtin {
  /** How many arguments it takes, a method's receiver included. */
  readonly arity: readonly number[];
  /** Computes it. Absent arguments never get here. */
  readonly call: (args: readonly unknown[], frame: Frame) => unknown;
  /** What it gives when an argument is missing or an error: 0 for `size`, else false. */
  readonly whenAbsent?: unknown;
  /** It reads the clock, so it cannot be computed ahead of the evaluation. */
  readonly readsClock?: true;
}

/** Finds a function by name and style of call. */
export function findBuiltin(name: string, isMethod: boolean): Builtin | null {
  const table = isMethod ? methods : globals;
  return table.get(name) ?? null;
}

/** Calls a function by name, with the dialect's answers for absent arguments and for functions that do not exist. */
export function callBuiltin(builtin: Builtin | null, args: readonly unknown[], frame: Frame): unknown {
  if (builtin === null) {
    // An unknown receiver (`math.greatest(1, 2)`) is the more useful error of the two.
    return args.find((arg) => arg instanceof Failure) ?? (args.some(isAbsent) ? false : noSuchOverload);
  }
  if (!builtin.arity.includes(args.length)) return noSuchOverload;
  return args.some(isAbsent) ? (builtin.whenAbsent ?? false) : builtin.call(args, frame);
}

const size: Builtin = {
  arity: [1],
  whenAbsent: 0n,
  call: ([value], frame) => {
    if (typeof value === "string") return spendOnText(frame, value.length) ? BigInt(codePoints(value)) : 0n;
    if (isList(value) || value instanceof Uint8Array) return BigInt(value.length);
    return isMap(value) ? BigInt(keysOf(value, frame).length) : noSuchOverload;
  },
};

const matches: Builtin = {
  arity: [2],
  call: ([text, pattern], frame) =>
    typeof text === "string" && typeof pattern === "string" ? matchesPattern(text, pattern, frame) : noSuchOverload,
};

const methods: ReadonlyMap<string, Builtin> = new Map([
  ["size", size],
  ["matches", matches],
  ["contains", textTest((text, part) => text.includes(part))],
  ["startsWith", textTest((text, part) => text.startsWith(part))],
  ["endsWith", textTest((text, part) => text.endsWith(part))],
  ...dateGetters,
]);

const globals: ReadonlyMap<string, Builtin> = new Map([
  ["size", size],
  ["matches", matches],
  ["lowercase", textChange((text) => text.toLowerCase())],
  ["uppercase", textChange((text) => text.toUpperCase())],
  ["b64decode", textChange(decodeBase64)],
  ["json_parse", { arity: [1], call: ([value], frame) => parseJson(value, frame) }],
  ["date", { arity: [1], call: ([value], frame) => (spend(frame, 50) ? readDate(value) : noSuchOverload) }],
  ["now", { arity: [0], readsClock: true, call: (_args, frame) => timestampOfMs(frame.now) }],
  ["now_plus", clockOffset(1n)],
  ["now_minus", clockOffset(-1n)],
  ...conversions,
]);

function textTest(test: (text: string, part: string) => boolean): Builtin {
  return {
    arity: [2],
    call: ([text, part], frame) => {
      if (typeof text !== "string" || typeof part !== "string") return noSuchOverload;
      return spendOnText(frame, text.length) && test(text, part);
    },
  };
}

/** These give "" for what is not a text, where the others fail. */
function textChange(change: (text: string) => unknown): Builtin {
  return {
    arity: [1],
    call: ([text], frame) => (typeof text === "string" && spendOnText(frame, text.length) ? change(text) : ""),
  };
}

function clockOffset(sign: bigint): Builtin {
  return {
    arity: [1],
    readsClock: true,
    call: ([offset], frame) => {
      const duration = typeof offset === "string" ? parseDuration(offset) : offset;
      if (duration instanceof Duration) return timestampOfNs(timestampOfMs(frame.now).ns + sign * duration.ns);
      return duration instanceof Failure ? duration : noSuchOverload;
    },
  };
}

/** Only objects; everything else is an empty map. */
function parseJson(value: unknown, frame: Frame): unknown {
  if (typeof value !== "string" || !spend(frame, 1 + (value.length >> 5))) return {};
  try {
    const parsed: unknown = JSON.parse(value);
    return isMap(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function decodeBase64(text: string): unknown {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return new Failure("not standard base64");
  return Buffer.from(text, "base64").toString("utf8");
}

/** A surrogate pair counts once. */
function codePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) count -= 1;
  }
  return count;
}
