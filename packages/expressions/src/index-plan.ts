// What a stored condition is indexed by: values that the incoming event must have at
// some paths for the condition to hold. The index may give too many candidates, never
// too few; each is then evaluated in full.
import type { Node } from "./ast.ts";
import { compile } from "./compile.ts";
import { pathOf, readPath } from "./index-path.ts";
import { indexTermsMax } from "./limits.ts";
import { isAbsent, isTruthy, Uint } from "./values.ts";

/** One equality that an incoming event is looked up by. */
export interface IndexTerm {
  /** Where the value stands in the incoming event, e.g. `data.userId` or `data.items[0].id`. */
  readonly path: string;
  readonly valueType: "string" | "number" | "bool" | "null";
  /** The value's text. A number is written as its double, so that 1 and 1.0 are the same. */
  readonly value: string;
}

/** How to find a condition when an event comes in. */
export type IndexPlan =
  /** An event that matches has the value of at least one term; with no terms, no event matches. */
  | { readonly kind: "terms"; readonly terms: readonly IndexTerm[] }
  /** Some way to match has no equality: evaluate it for every event. */
  | { readonly kind: "slow" }
  /** Every event matches. */
  | { readonly kind: "any" };

/** Plans the index of an interpolated condition; null is a condition that every event meets. */
export function planIndex(text: string | null): IndexPlan {
  if (text === null) return { kind: "any" };
  const compiled = compile(text);
  if (compiled.kind === "invalid") return { kind: "slow" };
  const { root } = compiled.expression;
  if (root.kind === "literal" && root.value === true) return { kind: "any" };
  const terms = termsOf(root, true);
  return terms === null ? { kind: "slow" } : { kind: "terms", terms };
}

/**
 * Reads what to look up at a path of an incoming event. A missing value is looked up as
 * null, which it equals. Null when no condition can equal what is there: a list or a map.
 */
export function readTerm(path: string, event: unknown): Omit<IndexTerm, "path"> | null {
  const value = readPath(path, event);
  return scalarOf(isAbsent(value) ? null : value);
}

type Terms = readonly IndexTerm[] | null;

/**
 * Gives terms of which one must hold for the node to be truthy, or with `wantsTrue` to be
 * `true`; null when there are no such terms.
 */
function termsOf(node: Node, wantsTrue: boolean): Terms {
  switch (node.kind) {
    case "literal":
      return (wantsTrue ? node.value === true : isTruthy(node.value)) ? null : [];
    case "binary":
      if (node.op === "==") return equality(node.left, node.right) ?? equality(node.right, node.left);
      return node.op === "in" ? membership(node.left, node.right) : null;
    case "and":
      return node.parts.map((part, at) => termsOf(part, wantsTrue && at === node.parts.length - 1)).reduce(better);
    case "or":
      return node.parts.map((part) => termsOf(part, wantsTrue)).reduce(union);
    case "choose":
      return union(better(termsOf(node.test, false), termsOf(node.yes, wantsTrue)), termsOf(node.no, wantsTrue));
    case "select":
    case "index":
      return wantsTrue ? term(node, true) : null;
    case "not":
      // Only false becomes true: `!missing` is false and `!null` is an error.
      return node.of.kind === "binary" && node.of.op === "!="
        ? (equality(node.of.left, node.of.right) ?? equality(node.of.right, node.of.left))
        : term(node.of, false);
    default:
      return null;
  }
}

function equality(path: Node, literal: Node): Terms {
  return literal.kind === "literal" ? term(path, literal.value) : null;
}

/** `path in [a, b]` is `path == a || path == b`. */
function membership(path: Node, list: Node): Terms {
  if (list.kind !== "list" || list.items.length > indexTermsMax) return null;
  return list.items.map((item) => equality(path, item)).reduce(union, []);
}

function term(node: Node, value: unknown): Terms {
  const path = pathOf(node);
  const scalar = scalarOf(value);
  return path === null || scalar === null ? null : [{ path, ...scalar }];
}

function scalarOf(value: unknown): Omit<IndexTerm, "path"> | null {
  if (value === null) return { valueType: "null", value: "null" };
  if (typeof value === "boolean") return { valueType: "bool", value: String(value) };
  if (typeof value === "string") return { valueType: "string", value };
  if (value instanceof Uint) return scalarOf(value.value);
  if (typeof value !== "number" && typeof value !== "bigint") return null;
  // Adding zero makes one of the two zeros.
  return { valueType: "number", value: String(Number(value) + 0) };
}

/** Both sides must hold to match either list, so the more selective one is enough. */
function better(a: Terms, b: Terms): Terms {
  if (a === null || b === null) return a ?? b;
  return cost(a) <= cost(b) ? a : b;
}

/** One of the sides must hold, so an event is looked up by both. */
function union(a: Terms, b: Terms): Terms {
  if (a === null || b === null) return null;
  const terms = new Map([...a, ...b].map((each) => [JSON.stringify([each.path, each.valueType, each.value]), each]));
  return terms.size > indexTermsMax ? null : [...terms.values()];
}

/** Rough shares of the events that have the value: few have a certain id, half have a flag, most lack a field. */
const weights: Readonly<Record<IndexTerm["valueType"], number>> = { string: 1, number: 1, bool: 20, null: 40 };

function cost(terms: readonly IndexTerm[]): number {
  return terms.reduce((sum, each) => sum + weights[each.valueType], 0);
}
