// Running a compiled expression: as a value, as a condition, or as a key.
import type { Compiled } from "./compile.ts";
import { isExhausted, openFrame, type Variables } from "./frame.ts";
import { builtCharsMax, evaluationStepsMax } from "./limits.ts";
import { keyText, toPlain } from "./plain.ts";
import { Failure, missing } from "./values.ts";

/** What an evaluation needs besides the variables. */
export interface EvaluateOptions {
  /** Milliseconds since 1970, for `now()`. */
  readonly now: number;
}

/** The value of an expression. An error is an ordinary outcome: the expression meets an event it was not written for. */
export type EvaluationResult =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly message: string };

/** The key of an event; `none` when the expression is false, which it also is for a missing field. */
export type KeyResult =
  | { readonly kind: "key"; readonly text: string }
  | { readonly kind: "none" }
  | { readonly kind: "error"; readonly message: string };

/**
 * Evaluates an expression to a plain value: ints are bigints and doubles are numbers,
 * instants and durations are texts. A missing value is false. Never throws, and ends
 * with an error when the budget of steps is used up.
 */
export function evaluate(expression: Compiled, variables: Variables, options: EvaluateOptions): EvaluationResult {
  const frame = openFrame(variables, options.now);
  const value = expression.run(frame);
  const plain = value === missing ? false : toPlain(value, frame);
  if (isExhausted(frame))
    return { kind: "error", message: `the expression takes more than ${evaluationStepsMax} steps with this event` };
  if (value instanceof Failure) return { kind: "error", message: value.message };
  return { kind: "value", value: plain };
}

/** Claims that the expression is true. An error or another value is no match. */
export function matches(expression: Compiled, variables: Variables, options: EvaluateOptions): boolean {
  return judge(expression, variables, options).isMatch;
}

/** As `matches`, with the steps that it took: whoever evaluates many can stop in between. */
export function judge(
  expression: Compiled,
  variables: Variables,
  options: EvaluateOptions,
): { readonly isMatch: boolean; readonly steps: number } {
  const frame = openFrame(variables, options.now);
  const isMatch = expression.run(frame) === true && !isExhausted(frame);
  return { isMatch, steps: evaluationStepsMax - frame.stepsLeft };
}

/** Evaluates an expression to the text of a concurrency, throttle or similar key. The number 1 and the text "1" are one key. */
export function keyOf(expression: Compiled, variables: Variables, options: EvaluateOptions): KeyResult {
  const result = evaluate(expression, variables, options);
  if (result.kind === "error") return result;
  if (result.value === false) return { kind: "none" };
  const text = keyText(result.value);
  return text === null
    ? { kind: "error", message: `the key has more than ${builtCharsMax} characters` }
    : { kind: "key", text };
}
