// Retention: what has been kept for long enough, by the policy and the time.
import { type Millis, millis } from "@stepwright/protocol";
import type { RunStatus } from "./run.ts";

/** The statuses of runs that have ended. */
export type EndedStatus = Exclude<RunStatus, "queued" | "running">;

/** How long what is over is kept, in milliseconds; null keeps it for good. */
export interface RetentionPolicy {
  /** By status, counted from the end of the run. */
  readonly runs: Readonly<Record<EndedStatus, number | null>>;
  /** Events that no stored run was started by, counted from when they were received. */
  readonly events: number | null;
}

/** One kind of rows whose time is over: everything that ended, came or expired at or before `before`. */
export type Expired =
  | { readonly kind: "runs"; readonly status: EndedStatus; readonly before: Millis }
  | { readonly kind: "events"; readonly before: Millis }
  /** Idempotency keys, which nothing reads any more once they have expired. */
  | { readonly kind: "keys"; readonly before: Millis };

const endedStatuses: readonly EndedStatus[] = ["completed", "failed", "cancelled", "skipped"];

/** Lists what is over, in the order in which it is to go: a run's events are free once the run is gone. */
export function expiredBy(policy: RetentionPolicy, now: Millis): readonly Expired[] {
  const runs = endedStatuses.flatMap((status): Expired[] => {
    const before = endOf(policy.runs[status], now);
    return before === null ? [] : [{ kind: "runs", status, before }];
  });
  const before = endOf(policy.events, now);
  return [...runs, ...(before === null ? [] : [{ kind: "events", before } as const]), { kind: "keys", before: now }];
}

function endOf(keptMs: number | null, now: Millis): Millis | null {
  return keptMs === null || keptMs > now ? null : millis(now - keptMs);
}
