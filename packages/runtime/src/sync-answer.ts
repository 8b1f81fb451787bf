// What an app's answer to a sync means: nothing to worry about, or a problem to keep and show (http-api.md §2.2).
import type { AppProblem } from "@stepwright/engine";
import {
  appHttpStatus,
  appNoFunctions,
  appNotSdk,
  appRedirect,
  appSignature,
  appSigningKeyMissing,
  appSyncInvalid,
  appTimeout,
  appTls,
  appUnreachable,
  headers,
  isJsonObject,
  type StepwrightError,
  syncTimeoutMs,
  tryParseJson,
} from "@stepwright/protocol";
import { problemOf } from "./app-records.ts";
import { problemExcerptMax } from "./limits.ts";
import type { OutgoingResult } from "./ports.ts";

/** Reads the answer; null when it is fine. `hasRegistered` says whether the app registered with us before it answered. */
export function problemOfAnswer(url: string, result: OutgoingResult, hasRegistered: boolean): AppProblem | null {
  if (result.kind === "failed") return problemOf(errorOfFailure(url, result));
  const error = errorOfAnswer(url, result, hasRegistered);
  return error === null
    ? null
    : { ...problemOf(error), httpStatus: result.status, bodyExcerpt: result.body.slice(0, problemExcerptMax) };
}

function errorOfFailure(
  url: string,
  { code, message: reason }: Extract<OutgoingResult, { kind: "failed" }>,
): StepwrightError {
  switch (code) {
    case "APP_TIMEOUT":
      return appTimeout({ url, seconds: syncTimeoutMs / 1000 });
    case "APP_REDIRECT":
      return appRedirect({ url, reason });
    case "APP_TLS":
      return appTls({ url, reason });
    case "APP_UNREACHABLE":
    case "APP_CONNECTION_LOST":
    case "APP_RESPONSE_TOO_LARGE":
    case "APP_BAD_RESPONSE":
      return appUnreachable({ url, reason });
  }
}

function errorOfAnswer(
  url: string,
  response: Extract<OutgoingResult, { kind: "response" }>,
  hasRegistered: boolean,
): StepwrightError | null {
  const isSdk = response.headers[headers.sdk] !== undefined;
  const { status } = response;
  const reason = messageIn(response.body);
  if (status === 401 || status === 403 || reason.includes("signing key is invalid")) return appSignature({ url });
  if (reason.includes("signing key")) return appSigningKeyMissing({ url });
  if (reason.includes("No functions registered")) return appNoFunctions({ url });
  if (status >= 400) return appHttpStatus({ url, status, reason: reason || unsaidReason(status, isSdk) });
  if (!isSdk) return appNotSdk({ url });
  if (!hasRegistered && !isJsonObject(tryParseJson(response.body) ?? null))
    return appSyncInvalid({ url, reason: "its body is not the JSON object that an SDK answers with" });
  if (!hasRegistered) {
    return appHttpStatus({
      url,
      status,
      reason: "it registered with another server; set INNGEST_DEV or INNGEST_BASE_URL in the app to this server's URL",
    });
  }
  return null;
}

/** Why an answer that gives no reason has its status. */
function unsaidReason(status: number, isSdk: boolean): string {
  if (isSdk) return "no reason given";
  // A framework that cannot build or load the app answers so, at the right path: the SDK is not what is missing.
  return status >= 500
    ? "it failed before an Inngest SDK could answer; see the app's own output"
    : "it is not an Inngest SDK; check the path";
}

function messageIn(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== "object" || value === null) return "";
    const { message, error, code } = value as {
      readonly message?: unknown;
      readonly error?: unknown;
      readonly code?: unknown;
    };
    if (typeof message === "string") return message;
    if (typeof error === "string") return error;
    // All that SDK v4 says when it is in production and has no signing key; it says it for nothing else.
    return code === "internal_server_error" ? "no signing key" : "";
  } catch {
    // Not JSON: there is no message to read, the body is quoted as it is.
    return "";
  }
}
