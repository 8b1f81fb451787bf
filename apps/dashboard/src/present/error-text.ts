// Puts what an error says into words.
import type { ApiError, ApiNoAnswer, JsonValue } from "@stepwright/protocol";

/**
 * The name of an error's class.
 *
 * SDKs report most errors as plain `Error`; the class then still stands at the top of the stack.
 */
export function errorName({ name, message, stack }: ApiError): string {
  if ((name !== "Error" && name !== "") || stack === null) return name;
  const head = /^([A-Za-z_$][\w$.]*): /.exec(stack);
  return head?.[1] !== undefined && stack.startsWith(message, head[0].length) ? head[1] : name;
}

/** The message with the name of the error's class, unless it is a plain one, and with what caused it. */
export function errorText(error: ApiError): string {
  const name = errorName(error);
  const own = name === "" || name === "Error" ? error.message : `${name}: ${error.message}`;
  const cause = error.cause === null ? null : errorOfCause(error.cause);
  if (cause === null || cause.message === "" || error.message.includes(cause.message)) return own;
  return `${own}\nCaused by ${errorText(cause)}`;
}

/** Reads a cause, which is whatever was thrown; null if it is no error. */
export function errorOfCause(cause: JsonValue): ApiError | null {
  if (typeof cause !== "object" || cause === null || Array.isArray(cause) || typeof cause["message"] !== "string")
    return null;
  const { name, message, stack, cause: deeper } = cause;
  return {
    name: typeof name === "string" ? name : "Error",
    message,
    stack: typeof stack === "string" ? stack : null,
    cause: deeper ?? null,
    noAnswer: null,
  };
}

/** What became of a call that the app's SDK did not answer, as a clause. */
export const noAnswerTexts = {
  http_unreachable: "the app could not be reached",
  request_duration_too_long: "the app did not answer in time",
  output_too_large: "the app's answer was too large",
  invalid_response: "the app's answer could not be read",
  not_sdk: "what answered in the app's place is no Inngest SDK",
  foreign_status: "something else answered in the app's place",
  sig_verification_failed: "the app's answer was not signed with our key",
} as const satisfies Record<ApiNoAnswer, string>;
