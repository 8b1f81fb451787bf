// Warnings about expressions that are valid and yet rarely mean what they say. The
// dialect's oddities are kept for the sake of existing expressions; this names them.
import { visit, type Node } from "./ast.ts";
import type { ExpressionUse } from "./check.ts";
import { at, compile } from "./compile.ts";
import { positionAt } from "./parse.ts";
import { print } from "./print.ts";

/**
 * Warns about parts of an expression that likely do not do what was meant. An invalid
 * expression gives no warnings. With a `use`, also about variables that are never set there.
 */
export function lintExpression(text: string, use?: ExpressionUse): readonly string[] {
  const compiled = compile(text);
  if (compiled.kind === "invalid") return [];
  const warnings: string[] = [];
  visit(compiled.expression.root, (node, bound) => {
    const warning = warningAbout(node) ?? unsetVariable(node, bound, use);
    if (warning !== null) warnings.push(`${warning}${at(positionAt(text, node.at))}`);
  });
  return warnings;
}

function warningAbout(node: Node): string | null {
  if (node.kind === "not") return aboutNot(node.of);
  if (node.kind === "binary") return aboutHasFalse(node) ?? aboutMixedNumbers(node);
  return null;
}

function aboutNot(of: Node): string | null {
  if (of.kind === "has") return `!has(…) is false even when the field is missing; write ${print(pathOf(of))} == null`;
  if (of.kind === "select" || of.kind === "index")
    return `!${print(of)} is false when the field is missing; write ${print(of)} != true`;
  return null;
}

function aboutHasFalse(node: Node & { kind: "binary" }): string | null {
  const has = node.left.kind === "has" ? node.left : node.right.kind === "has" ? node.right : null;
  const other = has === node.left ? node.right : node.left;
  if (has === null || node.op !== "==" || other.kind !== "literal" || other.value !== false) return null;
  return `has(…) == false is false even when the field is missing; write ${print(pathOf(has))} == null`;
}

/** `event.data.n + 1` is the text "61" for 6, and `event.data.n * 2` is an error. */
function aboutMixedNumbers(node: Node & { kind: "binary" }): string | null {
  if (!["+", "-", "*", "/", "%"].includes(node.op)) return null;
  const int = isInt(node.left) ? node.left : isInt(node.right) ? node.right : null;
  const other = int === node.left ? node.right : node.left;
  if (int === null || (other.kind !== "select" && other.kind !== "index")) return null;
  if (node.op === "%") return `an event's numbers are doubles, which have no %; write int(${print(other)}) % …`;
  const effect = node.op === "+" ? "joins them as texts" : "is an error";
  return `an event's numbers are doubles, and ${node.op} between one and the integer ${print(int)} ${effect}; write ${print(int)}.0`;
}

function unsetVariable(node: Node, bound: readonly string[], use: ExpressionUse | undefined): string | null {
  if (use === undefined || use === "cancel" || use === "wait") return null;
  if (node.kind !== "variable" || node.name !== "async" || bound.includes("async")) return null;
  return "async is set in waits and cancellations only, so this part is always missing";
}

function isInt(node: Node): boolean {
  return node.kind === "literal" && typeof node.value === "bigint";
}

function pathOf(has: Node & { kind: "has" }): Node {
  return { kind: "select", of: has.of, field: has.field, at: has.at };
}
