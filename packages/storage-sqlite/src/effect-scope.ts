// What applying the effects of a transition needs to know of the commit around it.
import type { RunStatus } from "@stepwright/engine";
import type { Millis, RunId } from "@stepwright/protocol";
import type { LeaseRound } from "./lease-round.ts";

/** Where an effect is applied: the commit's round of leases, and the events that references by index mean. */
export interface EffectScope {
  readonly now: Millis;
  readonly round: LeaseRound;
  /** Events put by this transition so far. */
  readonly ownEvents: number[];
  /** Events of the parent, or of its parent if that put none. */
  readonly inheritedEvents: readonly number[];
  /** Runs that admissions of this transition have made or changed. */
  readonly admitted: { readonly id: RunId; readonly status: RunStatus }[];
}
