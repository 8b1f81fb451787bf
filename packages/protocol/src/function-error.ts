// The error of a whole function attempt, as it is stored and told to others.
import {
  canonicalJson,
  isJsonObject,
  jsonString,
  spliceObject,
  tryParseJson,
  type JsonObject,
  type JsonText,
  type JsonValue,
} from "./json.ts";
import { foreignBodyBytesMax } from "./limits.ts";

/** What went wrong in an attempt. */
export interface FunctionErrorBody {
  /** The transport's view: `NonRetriableError`, `invalid status code: 500`, or a code such as `not_sdk`. */
  readonly error: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  readonly cause: JsonText | null;
  /** The answer's body as canonical JSON, which lifecycle events carry as `result`; `null` when there was none. */
  readonly raw: JsonText | null;
}

const transportErrorCodes = [
  "http_unreachable",
  "invalid_response",
  "not_sdk",
  "output_too_large",
  "request_duration_too_long",
  "sig_verification_failed",
] as const;

/** Codes of attempts that brought no answer of an SDK. */
export type TransportErrorCode = (typeof transportErrorCodes)[number];

const foreignStatusName = "Server returned a fatal error";

/**
 * Says why an attempt with this stored error brought no answer of the SDK; null for an error of the user's code.
 *
 * An error status that somebody answered in the app's place has no code of its own: it is `foreign_status` here.
 */
export function noAnswerReason(error: JsonObject): TransportErrorCode | "foreign_status" | null {
  const code = error["error"];
  if (error["name"] === foreignStatusName && typeof code === "string" && code.startsWith("invalid status code"))
    return "foreign_status";
  return transportErrorCodes.find((known) => known === code) ?? null;
}

/** Describes an attempt that brought no readable answer. */
export function transportError(o: {
  readonly code: TransportErrorCode;
  readonly message: string;
  readonly stack?: string;
}): FunctionErrorBody {
  return withRaw({ error: o.code, name: "Error", message: o.message, stack: o.stack ?? null, cause: null });
}

/** Describes an error status that some proxy or platform answered in place of the SDK. */
export function foreignStatusError(o: {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}): FunctionErrorBody {
  return withRaw({
    error: `invalid status code: ${o.status}`,
    name: foreignStatusName,
    message: `Your server returned HTTP ${o.status} before the SDK responded.`,
    stack: `No step output was produced: the response did not come from the SDK, so a proxy, platform or crash answered in its place.\n\n${foreignBodyText(o)}`,
    cause: null,
  });
}

/** Quotes the start of a body that is not the SDK's, for people to recognise where it came from. */
export function foreignBodyText(o: { readonly contentType: string; readonly body: string }): string {
  const bytes = Buffer.from(o.body, "utf8");
  // A character cut in half at the limit becomes U+FFFD, which is dropped.
  const excerpt =
    bytes.length <= foreignBodyBytesMax
      ? o.body
      : bytes.toString("utf8", 0, foreignBodyBytesMax).replace(/\uFFFD$/, "");
  return `Upstream response (${o.contentType || "no content type"}):\n${excerpt}`;
}

/**
 * Reads the error an SDK answered with.
 *
 * It may be wrapped as `{error: …}` or `{body: …}`, as an object or as its JSON text; what is not there has a default.
 */
export function readFunctionError(o: { readonly error: string; readonly body: string }): FunctionErrorBody {
  const parsed = tryParseJson(o.body);
  const value = parsed === undefined ? o.body.trim() : (decodedObject(parsed) ?? parsed);
  const raw = value === "" ? null : canonicalJson(value);
  if (!isJsonObject(value)) {
    const message = typeof value === "string" && value !== "" ? value : defaultMessage;
    return { error: o.error, name: "Error", message, stack: null, cause: null, raw };
  }
  const inner = decodedObject(value["error"]) ?? decodedObject(value["body"]) ?? value;
  return {
    error: o.error,
    name: nonEmpty(inner["name"]) ?? "Error",
    // A few answers have the text itself under `error`, e.g. when a planned step is not found.
    message: nonEmpty(inner["message"]) ?? nonEmpty(inner["error"]) ?? defaultMessage,
    stack: nonEmpty(inner["stack"]),
    cause: inner["cause"] === undefined || inner["cause"] === null ? null : canonicalJson(inner["cause"]),
    raw,
  };
}

/** Writes what lifecycle events and invoking parents get under `error`. */
export function functionErrorJson(error: Omit<FunctionErrorBody, "raw">): JsonText {
  return spliceObject([
    ["cause", error.cause],
    ["error", jsonString(error.error)],
    ["message", jsonString(error.message)],
    ["name", jsonString(error.name)],
    ["stack", error.stack === null ? null : jsonString(error.stack)],
  ]);
}

const defaultMessage = "Function execution error";

function withRaw(error: Omit<FunctionErrorBody, "raw">): FunctionErrorBody {
  return { ...error, raw: functionErrorJson(error) };
}

/** An object, or text that holds one. */
function decodedObject(value: JsonValue | undefined): JsonObject | null {
  if (isJsonObject(value)) return value;
  const decoded = typeof value === "string" ? tryParseJson(value) : undefined;
  return isJsonObject(decoded) ? decoded : null;
}

function nonEmpty(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
