// Who hears of what the runtime does, for figures. The core knows nothing of it, and the shell nothing of how it is counted.
import type { RunStatus, StepResult } from "@stepwright/engine";

/** How a call of an app ended: with an answer that makes progress, with one that tells a failure, with none, or put off. */
export type CallOutcome = "ok" | "failed" | "noAnswer" | "postponed";

/** Hears what happens, in the moment it does: each method returns at once and never throws. Times are milliseconds of the wall. */
export interface Observer {
  /** A reading of the wall, for the durations below; figures are nothing that a test should have to move. */
  now(): number;
  /** Events were taken from a sender and stored. */
  eventsAccepted(count: number): void;
  /** A commit was written; `ms` from its begin until it was durable. */
  committed(o: { readonly transitions: number; readonly ms: number }): void;
  commitRefused(): void;
  /** A call goes out, so long after it was due. */
  called(queuedMs: number): void;
  callEnded(o: { readonly outcome: CallOutcome; readonly ms: number }): void;
  stepEnded(status: StepResult["status"]): void;
  runEnded(status: RunStatus): void;
}

/** Hears nothing. */
export const nobody: Observer = {
  now: () => 0,
  eventsAccepted: () => undefined,
  committed: () => undefined,
  commitRefused: () => undefined,
  called: () => undefined,
  callEnded: () => undefined,
  stepEnded: () => undefined,
  runEnded: () => undefined,
};
