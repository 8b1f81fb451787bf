// REST v2 on the wire: its envelope, its errors, its times. Keys are sorted, and what is empty is left out.
import { canonicalJson, type JsonText, type JsonValue, type Millis, type StepwrightError } from "@stepwright/protocol";
import type { FastifyReply } from "fastify";

/** Where REST v2 is. */
export const restV2Prefix = "/v2";
/** Before it in the hosted service, whose clients have it in their URLs. */
const hostedPrefix = "/api";

/** Says whether a path belongs to REST v2. */
export function isRestV2(path: string): boolean {
  return path.startsWith(`${restV2Prefix}/`);
}

/** The URL that the router looks for. */
export function routedUrl(url: string): string {
  return url.startsWith(`${hostedPrefix}${restV2Prefix}/`) ? url.slice(hostedPrefix.length) : url;
}

/** Where a page of a list ends. */
export interface RestV2Page {
  readonly cursor?: string;
  readonly limit?: number;
}

/** Sends data in the envelope. */
export function sendV2(
  reply: FastifyReply,
  o: {
    readonly data: JsonValue;
    readonly now: Millis;
    readonly page?: RestV2Page;
    readonly metadata?: { readonly [key: string]: JsonValue };
  },
): FastifyReply {
  const { data, now, page, metadata } = o;
  const isEmptyList = Array.isArray(data) && data.length === 0;
  const body = {
    ...(isEmptyList ? {} : { data }),
    metadata: { fetchedAt: protoTime(now), ...metadata },
    ...(page === undefined ? {} : { page: { ...page, ...(page.cursor === undefined ? {} : { hasMore: true }) } }),
  };
  return reply.type("application/json; charset=utf-8").send(canonicalJson(body));
}

/** Writes a time with no fraction where there is none, and milliseconds otherwise. */
export function protoTime(at: Millis): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** The fields that have a value: none that is null, undefined, false, zero, empty text or an empty list. */
export function given(fields: Readonly<Record<string, JsonValue | undefined>>): { [key: string]: JsonValue } {
  return Object.fromEntries(
    Object.entries(fields).filter(
      (entry): entry is [string, JsonValue] =>
        entry[1] !== null &&
        entry[1] !== undefined &&
        entry[1] !== false &&
        entry[1] !== 0 &&
        entry[1] !== "" &&
        !(Array.isArray(entry[1]) && entry[1].length === 0),
    ),
  );
}

/** Writes an error as REST v2 spells it. */
export function v2ErrorBody(error: StepwrightError): { readonly status: number; readonly body: JsonText } {
  const { code, status } = spellings.get(error.code) ?? { code: codeOfStatus(error.status) };
  return {
    status: status ?? error.status,
    body: canonicalJson({ errors: [{ code, message: error.message }] }),
  };
}

/** Codes that clients of this API compare, by ours; with the status where this API has another. */
const spellings: ReadonlyMap<string, { readonly code: string; readonly status?: number }> = new Map([
  ["FIELD_MISSING", { code: "missing_field" }],
  ["FIELD_INVALID", { code: "invalid_field_format" }],
  ["ID_INVALID", { code: "invalid_field_format" }],
  ["CURSOR_INVALID", { code: "invalid_field_format" }],
  ["EVENT_NAME_RESERVED", { code: "invalid_field_format" }],
  ["EVENT_NAME_TOO_LONG", { code: "invalid_field_format" }],
  ["EVENT_NAME_MISSING", { code: "missing_field" }],
  ["EVENT_FIELD_INVALID", { code: "invalid_field_format" }],
  ["EVENT_TIME_OUT_OF_RANGE", { code: "invalid_field_format" }],
  ["EVENT_TOO_LARGE", { code: "validation_error" }],
  // What the gateway in front of the peer's handlers refuses before they see it.
  ["PATH_NOT_FOUND", { code: "api_error" }],
  ["METHOD_NOT_ALLOWED", { code: "api_error", status: 501 }],
  ["BODY_NOT_JSON", { code: "api_error" }],
  ["BODY_INVALID", { code: "api_error" }],
  ["PARAMETER_INVALID", { code: "api_error" }],
  ["STEP_NOT_FOUND", { code: "invalid_request", status: 400 }],
  ["STEP_AMBIGUOUS", { code: "invalid_request" }],
  ["STEP_INPUT_INVALID", { code: "invalid_request" }],
  ["RUN_ENDED", { code: "run_already_ended" }],
  ["RUN_ALREADY_CANCELLED", { code: "run_already_cancelled" }],
  ["INVOCATION_RATE_LIMITED", { code: "rate_limited" }],
  ["INVOCATION_DEBOUNCED", { code: "function_debounced" }],
  ["INVOCATION_SKIPPED", { code: "function_skipped" }],
]);

function codeOfStatus(status: number): string {
  switch (status) {
    case 400:
    case 409:
      return "invalid_request";
    case 401:
    case 403:
      return "access_denied";
    case 404:
      return "not_found";
    case 413:
      return "validation_error";
    case 429:
      return "rate_limited";
    case 501:
      return "not_implemented";
    default:
      return status >= 500 ? "internal_error" : "api_error";
  }
}
