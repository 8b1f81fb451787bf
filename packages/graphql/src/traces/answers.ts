// When attempts were due, and what they were answered with.
import type { Span } from "@stepwright/engine";
import { isJsonObject, type Millis, millis } from "@stepwright/protocol";
import type { Attempt } from "./group.ts";
import { detailOf } from "./span-detail.ts";
import type { SpanResponse } from "./trace-span.ts";

/** What is known of an attempt beside its times and its outcome; `before` is the attempt that it repeats. */
export function answerFields(
  attempt: Attempt,
  before: Attempt | undefined,
): { readonly scheduledAt: Millis; readonly response: SpanResponse | null } {
  const retryAt = before?.span == null ? undefined : detailOf(before.span)["retryAt"];
  return {
    scheduledAt: typeof retryAt === "number" ? millis(retryAt) : attempt.queuedAt,
    response: attempt.span === null ? null : responseOf(attempt.span),
  };
}

/** What the app answered last; null when nobody has answered. */
export function lastResponse(spans: readonly Span[]): SpanResponse | null {
  const answered = spans.filter((span) => responseOf(span) !== null);
  const last = answered.toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0)).at(-1);
  return last === undefined ? null : responseOf(last);
}

function responseOf(span: Span): SpanResponse | null {
  const { response } = detailOf(span);
  if (!isJsonObject(response)) return null;
  const { status, headers } = response;
  if (typeof status !== "number" || !isJsonObject(headers)) return null;
  return {
    statusCode: status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [canonicalName(name), value])),
  };
}

/** `x-inngest-sdk` as clients know it: `X-Inngest-Sdk`. */
function canonicalName(name: string): string {
  return name.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
