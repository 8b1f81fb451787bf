// Text → syntax tree. The library parses; this file turns its tree into ours, refuses
// what the dialect does not have, and gives every error its position.
import { Environment, ParseError, type ASTNode } from "@marcbachmann/cel-js";
import type { BinaryOp, LoopMacro, Node } from "./ast.ts";
import { interpolatedCharsMax, literalElementsMax, nestingMax, nodesMax } from "./limits.ts";
import { Uint } from "./values.ts";

/** A place in the text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The tree of a text, or why there is none. */
export type ParseOutcome =
  | { readonly kind: "parsed"; readonly root: Node }
  | { readonly kind: "invalid"; readonly message: string; readonly position: Position | null };

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  limits: {
    maxDepth: nestingMax,
    maxAstNodes: nodesMax,
    maxListElements: literalElementsMax,
    maxMapEntries: literalElementsMax,
  },
});

const intMin = -(2n ** 63n);
const intMax = 2n ** 63n - 1n;
const macroArguments: Readonly<Record<LoopMacro, readonly number[]>> = {
  all: [2],
  exists: [2],
  exists_one: [2],
  map: [2, 3],
  filter: [2],
};

/** Parses an expression. Names and functions are not checked here; see `checkExpression`. */
export function parse(text: string): ParseOutcome {
  if (text.length > interpolatedCharsMax) {
    return {
      kind: "invalid",
      message: `the expression has ${text.length} characters; at most ${interpolatedCharsMax} are allowed`,
      position: null,
    };
  }
  const faults: Fault[] = [];
  try {
    const root = convert(environment.parse(text).ast, { faults, depth: 0 });
    const [fault] = faults;
    if (fault === undefined) return { kind: "parsed", root };
    return { kind: "invalid", message: fault.message, position: positionAt(text, fault.at) };
  } catch (error) {
    if (error instanceof ParseError) {
      const start = error.range?.start;
      return {
        kind: "invalid",
        message: messageOf(error.summary),
        position: start === undefined ? null : positionAt(text, start),
      };
    }
    // The library limits every recursion but that of `!` and `-`: a hundred thousand of them end here.
    if (error instanceof RangeError) return { kind: "invalid", message: tooDeep, position: null };
    throw error;
  }
}

/** Turns an offset into a line and a column. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

const tooDeep = `the expression is nested more than ${nestingMax} levels deep`;

interface Fault {
  readonly message: string;
  readonly at: number;
}

interface Place {
  readonly faults: Fault[];
  readonly depth: number;
}

function messageOf(summary: string): string {
  if (summary.startsWith("Exceeded maxDepth")) return tooDeep;
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}

function convert(ast: ASTNode, place: Place): Node {
  const at = ast.pos;
  if (place.depth >= nestingMax) return refuse(place, { message: tooDeep, at });
  const inner: Place = { faults: place.faults, depth: place.depth + 1 };
  switch (ast.op) {
    case "value":
      return literal(ast.args, at, place);
    case "id":
      return { kind: "variable", name: ast.args, at };
    case ".":
      return { kind: "select", of: convert(ast.args[0], inner), field: ast.args[1], at };
    case "[]":
      return { kind: "index", of: convert(ast.args[0], inner), index: convert(ast.args[1], inner), at };
    case "call":
      return ast.args[0] === "has"
        ? has(ast.args[1], at, inner)
        : { kind: "call", name: ast.args[0], isMethod: false, args: convertAll(ast.args[1], inner), at };
    case "rcall":
      return method(ast.args, at, inner);
    case "list":
      return { kind: "list", items: convertAll(ast.args, inner), at };
    case "map":
      return {
        kind: "map",
        keys: ast.args.map(([key]) => convert(key, inner)),
        values: ast.args.map(([, value]) => convert(value, inner)),
        at,
      };
    case "?:":
      return {
        kind: "choose",
        test: convert(ast.args[0], inner),
        yes: convert(ast.args[1], inner),
        no: convert(ast.args[2], inner),
        at,
      };
    case "&&":
    case "||":
      return { kind: ast.op === "&&" ? "and" : "or", parts: convertAll(chain(ast, ast.op), inner), at };
    case "!_":
      return { kind: "not", of: convert(ast.args, inner), at };
    case "-_":
      return negate(ast.args, at, inner);
    case ".?":
    case "[?]":
      return refuse(place, { message: "optional access (.?) does not exist in this dialect", at });
    default:
      return {
        kind: "binary",
        op: ast.op satisfies BinaryOp,
        left: convert(ast.args[0], inner),
        right: convert(ast.args[1], inner),
        at,
      };
  }
}

function convertAll(nodes: readonly ASTNode[], place: Place): Node[] {
  return nodes.map((node) => convert(node, place));
}

/** Records what is wrong; the first of these is reported and the tree is thrown away. */
function refuse(place: Place, fault: Fault): Node {
  place.faults.push(fault);
  return { kind: "literal", value: null, at: fault.at };
}

/** The parser nests `a || b || c` to the left, thousands deep if need be. */
function chain(ast: ASTNode, op: "&&" | "||"): ASTNode[] {
  const parts: ASTNode[] = [];
  let left = ast;
  while (left.op === op) {
    parts.push(left.args[1]);
    left = left.args[0];
  }
  parts.push(left);
  return parts.reverse();
}

function literal(value: unknown, at: number, place: Place): Node {
  if (typeof value === "bigint" && value > intMax)
    return refuse(place, { message: `the integer ${value} needs more than 64 bits`, at });
  // The parser library has a class of its own for unsigned integers.
  const unsigned = typeof value === "object" && value !== null && "value" in value ? value.value : null;
  return { kind: "literal", value: typeof unsigned === "bigint" ? new Uint(unsigned) : value, at };
}

/** A negated number is a literal, so that the smallest int can be written and `x == -1` is indexed. */
function negate(operand: ASTNode, at: number, place: Place): Node {
  if (operand.op === "value") {
    if (typeof operand.args === "number") return { kind: "literal", value: -operand.args, at };
    if (typeof operand.args === "bigint") {
      const value = -operand.args;
      return value < intMin
        ? refuse(place, { message: `the integer ${value} needs more than 64 bits`, at })
        : { kind: "literal", value, at };
    }
  }
  return { kind: "negate", of: convert(operand, place), at };
}

function has(args: readonly ASTNode[], at: number, place: Place): Node {
  const [operand] = args;
  if (operand?.op !== "." || args.length !== 1)
    return refuse(place, { message: "has() takes one path that ends in a field, such as has(event.data.id)", at });
  return { kind: "has", of: convert(operand.args[0], place), field: operand.args[1], at };
}

function method(
  [name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]],
  at: number,
  place: Place,
): Node {
  const over = convert(receiver, place);
  const [variable, ...body] = args;
  if (isLoopMacro(name) && macroArguments[name].includes(args.length) && variable?.op === "id") {
    return { kind: "loop", macro: name, over, name: variable.args, body: convertAll(body, place), at };
  }
  return { kind: "call", name, isMethod: true, args: [over, ...convertAll(args, place)], at };
}

function isLoopMacro(name: string): name is LoopMacro {
  return Object.hasOwn(macroArguments, name);
}
