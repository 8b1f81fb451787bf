// Stored JSON text as values of the dashboard's API.
import {
  isJsonObject,
  noAnswerReason,
  parseJsonText,
  type ApiError,
  type JsonObject,
  type JsonText,
  type JsonValue,
} from "@stepwright/protocol";

/** Reads stored text; null stays null. */
export function readJson(text: JsonText | null): JsonValue | null {
  return text === null ? null : parseJsonText(text);
}

/** Reads stored text that is an object; anything else is an empty one. */
export function readObject(text: JsonText | null): JsonObject {
  const value = readJson(text);
  return isJsonObject(value) ? value : {};
}

/** Reads a stored error. An error that is no object is shown whole as the message. */
export function readError(text: JsonText | null): ApiError | null {
  return text === null ? null : errorOf(parseJsonText(text));
}

/** Presents an error of the user's function. */
export function errorOf(value: JsonValue): ApiError {
  if (!isJsonObject(value)) {
    return {
      name: "Error",
      message: typeof value === "string" ? value : JSON.stringify(value),
      stack: null,
      cause: null,
      noAnswer: null,
    };
  }
  return {
    name: textOf(value["name"]) ?? "Error",
    message: textOf(value["message"]) ?? textOf(value["error"]) ?? "",
    stack: textOf(value["stack"]),
    cause: value["cause"] ?? null,
    noAnswer: noAnswerReason(value),
  };
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
