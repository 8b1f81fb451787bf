// Pauses: waits for something from outside. They are indexed, never scanned.
import type { IndexTerm } from "@stepwright/expressions";
import type { Millis, PauseId, RunId, StepId } from "@stepwright/protocol";

/** A pause as a decision makes it. */
export interface NewPause {
  /** `<runId>:<stepId>`, or `<runId>:cancel:<n>`: creating one twice changes nothing. */
  readonly id: PauseId;
  readonly kind: "event" | "signal" | "invoke" | "cancel";
  readonly runId: RunId;
  /** The waiting step; null for a cancel listener. */
  readonly stepId: StepId | null;
  /** Event name for `event` and `cancel`. */
  readonly eventName: string | null;
  /** Signal name for `signal`; unique among open pauses. */
  readonly signal: string | null;
  /** Interpolated expression over `async`; null matches every event of the name. */
  readonly expression: string | null;
  /** Equality terms to find it by. Empty with `isSlow` false: found by name alone. */
  readonly terms: readonly IndexTerm[];
  /** True when no term covers the expression: evaluated for every event of the name. */
  readonly isSlow: boolean;
  readonly expiresAt: Millis | null;
  readonly createdAt: Millis;
}

/** A stored pause. Matches only events with a higher seq. */
export interface StoredPause extends NewPause {
  readonly seq: number;
}
