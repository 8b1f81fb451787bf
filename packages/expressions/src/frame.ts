// What one evaluation carries along: the variables, the slots of loop variables, and
// the budget. An exhausted budget is a state, not an exception: loops stop at once and
// the evaluation ends as an error.
import { evaluationStepsMax } from "./limits.ts";

/** The values an expression is evaluated against; one that is left out is missing. */
export interface Variables {
  readonly event?: unknown;
  readonly async?: unknown;
  readonly vars?: unknown;
  /** What a run has returned, and what it failed with, for a search of runs. */
  readonly output?: unknown;
  readonly error?: unknown;
}

/** The state of one evaluation. */
export interface Frame {
  readonly variables: Variables;
  /** Milliseconds since 1970, for `now()`. */
  readonly now: number;
  /** One per loop that is open, outermost first. */
  readonly slots: unknown[];
  stepsLeft: number;
}

/** A compiled node. */
export type Run = (frame: Frame) => unknown;

/** Starts an evaluation with a full budget. */
export function openFrame(variables: Variables, now: number): Frame {
  return { variables, now, slots: [], stepsLeft: evaluationStepsMax };
}

/** Takes steps from the budget and claims that there was enough. */
export function spend(frame: Frame, steps: number): boolean {
  frame.stepsLeft -= steps;
  return frame.stepsLeft >= 0;
}

/** Takes the steps for going through a text or bytes: some 64 characters in the time of one step. */
export function spendOnText(frame: Frame, length: number): boolean {
  return spend(frame, 1 + (length >> 6));
}

/** Lists a map's keys and pays for it: on a large map each takes as long as a step. Empty when the budget is used up. */
export function keysOf(map: Readonly<Record<string, unknown>>, frame: Frame): readonly string[] {
  if (isExhausted(frame)) return [];
  const keys = Object.keys(map);
  return spend(frame, keys.length) ? keys : [];
}

/** Claims that the budget ran out; whatever was computed since is void. */
export function isExhausted(frame: Frame): boolean {
  return frame.stepsLeft < 0;
}
