// Throttle: first calls of runs are spread over time, nothing is dropped (semantics.md §4.3).
// The generic cell rate algorithm: one number per key, the theoretical arrival time of the next start.
import type { Throttle } from "@stepwright/protocol";

/** The pace of a throttle. */
export interface ThrottleLimit {
  /** Between two starts when many wait. */
  readonly intervalMs: number;
  /** How far ahead of the pace starts may run: what lets `limit + burst` go at once from idle. */
  readonly toleranceMs: number;
}

/** `limit + burst` starts at once from idle, then one every `period / limit`. */
export function throttleLimit(throttle: Throttle): ThrottleLimit {
  // Periods count in whole seconds (semantics.md §4.3).
  const periodMs = Math.max(1_000, Math.floor(throttle.periodMs / 1_000) * 1_000);
  const intervalMs = periodMs / throttle.limit;
  return { intervalMs, toleranceMs: intervalMs * (throttle.limit + throttle.burst - 1) };
}

/** When the next start is allowed. `arrivalAt` is what `chargeStart` gave for the last one; null when there was none. */
export function startAllowedAt(pace: ThrottleLimit, arrivalAt: number | null): number {
  return arrivalAt === null ? -Infinity : arrivalAt - pace.toleranceMs;
}

/** The theoretical arrival time after a start at `now`. */
export function chargeStart(pace: ThrottleLimit, arrivalAt: number | null, now: number): number {
  return Math.max(arrivalAt ?? now, now) + pace.intervalMs;
}
