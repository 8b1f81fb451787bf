// Telling a database in trouble (a full disk), which passes, from an item that cannot be processed, which does not.
import { StepwrightError, storageUnavailable } from "@stepwright/protocol";
import type { TransitionOutcome } from "@stepwright/storage";

/** Says whether the database as a whole was at fault: the same may succeed later. */
export function isStorageTrouble(error: unknown): boolean {
  return error instanceof StepwrightError && error.code === storageUnavailable.code;
}

/** Puts what a commit threw into the words that callers are answered with. */
export function asStorageTrouble(error: unknown): StepwrightError {
  if (error instanceof StepwrightError) return error;
  return storageUnavailable({ reason: error instanceof Error ? error.message : String(error) }, { cause: error });
}

/** Throws STORAGE_UNAVAILABLE when the store could not apply the transition. */
export function refuseFailed(outcome: TransitionOutcome): void {
  if (outcome.kind === "failed") throw asStorageTrouble(outcome.error);
}
