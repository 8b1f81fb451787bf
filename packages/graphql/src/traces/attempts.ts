// Attempts: those that were made, and the one that an open call is or will be.
import type { Span } from "@stepwright/engine";
import type { QueuedItem } from "@stepwright/storage";
import type { Attempt } from "./group.ts";
import { detailOf } from "./span-detail.ts";

/** The attempts that stored spans tell of, in order. */
export function attemptsOf(spans: readonly Span[]): readonly Attempt[] {
  return spans
    .map((span): Attempt => ({
      index: span.attempt,
      status: span.status === "completed" ? "COMPLETED" : "FAILED",
      queuedAt: span.queuedAt,
      startedAt: span.startedAt,
      endedAt: span.endedAt,
      span,
    }))
    .sort((a, b) => a.index - b.index);
}

/** The attempt that an open call is, or will be. */
export function nextAttempt(item: QueuedItem | null, tried: readonly Attempt[]): Attempt | null {
  if (item === null) return null;
  return {
    index: item.attempt,
    status: item.isLeased ? "RUNNING" : "QUEUED",
    queuedAt: tried.at(-1)?.endedAt ?? item.at,
    // When it was leased is not stored; it was due then.
    startedAt: item.isLeased ? item.at : null,
    endedAt: null,
    span: null,
  };
}

/** The call that tries again what failed last; null when nothing will. */
export function retryOf(tried: readonly Attempt[], discovery: QueuedItem | null): QueuedItem | null {
  const last = tried.at(-1);
  return last?.status === "FAILED" && willBeRetried(last) && discovery !== null && discovery.attempt > 0
    ? discovery
    : null;
}

/** Says whether a failed attempt was to be followed by another. */
export function willBeRetried({ span }: Attempt): boolean {
  return span !== null && detailOf(span)["retryAt"] !== undefined;
}

/** `fn:<item>:<attempt>` without its ends. */
export function itemOf({ id }: Span): string {
  return id.slice(id.indexOf(":") + 1, id.lastIndexOf(":"));
}
