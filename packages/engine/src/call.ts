// One call of the app, from the engine's side: what was asked, and what was known when it was asked.
import type { Millis, StepId } from "@stepwright/protocol";
import type { LeasedItem, Work } from "./queue-item.ts";

/** A call whose answer is being read. */
export interface Call {
  readonly item: LeasedItem;
  readonly work: Extract<Work, { kind: "call" }>;
  readonly startedAt: Millis;
  /** `progress.completions` when the request was built: what finished later, the app has not seen. */
  readonly completionsSeen: number;
  /** Retries + 1 of the function at the time of the call. */
  readonly attemptsMax: number;
  /** Status and headers of the answer, names in lower case; absent while there is none, and where nobody answered. */
  readonly answer?: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
}

/** Says whether the call asked for everything that is new, not for one planned step. */
export function isDiscovery(call: Call): boolean {
  return call.work.stepId === null;
}

/** Says whether a failure of this call is its last. */
export function isLastAttempt(call: Call): boolean {
  return call.item.attempt + 1 >= call.attemptsMax;
}

/** The targeted step of the call, if it has one. */
export function targetOf(call: Call): StepId | null {
  return call.work.stepId;
}
