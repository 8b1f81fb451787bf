// The syntax tree. It is ours, not the parser library's: macros are nodes of their own
// and chains of `&&` and `||` are flat, so that no walk over it goes deep.

/** Operators with two operands other than `&&` and `||`. */
export type BinaryOp = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "+" | "-" | "*" | "/" | "%";

/** Macros that loop over a list or the keys of a map. */
export type LoopMacro = "all" | "exists" | "exists_one" | "map" | "filter";

/** One node of an expression. `at` is its offset in the text. */
export type Node =
  /** Any value; interpolation puts whole objects here. */
  | { readonly kind: "literal"; readonly value: unknown; readonly at: number }
  | { readonly kind: "variable"; readonly name: string; readonly at: number }
  | { readonly kind: "select"; readonly of: Node; readonly field: string; readonly at: number }
  | { readonly kind: "index"; readonly of: Node; readonly index: Node; readonly at: number }
  | { readonly kind: "has"; readonly of: Node; readonly field: string; readonly at: number }
  /** A method's receiver is its first argument. */
  | {
      readonly kind: "call";
      readonly name: string;
      readonly isMethod: boolean;
      readonly args: readonly Node[];
      readonly at: number;
    }
  /** `map` with three arguments has a filter and a transform as its body, the others one expression. */
  | {
      readonly kind: "loop";
      readonly macro: LoopMacro;
      readonly over: Node;
      readonly name: string;
      readonly body: readonly Node[];
      readonly at: number;
    }
  | { readonly kind: "list"; readonly items: readonly Node[]; readonly at: number }
  | { readonly kind: "map"; readonly keys: readonly Node[]; readonly values: readonly Node[]; readonly at: number }
  | { readonly kind: "choose"; readonly test: Node; readonly yes: Node; readonly no: Node; readonly at: number }
  | { readonly kind: "and" | "or"; readonly parts: readonly Node[]; readonly at: number }
  | { readonly kind: "not" | "negate"; readonly of: Node; readonly at: number }
  | { readonly kind: "binary"; readonly op: BinaryOp; readonly left: Node; readonly right: Node; readonly at: number };

/** Lists a node's direct parts in the order of evaluation. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "literal":
    case "variable":
      return [];
    case "select":
    case "has":
    case "not":
    case "negate":
      return [node.of];
    case "index":
      return [node.of, node.index];
    case "call":
      return node.args;
    case "loop":
      return [node.over, ...node.body];
    case "list":
      return node.items;
    case "map":
      return [...node.keys, ...node.values];
    case "choose":
      return [node.test, node.yes, node.no];
    case "and":
    case "or":
      return node.parts;
    case "binary":
      return [node.left, node.right];
  }
}

/** Copies a node with other parts: as many, and in the same order, as `childrenOf` lists. */
export function withChildren(node: Node, children: readonly Node[]): Node {
  const child = (position: number): Node => {
    const found = children[position];
    if (found === undefined) throw new Error(`a ${node.kind} node lacks its part ${position}`);
    return found;
  };
  switch (node.kind) {
    case "literal":
    case "variable":
      return node;
    case "select":
    case "has":
    case "not":
    case "negate":
      return { ...node, of: child(0) };
    case "index":
      return { ...node, of: child(0), index: child(1) };
    case "call":
      return { ...node, args: children };
    case "loop":
      return { ...node, over: child(0), body: children.slice(1) };
    case "list":
      return { ...node, items: children };
    case "map":
      return { ...node, keys: children.slice(0, node.keys.length), values: children.slice(node.keys.length) };
    case "choose":
      return { ...node, test: child(0), yes: child(1), no: child(2) };
    case "and":
    case "or":
      return { ...node, parts: children };
    case "binary":
      return { ...node, left: child(0), right: child(1) };
  }
}

/** Counts the nodes of a tree. */
export function sizeOf(node: Node): number {
  let size = 1;
  for (const child of childrenOf(node)) size += sizeOf(child);
  return size;
}

/** Visits every node, parents first, with the loop variables that are bound there. */
export function visit(
  node: Node,
  onNode: (node: Node, bound: readonly string[]) => void,
  bound: readonly string[] = [],
): void {
  onNode(node, bound);
  if (node.kind !== "loop") {
    for (const child of childrenOf(node)) visit(child, onNode, bound);
    return;
  }
  visit(node.over, onNode, bound);
  for (const part of node.body) visit(part, onNode, [...bound, node.name]);
}
