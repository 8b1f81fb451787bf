// Partial evaluation: the trigger event's values are written into a wait's or a
// cancellation's condition when it is stored, so that what remains speaks of the
// incoming event alone and can be indexed.
import { childrenOf, visit, withChildren, type Node } from "./ast.ts";
import { build } from "./build.ts";
import { complaintAbout } from "./check.ts";
import { compile } from "./compile.ts";
import { typeNames } from "./conversions.ts";
import { isExhausted, openFrame, type Frame } from "./frame.ts";
import { findBuiltin } from "./functions.ts";
import { evaluationStepsMax, interpolatedCharsMax } from "./limits.ts";
import { interestOfPart, simplifyAnd, simplifyOr, type Chain, type Interest, type Part } from "./logic.ts";
import type { Position } from "./parse.ts";
import { isPrintable, print } from "./print.ts";
import { Failure, isTruthy, missing } from "./values.ts";

/** A condition with the trigger event's values in it. */
export type Interpolated =
  /** Every incoming event matches. */
  | { readonly kind: "always" }
  /** No event can match. */
  | { readonly kind: "never" }
  /** `text` has no variable but `async`, and compiles. */
  | { readonly kind: "expression"; readonly text: string }
  | { readonly kind: "invalid"; readonly message: string; readonly position: Position | null };

/** How to interpolate. */
export interface InterpolateOptions {
  readonly now: number;
  /** A cancellation's condition may use less; see `checkExpression`. */
  readonly use: "cancel" | "wait";
}

/**
 * Writes the trigger event's values into a condition and computes what is known.
 *
 * A field that the event lacks becomes null where it meets the incoming event, so
 * `event.data.x == async.data.x` then matches events that lack it too; computed alone it
 * stays missing. Functions that read the clock stay, to be computed for each event.
 */
export function interpolate(text: string, event: unknown, options: InterpolateOptions): Interpolated {
  const complaint = complaintAbout(text, options.use);
  if (complaint !== null) return { kind: "invalid", ...complaint };
  const compiled = compile(text);
  if (compiled.kind === "invalid") return compiled;
  const frame = openFrame({ event }, options.now);
  const part = reduce(compiled.expression.root, "match", { frame, bound: [] });
  if (isExhausted(frame))
    return {
      kind: "invalid",
      message: `the expression takes more than ${evaluationStepsMax} steps with this event`,
      position: null,
    };
  if (part.kind === "known") return { kind: part.value === true ? "always" : "never" };
  return written(part.node);
}

/** What a reduction carries along. */
interface Setting {
  readonly frame: Frame;
  /** Loop variables, which are open whatever their names. */
  readonly bound: readonly string[];
}

/** Prints what remains. A value of the event may be too long or too deep for an expression, so it is compiled once to be sure. */
function written(node: Node): Interpolated {
  const text = print(node);
  if (text.length > interpolatedCharsMax) {
    return {
      kind: "invalid",
      message: `with the values of its event the expression has more than ${interpolatedCharsMax} characters`,
      position: null,
    };
  }
  const compiled = compile(text);
  if (compiled.kind === "invalid")
    return { kind: "invalid", message: `with the values of its event: ${compiled.message}`, position: null };
  if (!compiled.expression.variables.has("event")) return { kind: "expression", text };
  return {
    kind: "invalid",
    message: "a value of its event is nested too deeply to be written into the expression",
    position: null,
  };
}

function reduce(node: Node, interest: Interest, setting: Setting): Part {
  switch (node.kind) {
    case "variable":
      return isOpenVariable(node.name, setting) ? { kind: "open", node } : known(node, [], setting);
    case "and":
    case "or": {
      const parts = node.parts.map((part, at) =>
        reduce(part, interestOfPart(node.kind, interest, at === node.parts.length - 1), setting),
      );
      return joined(
        node,
        node.kind === "and" ? simplifyAnd(parts, interest, node.at) : simplifyOr(parts, interest, node.at),
        setting,
      );
    }
    case "choose":
      return reduceChoice(node, interest, setting);
    case "loop":
      return reduceLoop(node, setting);
    default: {
      const parts = childrenOf(node).map((child) => reduce(child, "value", setting));
      const isKnown = parts.every((part) => part.kind === "known") && !readsClock(node);
      return isKnown
        ? known(node, parts, setting)
        : { kind: "open", node: withChildren(node, residues(parts, setting)) };
    }
  }
}

function joined(node: Node & { kind: "and" | "or" }, chain: Chain, setting: Setting): Part {
  if (chain.kind === "one") return chain.part;
  return { kind: "open", node: withChildren(node, residues(chain.parts, setting)) };
}

function reduceChoice(node: Node & { kind: "choose" }, interest: Interest, setting: Setting): Part {
  const test = reduce(node.test, "truth", setting);
  if (test.kind === "known") return reduce(isTruthy(test.value) ? node.yes : node.no, interest, setting);
  const branches = [node.yes, node.no].map((branch) => reduce(branch, interest, setting));
  return { kind: "open", node: withChildren(node, residues([test, ...branches], setting)) };
}

/** A loop that depends on nothing unknown is computed as it stands; else only its parts are reduced. */
function reduceLoop(node: Node & { kind: "loop" }, setting: Setting): Part {
  const inner: Setting = { frame: setting.frame, bound: [...setting.bound, node.name] };
  const reduced = (): Node => {
    const body = node.body.map((part, at) =>
      reduce(part, node.macro === "map" && at === node.body.length - 1 ? "value" : "truth", inner),
    );
    return withChildren(node, residues([reduce(node.over, "value", setting), ...body], setting));
  };
  if (!isClosed(node)) return { kind: "open", node: reduced() };
  return { kind: "known", value: build(node)(setting.frame), node: reduced };
}

function known(node: Node, parts: readonly Part[], setting: Setting): Part {
  const children = parts.map((part): Node => ({
    kind: "literal",
    value: part.kind === "known" ? part.value : missing,
    at: node.at,
  }));
  return {
    kind: "known",
    value: build(withChildren(node, children))(setting.frame),
    node: () => withChildren(node, residues(parts, setting)),
  };
}

function residues(parts: readonly Part[], setting: Setting): Node[] {
  return parts.map((part) => residue(part, setting));
}

/** What stands in the remaining expression for a part: itself when open, else its value. A path that leads nowhere is null. */
function residue(part: Part, { frame }: Setting): Node {
  if (part.kind === "open") return part.node;
  if (isPrintable(part.value, frame)) return { kind: "literal", value: part.value, at: 0 };
  if (part.value === missing) return { kind: "literal", value: null, at: 0 };
  // An instant, or an error such as `"2" > 1`, which has to stay one.
  const node = part.node();
  return part.value instanceof Failure && node.kind === "index" ? { kind: "literal", value: null, at: 0 } : node;
}

function isOpenVariable(name: string, { bound }: Setting): boolean {
  return name === "async" || bound.includes(name);
}

function readsClock(node: Node): boolean {
  return node.kind === "call" && findBuiltin(node.name, node.isMethod)?.readsClock === true;
}

function isClosed(loop: Node): boolean {
  let closed = true;
  visit(loop, (node, bound) => {
    if (readsClock(node)) closed = false;
    if (node.kind !== "variable" || bound.includes(node.name)) return;
    if (node.name !== "event" && node.name !== "vars" && !typeNames.has(node.name)) closed = false;
  });
  return closed;
}
