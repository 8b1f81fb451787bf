// What is refused when a function registers: syntax errors, names and functions that do
// not exist, and for cancellations everything but plain conditions.
import { visit, type Node } from "./ast.ts";
import { at, compile } from "./compile.ts";
import { typeNames } from "./conversions.ts";
import { findBuiltin } from "./functions.ts";
import { expressionCharsMax } from "./limits.ts";
import { positionAt, type Position } from "./parse.ts";

/** Where an expression stands in a function's config. */
export type ExpressionUse = "trigger" | "cancel" | "wait" | "key" | "batch-if" | "priority";

/** What is wrong with an expression, and where. */
interface Complaint {
  readonly message: string;
  readonly position: Position | null;
}

/** Checks an expression at registration. Null when it is fine, else one sentence that ends with the position. */
export function checkExpression(text: string, use: ExpressionUse): string | null {
  const complaint = complaintAbout(text, use);
  return complaint === null ? null : `${complaint.message}${at(complaint.position)}`;
}

/** Finds the first thing that is wrong with an expression, with its position apart. */
export function complaintAbout(text: string, use: ExpressionUse): Complaint | null {
  if (text.length > expressionCharsMax) {
    return {
      message: `the expression has ${text.length} characters; at most ${expressionCharsMax} are allowed`,
      position: null,
    };
  }
  const compiled = compile(text);
  if (compiled.kind === "invalid") return { message: compiled.message, position: compiled.position };
  const complaints: { readonly message: string; readonly at: number }[] = [];
  visit(compiled.expression.root, (node, bound) => {
    const message = unknownName(node, bound) ?? (use === "cancel" ? tooMuchForCancel(node) : null);
    if (message !== null) complaints.push({ message, at: node.at });
  });
  const [first] = complaints.sort((a, b) => a.at - b.at);
  return first === undefined ? null : { message: first.message, position: positionAt(text, first.at) };
}

/** The reference declares all three everywhere; `async` outside waits and cancellations is only useless (see `lintExpression`). */
const declared: ReadonlySet<string> = new Set(["event", "async", "vars"]);

/** All that a cancellation may call, so that it can always be indexed or evaluated cheaply. */
const cancelFunctions: ReadonlySet<string> = new Set(["int", "uint", "double"]);
const arithmetic: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%"]);

function unknownName(node: Node, bound: readonly string[]): string | null {
  if (node.kind === "variable") {
    return declared.has(node.name) || typeNames.has(node.name) || bound.includes(node.name)
      ? null
      : `undeclared reference to ${JSON.stringify(node.name)}; an expression knows event and, in waits and cancellations, async`;
  }
  if (node.kind !== "call") return null;
  const builtin = findBuiltin(node.name, node.isMethod);
  const count = node.isMethod ? node.args.length - 1 : node.args.length;
  if (builtin === null) return `unknown ${node.isMethod ? "method" : "function"} ${JSON.stringify(node.name)}`;
  return builtin.arity.includes(node.args.length)
    ? null
    : `${node.name}() does not take ${count} argument${count === 1 ? "" : "s"}`;
}

function tooMuchForCancel(node: Node): string | null {
  const refused = (what: string): string =>
    `a cancellation's condition may compare, combine and index, but not use ${what}`;
  switch (node.kind) {
    case "has":
      return refused("has()");
    case "loop":
      return refused(`${node.macro}()`);
    case "call":
      return cancelFunctions.has(node.name) && !node.isMethod ? null : refused(`${node.name}()`);
    case "negate":
      return refused("arithmetic (-)");
    case "binary":
      return arithmetic.has(node.op) ? refused(`arithmetic (${node.op})`) : null;
    default:
      return null;
  }
}
