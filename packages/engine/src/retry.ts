// When a failed attempt is tried again.
import type { Millis } from "@stepwright/protocol";
import { millis } from "@stepwright/protocol";

/** How long to wait between attempts, unless the app says otherwise. */
export interface RetryPolicy {
  /** `doubling`: 1, 2, 4 … s up to 1 h. `hosted`: the table of semantics.md §3.3. */
  readonly schedule: "doubling" | "hosted";
  /** A fixed delay; wins over the schedule. */
  readonly intervalMs: number | null;
  readonly hasJitter: boolean;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

const doublingCapMs = hourMs;
const doublingJitter = 0.1;

const hostedTableMs = [
  15 * secondMs,
  30 * secondMs,
  minuteMs,
  2 * minuteMs,
  5 * minuteMs,
  10 * minuteMs,
  20 * minuteMs,
  40 * minuteMs,
  hourMs,
  2 * hourMs,
];
const hostedJitterMs = 30 * secondMs;

/**
 * The time of the next attempt after attempt number `attempt` (from 0) failed.
 *
 * `requestedAt` is what a `Retry-After` header asked for; it wins over everything and gets no jitter.
 * Jitter only ever adds.
 */
export function nextAttemptAt(options: {
  readonly attempt: number;
  readonly now: Millis;
  readonly policy: RetryPolicy;
  readonly fraction: () => number;
  readonly requestedAt: Millis | null;
}): Millis {
  const { attempt, now, policy, requestedAt } = options;
  if (requestedAt !== null) return requestedAt;
  if (policy.intervalMs !== null) return millis(now + policy.intervalMs);
  const fraction = policy.hasJitter ? options.fraction() : 0;
  return millis(
    now + (policy.schedule === "hosted" ? hostedDelay(attempt, fraction) : doublingDelay(attempt, fraction)),
  );
}

function doublingDelay(attempt: number, fraction: number): number {
  // 2^12 s is past the cap; bounding the exponent keeps the product finite.
  const base = Math.min(doublingCapMs, secondMs * 2 ** Math.min(attempt, 12));
  return base * (1 + doublingJitter * fraction);
}

function hostedDelay(attempt: number, fraction: number): number {
  const base = hostedTableMs[Math.min(attempt, hostedTableMs.length - 1)] ?? hourMs;
  return base + hostedJitterMs * fraction;
}
