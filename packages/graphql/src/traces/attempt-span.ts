// One attempt, as both renderings of a trace have it.
import type { AppSpansBelow } from "./app-spans.ts";
import { type Attempt, outputKeyOf } from "./group.ts";

/** Renders an attempt. */
export function attemptSpan(attempt: Attempt, below: AppSpansBelow) {
  const { index, status, queuedAt, startedAt, endedAt, span } = attempt;
  return {
    key: span?.id ?? (status === "QUEUED" ? "queued" : `attempt ${index}`),
    name: `Attempt ${index}`,
    status,
    attempts: index,
    queuedAt,
    startedAt,
    endedAt,
    outputKey: outputKeyOf(attempt),
    children: span === null ? [] : below(span.id),
  };
}
