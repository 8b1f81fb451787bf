// The looping macros. Each pass is paid for with the size of the loop's body, so nested
// loops over long lists end with the budget and not with patience.
import { addAsText } from "./arithmetic.ts";
import type { LoopMacro } from "./ast.ts";
import { isExhausted, keysOf, spend, type Frame, type Run } from "./frame.ts";
import { Failure, isList, isMap, isTruthy, kindOf, missing, noSuchOverload } from "./values.ts";

/** A loop, compiled. */
export interface Loop {
  readonly macro: LoopMacro;
  readonly over: Run;
  readonly body: readonly Run[];
  /** Where the loop variable is kept. */
  readonly slot: number;
  /** Steps that one pass takes. */
  readonly cost: number;
}

/** Compiles a loop. It goes over a list's elements or a map's keys; a missing range makes it missing. */
export function buildLoop(loop: Loop): Run {
  const { over, body, slot } = loop;
  const last = body.at(-1) ?? (() => noSuchOverload);
  const finish = finishers[loop.macro];
  return (frame) => {
    const range = over(frame);
    const items = isMap(range) ? keysOf(range, frame) : range;
    if (!isList(items)) return notIterable(range);
    const value = finish({ items, loop, frame, last });
    frame.slots.length = slot;
    return value;
  };
}

interface Pass {
  readonly items: readonly unknown[];
  readonly loop: Loop;
  readonly frame: Frame;
  /** The predicate or transform. */
  readonly last: Run;
}

const finishers: Readonly<Record<LoopMacro, (pass: Pass) => unknown>> = {
  exists: (pass) => count(pass, { wanted: true, atMost: 1 }) === 1,
  all: (pass) => count(pass, { wanted: false, atMost: 1 }) === 0 && !isExhausted(pass.frame),
  exists_one: (pass) => count(pass, { wanted: true, atMost: 2 }) === 1,
  filter: (pass) => {
    const kept: unknown[] = [];
    for (const item of pass.items) {
      if (!enter(pass, item)) return false;
      if (isTruthy(pass.last(pass.frame))) kept.push(item);
    }
    return kept;
  },
  map: transform,
};

/** Counts the elements whose predicate is truthy, or falsy, and stops at the limit. Errors are falsy. */
function count(pass: Pass, options: { readonly wanted: boolean; readonly atMost: number }): number {
  let found = 0;
  for (const item of pass.items) {
    if (!enter(pass, item)) return 0;
    if (isTruthy(pass.last(pass.frame)) === options.wanted) found += 1;
    if (found === options.atMost) break;
  }
  return found;
}

/** A failed element turns the list into a text, because the reference adds results with `+`, which joins what does not fit. */
function transform({ items, loop, frame, last }: Pass): unknown {
  const results: unknown[] = [];
  let text: unknown = null;
  const filter = loop.body.length > 1 ? loop.body[0] : undefined;
  for (const item of items) {
    if (!enter({ loop, frame }, item)) return false;
    if (filter !== undefined && !isTruthy(filter(frame))) continue;
    const value = last(frame);
    if (value === missing) return missing;
    if (text === null && !(value instanceof Failure)) results.push(value);
    else text = addAsText(text ?? results, value instanceof Failure ? value : [value], frame);
    if (text instanceof Failure) return text;
  }
  return text ?? results;
}

function enter({ loop, frame }: Pick<Pass, "loop" | "frame">, item: unknown): boolean {
  frame.slots[loop.slot] = item;
  return spend(frame, loop.cost);
}

const goTypes: Readonly<Partial<Record<string, string>>> = {
  bool: "Bool",
  double: "Double",
  int: "Int",
  null: "Null",
  string: "String",
  uint: "Uint",
  bytes: "Bytes",
};

function notIterable(range: unknown): unknown {
  if (range === missing || range instanceof Failure) return range;
  const kind = kindOf(range);
  return new Failure(`got 'types.${goTypes[kind] ?? kind}', expected iterable type`);
}
