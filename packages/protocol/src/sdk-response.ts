// An app's answer to a call: from status, headers and body to what it means.
import { parseRetryAfter } from "./duration.ts";
import { StepwrightError } from "./errors.ts";
import {
  foreignBodyText,
  foreignStatusError,
  readFunctionError,
  transportError,
  type FunctionErrorBody,
} from "./function-error.ts";
import { headers } from "./headers.ts";
import type { Millis } from "./ids.ts";
import { canonicalJson, isJsonObject, nullJson, tryParseJson, type JsonText } from "./json.ts";
import { defaultRunLimits, type RunLimits } from "./limits.ts";
import { parseOps, type Op } from "./opcode.ts";
import { unwrapStream } from "./stream-envelope.ts";

/** An app's answer as it came; redirects are followed and encodings undone. */
export interface AppHttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an answer says about trying again. */
export interface RetryAdvice {
  /** `null` when the SDK does not say, which means to retry. */
  readonly noRetry: boolean | null;
  /** When to retry; `null` leaves it to the ordinary backoff. */
  readonly retryAt: Millis | null;
  /** The request version the SDK speaks; `null` when it does not say. */
  readonly requestVersion: number | null;
}

/** What an answer means. */
export type SdkAnswer =
  | { readonly kind: "completed"; readonly output: JsonText }
  | ({ readonly kind: "ops"; readonly ops: readonly Op[] } & RetryAdvice)
  | ({ readonly kind: "failed"; readonly error: FunctionErrorBody } & RetryAdvice);

/** Reads an app's answer to a call; never throws, as whatever an app answers is an outcome of the attempt. */
export function readSdkResponse(
  response: AppHttpResponse,
  now: Millis,
  { responseBytesMax }: Pick<RunLimits, "responseBytesMax"> = defaultRunLimits,
): SdkAnswer {
  try {
    return readAnswer(response, now, responseBytesMax);
  } catch (error) {
    if (!(error instanceof StepwrightError)) throw error;
    const message = `The SDK's response cannot be read: ${error.message}.`;
    return failed(response, now, transportError({ code: "invalid_response", message }));
  }
}

function readAnswer(response: AppHttpResponse, now: Millis, bytesMax: number): SdkAnswer {
  if (Buffer.byteLength(response.body) > bytesMax) {
    const message = `The response is larger than the limit of ${bytesMax} bytes; return less, or a reference to it.`;
    return failed(response, now, transportError({ code: "output_too_large", message }));
  }
  const unwrapped = response.status === 201 ? unwrapStream(response) : ({ kind: "response", response } as const);
  if (unwrapped.kind === "broken") return failed(response, now, unwrapped.error);
  return readPlain(unwrapped.response, now);
}

function readPlain(response: AppHttpResponse, now: Millis): SdkAnswer {
  const { status, body } = response;
  const isSuccess = status >= 200 && status < 300;
  if (!isFromSdk(response)) {
    return failed(
      response,
      now,
      isSuccess ? notSdk(response) : foreignStatusError({ status, contentType: contentType(response), body }),
    );
  }
  if (!isSuccess) {
    const advice = retryAdvice(response, now);
    const error = advice.noRetry === true ? "NonRetriableError" : `invalid status code: ${status}`;
    return { kind: "failed", error: readFunctionError({ error, body }), ...advice };
  }
  if (status !== 206) return { kind: "completed", output: readOutput(body) };
  const parsed = parseOps(body);
  if (parsed.kind === "ops") return { kind: "ops", ops: parsed.ops, ...retryAdvice(response, now) };
  const message = `The SDK's response cannot be read: ${parsed.message}.`;
  return failed(
    response,
    now,
    transportError({
      code: "invalid_response",
      message,
      stack: foreignBodyText({ contentType: contentType(response), body }),
    }),
  );
}

/** A random page with status 200 must never complete a run: only the SDK's own header says that it answered. */
function isFromSdk(response: AppHttpResponse): boolean {
  return (response.headers[headers.sdk] ?? "") !== "";
}

function notSdk(response: AppHttpResponse): FunctionErrorBody {
  return transportError({
    code: "not_sdk",
    message: "The response did not come from an Inngest SDK",
    stack: foreignBodyText({ contentType: contentType(response), body: response.body }),
  });
}

function contentType(response: AppHttpResponse): string {
  return response.headers["content-type"] ?? "";
}

/** An attempt error that is ours to call, so it is retried whatever the answer says of itself. */
function failed(response: AppHttpResponse, now: Millis, error: FunctionErrorBody): SdkAnswer {
  return { kind: "failed", error, ...retryAdvice(response, now), noRetry: null };
}

function retryAdvice(response: AppHttpResponse, now: Millis): RetryAdvice {
  const retryAfter = response.headers[headers.retryAfter];
  return {
    noRetry: readNoRetry(response),
    retryAt: retryAfter === undefined ? null : parseRetryAfter(retryAfter, now),
    requestVersion: readRequestVersion(response.headers[headers.requestVersion]),
  };
}

function readNoRetry(response: AppHttpResponse): boolean | null {
  const value = response.headers[headers.noRetry];
  if (value !== undefined) return value.trim().toLowerCase() === "true";
  const isClientError = response.status >= 400 && response.status < 500;
  return isClientError && meansFinalByStatus(response.headers[headers.sdk] ?? "") ? true : null;
}

/** SDKs from before the header existed said «do not retry» with a 4xx: JavaScript below 1.10.1, and 2.x below 2.4.1. */
function meansFinalByStatus(sdk: string): boolean {
  const match = /^inngest-js:v?(\d+)\.(\d+)\.(\d+)/.exec(sdk);
  if (match === null) return false;
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number);
  const isBefore = (otherMinor: number): boolean => minor < otherMinor || (minor === otherMinor && patch < 1);
  return major < 1 || (major === 1 && isBefore(10)) || (major === 2 && isBefore(4));
}

/** Versions start at 1; the Go SDK sends 0 where it means «unchanged». */
function readRequestVersion(value: string | undefined): number | null {
  return value !== undefined && /^[1-9]\d{0,5}$/.test(value) ? Number(value) : null;
}

/** Reads a function's result: JSON, JSON text of an object inside a JSON string, or plain text. */
function readOutput(body: string): JsonText {
  if (body.trim() === "") return nullJson;
  const value = tryParseJson(body);
  if (value === undefined) return canonicalJson(body);
  const inner = typeof value === "string" ? tryParseJson(value) : undefined;
  return canonicalJson(isJsonObject(inner) ? inner : value);
}
