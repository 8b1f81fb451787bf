// Syntax tree → closures. Compiling once and calling closures is several times faster
// than walking the tree for each event, and a compiled expression is used for many.
import { add, calculate, negated } from "./arithmetic.ts";
import { sizeOf, type BinaryOp, type Node } from "./ast.ts";
import { equals, isIn, order } from "./compare.ts";
import { typeNames } from "./conversions.ts";
import type { Run } from "./frame.ts";
import { callBuiltin, findBuiltin } from "./functions.ts";
import { buildLoop } from "./loops.ts";
import { elementOf, Failure, fieldOf, isAbsent, isTruthy, missing, noSuchOverload, TypeValue } from "./values.ts";

/** Compiles a tree. `scope` names the loop variables around it, outermost first; their position is their slot. */
export function build(node: Node, scope: readonly string[] = []): Run {
  switch (node.kind) {
    case "literal": {
      const { value } = node;
      return () => value;
    }
    case "variable":
      return buildVariable(node.name, scope);
    case "select":
      return buildPath(node, scope);
    case "index": {
      const [of, index] = [build(node.of, scope), build(node.index, scope)];
      return (frame) => elementOf(of(frame), index(frame));
    }
    case "has": {
      const [of, { field }] = [build(node.of, scope), node];
      // Absent is missing, not false: `!has(x)` is false for want of a boolean to negate.
      return (frame) => (isAbsent(fieldOf(of(frame), field)) ? missing : true);
    }
    case "call": {
      const builtin = findBuiltin(node.name, node.isMethod);
      const args = buildAll(node.args, scope);
      return (frame) =>
        callBuiltin(
          builtin,
          args.map((arg) => arg(frame)),
          frame,
        );
    }
    case "loop": {
      const inner = [...scope, node.name];
      const cost = node.body.reduce((sum, part) => sum + sizeOf(part), 1);
      return buildLoop({
        macro: node.macro,
        over: build(node.over, scope),
        body: buildAll(node.body, inner),
        slot: scope.length,
        cost,
      });
    }
    case "list":
      return buildList(buildAll(node.items, scope));
    case "map":
      return buildMap(buildAll(node.keys, scope), buildAll(node.values, scope));
    case "choose": {
      const [test, yes, no] = [build(node.test, scope), build(node.yes, scope), build(node.no, scope)];
      return (frame) => (isTruthy(test(frame)) ? yes(frame) : no(frame));
    }
    case "and":
      return buildChain(buildAll(node.parts, scope), false);
    case "or":
      return buildChain(buildAll(node.parts, scope), true);
    case "not": {
      const of = build(node.of, scope);
      return (frame) => not(of(frame));
    }
    case "negate": {
      const of = build(node.of, scope);
      return (frame) => negated(of(frame));
    }
    case "binary":
      return buildBinary(node.op, build(node.left, scope), build(node.right, scope));
  }
}

function buildAll(nodes: readonly Node[], scope: readonly string[]): Run[] {
  return nodes.map((node) => build(node, scope));
}

function buildVariable(name: string, scope: readonly string[]): Run {
  const slot = scope.lastIndexOf(name);
  if (slot >= 0) return (frame) => frame.slots[slot];
  if (name === "event") return (frame) => frame.variables.event ?? missing;
  if (name === "async") return (frame) => frame.variables.async ?? missing;
  if (name === "vars") return (frame) => frame.variables.vars ?? missing;
  const value = typeNames.has(name) ? new TypeValue(name) : new Failure(`no such attribute(s): ${name}`);
  // Only a search of runs has these; elsewhere they are names that do not exist.
  if (name === "output" || name === "error") {
    return ({ variables }) => (name in variables ? (variables[name] ?? missing) : value);
  }
  return () => value;
}

/** `a.b.c` becomes one closure with a list of fields instead of three. */
function buildPath(node: Node & { kind: "select" }, scope: readonly string[]): Run {
  const fields: string[] = [];
  let of: Node = node;
  while (of.kind === "select") {
    fields.unshift(of.field);
    of = of.of;
  }
  const root = build(of, scope);
  return (frame) => {
    let value = root(frame);
    for (const field of fields) value = fieldOf(value, field);
    return value;
  };
}

/** `&&` and `||` give the operand that decided, as in JavaScript, or else the last one. */
function buildChain(parts: readonly Run[], decisive: boolean): Run {
  return (frame) => {
    let value: unknown = decisive;
    for (const part of parts) {
      value = part(frame);
      if (isTruthy(value) === decisive) return value;
    }
    return value;
  };
}

function not(value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  return isAbsent(value) ? false : noSuchOverload;
}

/** A list with an absent element is absent itself. */
function buildList(items: readonly Run[]): Run {
  return (frame) => {
    const values: unknown[] = [];
    for (const item of items) {
      const value = item(frame);
      if (isAbsent(value)) return value;
      values.push(value);
    }
    return values;
  };
}

function buildMap(keys: readonly Run[], values: readonly Run[]): Run {
  return (frame) => {
    // Without a prototype, "__proto__" is a key like any other.
    const map: Record<string, unknown> = { __proto__: null };
    for (const [at, keyRun] of keys.entries()) {
      const key = keyRun(frame);
      const value = values[at]?.(frame);
      if (isAbsent(key)) return key;
      if (isAbsent(value)) return value;
      if (typeof key !== "string") return new Failure("a map takes texts as keys");
      map[key] = value;
    }
    return map;
  };
}

function buildBinary(op: BinaryOp, left: Run, right: Run): Run {
  switch (op) {
    case "==":
      return (frame) => equals(left(frame), right(frame), frame);
    case "!=":
      return (frame) => !equals(left(frame), right(frame), frame);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return (frame) => order(op, left(frame), right(frame), frame);
    case "in":
      return (frame) => isIn(left(frame), right(frame), frame);
    case "+":
      return (frame) => add(left(frame), right(frame), frame);
    case "-":
    case "*":
    case "/":
    case "%":
      return (frame) => calculate(op, left(frame), right(frame));
  }
}
