// Syntax tree → text, in the layout of the reference (`a == "x" && b in [1, 2]`). What
// is printed compiles to the same tree again.
import type { Node } from "./ast.ts";
import { spend, type Frame } from "./frame.ts";
import { interpolatedCharsMax, valueDepthMax } from "./limits.ts";
import { isList, isMap, Uint } from "./values.ts";

/** Prints a tree. The text ends early, and is no expression, once it exceeds what can be compiled. */
export function print(node: Node): string {
  const paper: Paper = { parts: [], length: 0 };
  write(node, paper);
  return paper.parts.join("");
}

/** Claims that a value can be written as a literal: JSON and ints, not too deep, nothing that is only computed. The budget pays for the look. */
export function isPrintable(value: unknown, frame: Frame, depth = 0): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "bigint")
    return true;
  if (typeof value === "number") return Number.isFinite(value);
  const items = isList(value) ? value : isMap(value) ? Object.values(value) : null;
  return (
    items !== null &&
    depth < valueDepthMax &&
    spend(frame, items.length) &&
    items.every((item) => isPrintable(item, frame, depth + 1))
  );
}

/** What is written so far. Whole objects of an event may be written many times over, so the length is watched. */
interface Paper {
  readonly parts: string[];
  length: number;
}

const primary = 9;
const rankOfUnary = 8;
const ranks: Readonly<Record<string, number>> = {
  "*": 7,
  "/": 7,
  "%": 7,
  "+": 6,
  "-": 6,
  "<": 5,
  "<=": 5,
  ">": 5,
  ">=": 5,
  in: 5,
  "==": 4,
  "!=": 4,
};

function rankOf(node: Node): number {
  switch (node.kind) {
    case "choose":
      return 1;
    case "or":
      return 2;
    case "and":
      return 3;
    case "binary":
      return ranks[node.op] ?? primary;
    case "not":
    case "negate":
      return rankOfUnary;
    case "literal":
      // `-1` is a unary minus to the parser.
      return (typeof node.value === "number" && (node.value < 0 || Object.is(node.value, -0))) ||
        (typeof node.value === "bigint" && node.value < 0n)
        ? rankOfUnary
        : primary;
    default:
      return primary;
  }
}

function put(paper: Paper, text: string): void {
  if (paper.length > interpolatedCharsMax) return;
  paper.parts.push(text);
  paper.length += text.length;
}

/** Writes a part, in parentheses when it binds less tightly than its place asks for. */
function place(node: Node, rank: number, paper: Paper): void {
  if (rankOf(node) >= rank) return write(node, paper);
  put(paper, "(");
  write(node, paper);
  put(paper, ")");
}

function separated<T>(items: readonly T[], separator: string, paper: Paper, each: (item: T, at: number) => void): void {
  for (const [at, item] of items.entries()) {
    if (paper.length > interpolatedCharsMax) return;
    if (at > 0) put(paper, separator);
    each(item, at);
  }
}

function write(node: Node, paper: Paper): void {
  switch (node.kind) {
    case "literal":
      return writeValue(node.value, paper);
    case "variable":
      return put(paper, node.name);
    case "select":
      place(node.of, primary, paper);
      return put(paper, `.${node.field}`);
    case "index":
      place(node.of, primary, paper);
      put(paper, "[");
      write(node.index, paper);
      return put(paper, "]");
    case "has":
      put(paper, "has(");
      place(node.of, primary, paper);
      return put(paper, `.${node.field})`);
    case "call":
      return writeCall(node, paper);
    case "loop":
      place(node.over, primary, paper);
      put(paper, `.${node.macro}(${node.name}, `);
      separated(node.body, ", ", paper, (part) => write(part, paper));
      return put(paper, ")");
    case "list":
      put(paper, "[");
      separated(node.items, ", ", paper, (item) => write(item, paper));
      return put(paper, "]");
    case "map":
      put(paper, "{");
      separated(node.keys, ", ", paper, (key, at) => {
        write(key, paper);
        put(paper, ": ");
        const value = node.values[at];
        if (value !== undefined) write(value, paper);
      });
      return put(paper, "}");
    case "choose":
      place(node.test, 2, paper);
      put(paper, " ? ");
      place(node.yes, 2, paper);
      put(paper, " : ");
      return write(node.no, paper);
    case "and":
    case "or":
      return separated(node.parts, node.kind === "and" ? " && " : " || ", paper, (part) =>
        place(part, rankOf(node) + 1, paper),
      );
    case "not":
      put(paper, "!");
      return place(node.of, rankOfUnary, paper);
    case "negate":
      put(paper, "-");
      // A negated literal is another literal, so `-(1)` keeps its parentheses.
      return place(node.of, node.of.kind === "literal" ? primary + 1 : rankOfUnary, paper);
    case "binary":
      place(node.left, rankOf(node), paper);
      put(paper, ` ${node.op} `);
      return place(node.right, rankOf(node) + 1, paper);
  }
}

function writeCall(node: Node & { kind: "call" }, paper: Paper): void {
  const [receiver, ...rest] = node.args;
  if (node.isMethod && receiver !== undefined) {
    place(receiver, primary, paper);
    put(paper, ".");
  }
  put(paper, `${node.name}(`);
  separated(node.isMethod ? rest : node.args, ", ", paper, (arg) => write(arg, paper));
  put(paper, ")");
}

function writeValue(value: unknown, paper: Paper): void {
  if (typeof value === "string") return put(paper, quoted(value));
  if (typeof value === "number") return put(paper, doubleText(value));
  if (isList(value)) {
    put(paper, "[");
    separated(value, ", ", paper, (item) => writeValue(item, paper));
    return put(paper, "]");
  }
  if (isMap(value)) {
    put(paper, "{");
    separated(Object.entries(value), ", ", paper, ([key, item]) => {
      put(paper, `${quoted(key)}: `);
      writeValue(item, paper);
    });
    return put(paper, "}");
  }
  if (value instanceof Uint) return put(paper, `${value.value}u`);
  if (value instanceof Uint8Array)
    return put(paper, `b"${Array.from(value, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`);
  put(paper, String(value));
}

/** A double keeps a point or an exponent, or it would come back as an int. */
function doubleText(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Quotes a text; control characters are escaped, because a NUL cannot be stored everywhere. */
function quoted(text: string): string {
  const escaped = text.replace(
    /["\\\p{Cc}]/gu,
    (char) => escapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}
