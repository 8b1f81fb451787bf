// Text → compiled expression, cached by text. Compilation checks syntax alone; an unknown
// name or function is an error (or a missing value) when it is evaluated.
import { visit, type Node } from "./ast.ts";
import { build } from "./build.ts";
import { typeNames } from "./conversions.ts";
import type { Run } from "./frame.ts";
import { cachedCharsMax, cachedExpressionsMax, interpolatedCharsMax } from "./limits.ts";
import { createLru } from "./lru.ts";
import { parse, type Position } from "./parse.ts";

/** A compiled expression; only `compile` makes them. */
export interface Compiled {
  readonly text: string;
  /** The variables it uses: `event`, `async`, `vars`, or names that do not exist. */
  readonly variables: ReadonlySet<string>;
  /** The syntax tree, for this package's own use. */
  readonly root: Node;
  /** The program, for this package's own use. */
  readonly run: Run;
}

/** A compiled expression, or what is wrong with the text and where. */
export type CompileResult =
  | { readonly kind: "compiled"; readonly expression: Compiled }
  | { readonly kind: "invalid"; readonly message: string; readonly position: Position | null };

const cache = createLru<CompileResult>({ entriesMax: cachedExpressionsMax, charsMax: cachedCharsMax });

/** Compiles an expression. The same text gives the same result; recent ones are kept, invalid ones too. */
export function compile(text: string): CompileResult {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const result = compileText(text);
  // A text that is refused for its length would only push out others.
  if (text.length <= interpolatedCharsMax) cache.set(text, result);
  return result;
}

/** Writes a position the way messages end: `(line 1, column 5)`. */
export function at(position: Position | null): string {
  return position === null ? "" : ` (line ${position.line}, column ${position.column})`;
}

/** Lists the names that are neither loop variables nor types. */
function variablesOf(root: Node): ReadonlySet<string> {
  const names = new Set<string>();
  visit(root, (node, bound) => {
    if (node.kind === "variable" && !bound.includes(node.name) && !typeNames.has(node.name)) names.add(node.name);
  });
  return names;
}

function compileText(text: string): CompileResult {
  const parsed = parse(text);
  if (parsed.kind === "invalid") return parsed;
  const { root } = parsed;
  return { kind: "compiled", expression: { text, variables: variablesOf(root), root, run: build(root) } };
}
