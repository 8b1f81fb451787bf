// The rate limit of a function, whichever of its options it comes from.
import type { FlowConfig, RateLimit } from "./flow-config.ts";
import { idempotencyMs } from "./limits.ts";

/** The rate limit that applies: `idempotency` is one run per value in 24 hours and overrides `rateLimit`. */
export function effectiveRateLimit(flow: Pick<FlowConfig, "rateLimit" | "idempotency">): RateLimit | null {
  return flow.idempotency === null ? flow.rateLimit : { limit: 1, periodMs: idempotencyMs, key: flow.idempotency.key };
}
