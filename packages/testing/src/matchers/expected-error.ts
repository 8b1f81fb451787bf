// Compares the error of a run or step with what a test expects, as `toThrow` does. An error has travelled from the app to the
// engine as a name, a message, a stack and a cause; its class stayed there.
import type { ApiError } from "@stepwright/protocol";
import { errorName } from "../report/error-text.ts";
import { isEqual, type MatcherContext } from "./context.ts";

/** A class of errors. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** Part of the message, a pattern of it, a class, an error with that message, or an object with some of an error's fields. */
export type ExpectedError = string | RegExp | ErrorClass | Error | object;

/** What was found of an error. */
export interface ErrorVerdict {
  readonly pass: boolean;
  /** After "fail with": `a message that contains "declined"`. */
  readonly goal: string;
  readonly compared: { readonly expected: unknown; readonly received: unknown };
  readonly hint?: string;
}

/** Compares an error. */
export function compareError(context: MatcherContext, error: ApiError, expected: ExpectedError): ErrorVerdict {
  const { message } = error;
  const name = errorName(error);
  if (typeof expected === "string") {
    const goal = `a message that contains ${JSON.stringify(expected)}`;
    return { pass: message.includes(expected), goal, compared: { expected, received: message } };
  }
  if (isPattern(expected)) {
    const goal = `a message that matches ${String(expected)}`;
    return { pass: message.search(expected) >= 0, goal, compared: { expected, received: message } };
  }
  if (typeof expected === "function") return compareClass(name, expected as ErrorClass);
  if (isError(expected)) {
    const goal = `the message ${JSON.stringify(expected.message)}`;
    return { pass: message === expected.message, goal, compared: { expected: expected.message, received: message } };
  }
  const received = fieldsOf({ ...error, name }, expected);
  return { pass: isEqual(context, received, expected), goal: "such an error", compared: { expected, received } };
}

function compareClass(name: string, expected: ErrorClass): ErrorVerdict {
  const isNamed = expected.name !== "Error" && name === "Error";
  return {
    pass: name === expected.name,
    goal: `an error of class ${expected.name}`,
    compared: { expected: expected.name, received: name },
    ...(isNamed
      ? { hint: `only the name of an error travels: a class of your own has to set \`this.name = "${expected.name}"\`` }
      : {}),
  };
}

/** The fields that are expected; an asymmetric matcher gets the whole error. */
function fieldsOf(error: ApiError, expected: object): object {
  if ("asymmetricMatch" in expected) return error;
  return Object.fromEntries(Object.entries(error).filter(([key]) => key in expected));
}

// Test runners run tests in a realm of their own, whose classes are not those of this module.
function isPattern(value: unknown): value is RegExp {
  return Object.prototype.toString.call(value) === "[object RegExp]";
}

function isError(value: unknown): value is Error {
  return Object.prototype.toString.call(value) === "[object Error]";
}
