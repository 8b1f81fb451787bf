// Telling a database in trouble (a full disk, a damaged page), which people can end, from an item that cannot be processed, which does not.
import {
  StepwrightError,
  storageDamaged,
  storageFull,
  storageGone,
  storageUnavailable,
  storageUnsynced,
} from "@stepwright/protocol";
import type { TransitionOutcome } from "@stepwright/storage";

/** Says whether the database as a whole was at fault: the same may succeed later, if only after another start. */
export function isStorageTrouble(error: unknown): boolean {
  return error instanceof StepwrightError && troubles.has(error.code);
}

const troubles: ReadonlySet<string> = new Set(
  [storageUnavailable, storageFull, storageUnsynced, storageDamaged, storageGone].map(({ code }) => code),
);

/** Puts what a commit threw into the words that callers are answered with. */
export function asStorageTrouble(error: unknown): StepwrightError {
  if (error instanceof StepwrightError) return error;
  return storageUnavailable({ reason: error instanceof Error ? error.message : String(error) }, { cause: error });
}

/** Throws STORAGE_UNAVAILABLE when the store could not apply the transition. */
export function refuseFailed(outcome: TransitionOutcome): void {
  if (outcome.kind === "failed") throw asStorageTrouble(outcome.error);
}
