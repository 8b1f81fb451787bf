// Paths of the index: `data.userId`, `data.items[0].id`, `data["my-key"]`. Two paths
// that read the same value have the same text.
import type { Node } from "./ast.ts";
import { elementOf } from "./values.ts";

/** One step of a path: a field or an element. */
type PathStep = string | number;

/** Reads a node as a path below `async`, or gives null when it is anything else. */
export function pathOf(node: Node): string | null {
  const steps: PathStep[] = [];
  let of = node;
  while (of.kind === "select" || of.kind === "index") {
    const step = of.kind === "select" ? of.field : stepOf(of.index);
    if (step === null) return null;
    steps.unshift(step);
    of = of.of;
  }
  return of.kind === "variable" && of.name === "async" && steps.length > 0 ? pathText(steps) : null;
}

/** Writes a path. It is never empty for one step or more. */
function pathText(steps: readonly PathStep[]): string {
  const text = steps.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return text.join("").replace(/^\./, "");
}

/** Reads the value at a path with the rules of an expression: missing when there is none, an error past a list's end. */
export function readPath(path: string, root: unknown): unknown {
  let value = root;
  for (const step of parsePath(path)) value = elementOf(value, step);
  return value;
}

/** Splits a path that `pathText` wrote. */
function parsePath(path: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  const token = /\.?([A-Za-z_]\w*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (token.lastIndex < path.length) {
    const match = token.exec(path);
    if (match === null) throw new Error(`the index path ${JSON.stringify(path)} was not written by this package`);
    const [, field, element, quoted] = match;
    if (field !== undefined) steps.push(field);
    else if (element !== undefined) steps.push(Number(element));
    else steps.push(String(JSON.parse(quoted ?? '""')));
  }
  return steps;
}

function stepOf(index: Node): PathStep | null {
  if (index.kind !== "literal") return null;
  const { value } = index;
  if (typeof value === "string") return value;
  const position = typeof value === "bigint" || typeof value === "number" ? Number(value) : -1;
  return Number.isSafeInteger(position) && position >= 0 ? Math.abs(position) : null;
}
