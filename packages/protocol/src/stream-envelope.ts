// Streamed answers: status 201 at once, spaces to keep the connection open, then the real answer in an envelope.
import { readFunctionError, transportError, type FunctionErrorBody } from "./function-error.ts";
import { headers } from "./headers.ts";
import { canonicalJson, isJsonObject, tryParseJson, type JsonObject, type JsonValue } from "./json.ts";
import type { AppHttpResponse } from "./sdk-response.ts";

/** The outcome of unwrapping a streamed answer. */
export type UnwrappedStream =
  | { readonly kind: "response"; readonly response: AppHttpResponse }
  | { readonly kind: "broken"; readonly error: FunctionErrorBody };

/** Takes the real answer out of a streamed one; its headers go over those the stream began with. */
export function unwrapStream(response: AppHttpResponse): UnwrappedStream {
  const envelope = tryParseJson(response.body);
  if (!isJsonObject(envelope)) return broken("The response stream ended before the SDK sent its answer.");
  const failure = envelope["error"];
  if (failure !== undefined && failure !== null) {
    return {
      kind: "broken",
      error: readFunctionError({ error: "invalid_response", body: canonicalJson({ error: failure }) }),
    };
  }
  const { status } = envelope;
  if (typeof status !== "number" || !Number.isInteger(status))
    return broken("The response stream's answer has no status.");
  return {
    kind: "response",
    response: {
      status,
      headers: { ...response.headers, ...topLevelAdvice(envelope), ...lowerCased(envelope["headers"]) },
      body: bodyText(envelope["body"]),
    },
  };
}

/** The Go SDK has no headers in its envelope: it says beside the body what they would have said. */
function topLevelAdvice({ noRetry, retryAt }: JsonObject): Record<string, string> {
  return {
    ...(noRetry === true ? { [headers.noRetry]: "true" } : {}),
    ...(typeof retryAt === "string" ? { [headers.retryAfter]: retryAt } : {}),
  };
}

function broken(message: string): UnwrappedStream {
  return { kind: "broken", error: transportError({ code: "invalid_response", message }) };
}

/** A string is the body itself; the Go SDK sends the JSON value instead. */
function bodyText(body: JsonValue | undefined): string {
  if (body === undefined) return "";
  return typeof body === "string" ? body : canonicalJson(body);
}

function lowerCased(value: JsonValue | undefined): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, header]) => [name.toLowerCase(), headerText(header)]));
}

/** SDKs send one text per header, or a list of them. */
function headerText(header: JsonValue): string {
  if (typeof header === "string") return header;
  return Array.isArray(header) ? header.map(headerText).join(", ") : canonicalJson(header);
}
