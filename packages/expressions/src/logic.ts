// Simplifying `&&`, `||` and `?:` when some of their parts are known. What may be left
// out depends on what the surroundings look at, because these operators give operands.
import type { Node } from "./ast.ts";
import { isTruthy } from "./values.ts";

/**
 * What the surroundings look at: whether the result is `true` (`match`, the whole
 * expression), whether it is truthy (`truth`, a test), both of these (`both`, a part of
 * an `||` that is a condition), or the value itself.
 */
export type Interest = "match" | "truth" | "both" | "value";

/** A part of an expression: known by its value, or not. */
export type Part =
  /** `node` gives the expression for the value, for values that cannot be written as a literal. */
  | { readonly kind: "known"; readonly value: unknown; readonly node: () => Node }
  | { readonly kind: "open"; readonly node: Node };

/** A chain of parts that is left after simplifying, or the one part that it comes to. */
export type Chain =
  | { readonly kind: "one"; readonly part: Part }
  | { readonly kind: "parts"; readonly parts: readonly Part[] };

/** What the parts of a chain are looked at for; `isLast` is the part whose value is the chain's. */
export function interestOfPart(op: "and" | "or", outer: Interest, isLast: boolean): Interest {
  if (isLast || outer === "value") return outer;
  if (op === "and") return "truth";
  return outer === "truth" ? "truth" : "both";
}

/** Makes a known part of a constant. */
function constant(value: boolean, at: number): Part {
  return { kind: "known", value, node: () => ({ kind: "literal", value, at }) };
}

/** Simplifies `a && b && …`. */
export function simplifyAnd(parts: readonly Part[], interest: Interest, at: number): Chain {
  const kept: Part[] = [];
  for (const [position, part] of parts.entries()) {
    if (part.kind === "known" && !isTruthy(part.value)) {
      if (interest !== "value") return one(constant(false, at));
      kept.push(part);
      break;
    }
    if (part.kind === "open" || position === parts.length - 1) kept.push(part);
  }
  const last = kept.at(-1);
  if (last?.kind !== "known" || kept.length < 2 || interest === "value") return chainOf(kept);
  if (interest === "truth") return chainOf(kept.slice(0, -1));
  if (interest === "match" && last.value !== true) return one(constant(false, at));
  // `x && true` is `x` when that is true or falsy, but not when it may be a text.
  return last.value === true && isBooleanOrFalsy(kept.at(-2)) ? chainOf(kept.slice(0, -1)) : chainOf(kept);
}

/** Simplifies `a || b || …`. */
export function simplifyOr(parts: readonly Part[], interest: Interest, at: number): Chain {
  const kept: Part[] = [];
  for (const [position, part] of parts.entries()) {
    const isLast = position === parts.length - 1;
    const isFalsy = part.kind === "known" && !isTruthy(part.value);
    if (!isFalsy || (isLast && (interest === "value" || kept.length === 0))) kept.push(part);
    if (part.kind === "known" && !isFalsy) break;
  }
  const last = kept.at(-1);
  if (last?.kind !== "known" || kept.length < 2 || interest === "value") return chainOf(kept);
  if (interest === "truth") return one(constant(true, at));
  if (last.value === true) return kept.every(isBooleanOrFalsy) ? one(constant(true, at)) : chainOf(kept);
  return interest === "match" ? chainOf(kept.slice(0, -1)) : chainOf(kept);
}

function one(part: Part): Chain {
  return { kind: "one", part };
}

function chainOf(parts: readonly Part[]): Chain {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? one(first) : { kind: "parts", parts };
}

function isBooleanOrFalsy(part: Part | undefined): boolean {
  if (part === undefined) return false;
  return part.kind === "known" ? part.value === true || !isTruthy(part.value) : givesBooleanOrFalsy(part.node);
}

const comparisons: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);
const tests: ReadonlySet<string> = new Set(["contains", "startsWith", "endsWith", "matches"]);
const questions: ReadonlySet<string> = new Set(["all", "exists", "exists_one"]);

/** Claims that a node's value, when truthy, can only be `true`. */
function givesBooleanOrFalsy(node: Node): boolean {
  switch (node.kind) {
    case "binary":
      return comparisons.has(node.op);
    case "not":
    case "has":
      return true;
    case "call":
      return tests.has(node.name);
    case "loop":
      return questions.has(node.macro);
    case "and":
    case "or":
      return node.parts.every(givesBooleanOrFalsy);
    case "choose":
      return givesBooleanOrFalsy(node.yes) && givesBooleanOrFalsy(node.no);
    case "literal":
      return node.value === true || !isTruthy(node.value);
    default:
      return false;
  }
}
