// Errors of runs and steps in words.
import { isJsonObject, type ApiError, type JsonValue } from "@stepwright/protocol";
import { shortLine } from "./fit-text.ts";

/** Characters of an error in a sentence. */
const sentenceMax = 160;
/** Causes that are followed; a longer chain helps nobody. */
const causesMax = 5;

/** The name of an error's class. SDKs report most errors as plain `Error`; the class then still stands at the top of the stack. */
export function errorName({ name, message, stack }: Pick<ApiError, "name" | "message" | "stack">): string {
  if ((name !== "Error" && name !== "") || stack === null) return name === "" ? "Error" : name;
  const head = /^([A-Za-z_$][\w$.]*): /.exec(stack);
  const found = head?.[1];
  return head !== null && found !== undefined && stack.startsWith(message, head[0].length) ? found : "Error";
}

/** An error and what caused it, one line each, without stacks: `TypeError: declined`, `caused by Error: no funds`. */
export function errorLines(error: ApiError): readonly string[] {
  const lines = [headOf(error)];
  let cause = error.cause;
  while (cause !== null && lines.length <= causesMax) {
    const known = errorOfCause(cause);
    lines.push(`caused by ${known === null ? JSON.stringify(cause) : headOf(known)}`);
    cause = known?.cause ?? null;
  }
  return lines;
}

/** An error in one line that a sentence can hold, without its causes. */
export function errorSentence(error: Pick<ApiError, "name" | "message" | "stack">): string {
  return shortLine(headOf(error), sentenceMax);
}

function headOf(error: Pick<ApiError, "name" | "message" | "stack">): string {
  return error.message === "" ? errorName(error) : `${errorName(error)}: ${error.message}`;
}

function errorOfCause(cause: JsonValue): Pick<ApiError, "name" | "message" | "stack" | "cause"> | null {
  if (!isJsonObject(cause) || typeof cause["message"] !== "string") return null;
  const { name, message, stack } = cause;
  return {
    name: typeof name === "string" ? name : "Error",
    message,
    stack: typeof stack === "string" ? stack : null,
    cause: cause["cause"] ?? null,
  };
}
