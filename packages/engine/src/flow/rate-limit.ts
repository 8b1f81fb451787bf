// Rate limit: starts over the limit are dropped (semantics.md §4.4). It is no counter per window: from idle one and a tenth
// of the limit go at once, then one every `period / limit`.
import { effectiveRateLimit, type FlowConfig, type RateLimit } from "@stepwright/protocol";
import { flowKey, type KeyInput, keyPart, shownKey } from "./flow-key.ts";
import { startAllowedAt, type ThrottleLimit } from "./throttle.ts";

/** The rate limit of one start. */
export interface RateLimiter {
  readonly option: "rateLimit" | "idempotency";
  /** Where its arrival time is kept. */
  readonly id: string;
  readonly key: string | null;
  readonly pace: ThrottleLimit;
}

/** What a function's rate limit says of an event: nothing when there is none, or its key is false or missing (§4.4). */
export function rateLimiter(
  fn: { readonly id: string; readonly config: Pick<FlowConfig, "rateLimit" | "idempotency"> },
  input: KeyInput,
):
  | { readonly kind: "none" }
  | { readonly kind: "limiter"; readonly limiter: RateLimiter }
  | { readonly kind: "error"; readonly option: RateLimiter["option"]; readonly message: string } {
  const option = fn.config.idempotency === null ? "rateLimit" : "idempotency";
  const limit = effectiveRateLimit(fn.config);
  if (limit === null) return { kind: "none" };
  const key = limit.key === null ? null : flowKey(limit.key, input);
  if (key?.kind === "none") return { kind: "none" };
  if (key?.kind === "error") return { kind: "error", option, message: key.message };
  const text = key === null ? null : key.text;
  return {
    kind: "limiter",
    limiter: { option, id: `${option}:${fn.id}:${keyPart(text)}`, key: shownKey(text), pace: paceOf(limit) },
  };
}

/** When the next start is let through; in the past when that is now. */
export function letThroughAt(limiter: RateLimiter, arrivalAt: number | null): number {
  return startAllowedAt(limiter.pace, arrivalAt);
}

function paceOf(limit: RateLimit): ThrottleLimit {
  const intervalMs = limit.periodMs / limit.limit;
  return { intervalMs, toleranceMs: intervalMs * Math.floor(limit.limit / 10) };
}
