// What an app's answer to a sync means: nothing to worry about, or a problem to keep and show (http-api.md §2.2).
import type { AppProblem } from "@stepwright/engine";
import {
  appHttpStatus,
  appNoFunctions,
  appNotSdk,
  appSignature,
  appSigningKeyMissing,
  appTimeout,
  appUnreachable,
  headers,
  type StepwrightError,
  syncTimeoutMs,
} from "@stepwright/protocol";
import { problemOf } from "./app-records.ts";
import { problemExcerptMax } from "./limits.ts";
import type { OutgoingResult } from "./ports.ts";

/** Reads the answer; null when it is fine. `hasRegistered` says whether the app registered with us before it answered. */
export function problemOfAnswer(url: string, result: OutgoingResult, hasRegistered: boolean): AppProblem | null {
  if (result.kind === "failed") {
    return problemOf(
      result.code === "APP_TIMEOUT"
        ? appTimeout({ url, seconds: syncTimeoutMs / 1000 })
        : appUnreachable({ url, reason: result.message }),
    );
  }
  const error = errorOfAnswer(url, result, hasRegistered);
  return error === null
    ? null
    : { ...problemOf(error), httpStatus: result.status, bodyExcerpt: result.body.slice(0, problemExcerptMax) };
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
  if (status >= 400)
    return appHttpStatus({ url, status, reason: reason || (isSdk ? "no reason given" : "it is not an Inngest SDK") });
  if (!isSdk) return appNotSdk({ url });
  if (!hasRegistered) {
    return appHttpStatus({
      url,
      status,
      reason: "it registered with another server; set INNGEST_DEV or INNGEST_BASE_URL in the app to this server's URL",
    });
  }
  return null;
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
