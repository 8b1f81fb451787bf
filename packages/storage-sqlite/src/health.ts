// Whether the store may still write. Three things end that for good: a page that cannot be right, since whatever is written
// after it may rest on it; files that are not where they were, since what is written to them is gone with the process; and a
// disk that failed to keep what was written, since nobody knows what it has kept.
import { storageDamaged, storageGone, storageUnavailable, StepwrightError } from "@stepwright/protocol";
import { hasMoved, type Place } from "./place.ts";
import { isRefusal, refusalOf } from "./refusal.ts";

/** Watches over the files of an open store. */
export interface Health {
  /** Throws STORAGE_DAMAGED, STORAGE_GONE or STORAGE_UNSYNCED once one has been found. */
  check(): void;
  /** Stops all writing for this reason, and throws it. */
  end(reason: unknown): never;
  /** The same without a throw, for what is found between commits. */
  stop(reason: StepwrightError): void;
  /** Looks whether the files are where they were when they were opened; throws STORAGE_GONE, then and from then on, when not. */
  checkPlace(): void;
  /** The store has stopped writing. */
  readonly isBroken: boolean;
  /** Runs what asks the database: a refusal is thrown in the words of the contract, and damage is remembered. */
  ask<T>(work: () => T): T;
  /** Makes an asynchronous read of a synchronous one. */
  reading<A extends readonly unknown[], T>(read: (...args: A) => T): (...args: A) => Promise<T>;
}

/**
 * Begins to watch; the files of the database exist.
 *
 * `onBroken` is called once, when the store stops writing. Damage that was accepted does not stop it.
 */
export function watchHealth(o: {
  /** The files of the database, and where they were when they were opened. */
  readonly places: readonly Place[];
  readonly isDamageAccepted: boolean;
  readonly onBroken: (error: StepwrightError) => void;
}): Health {
  let broken: StepwrightError | null = null;
  const remember = (error: StepwrightError): StepwrightError => {
    if (broken === null) {
      broken = error;
      o.onBroken(error);
    }
    return broken;
  };
  const health: Health = {
    get isBroken() {
      return broken !== null;
    },
    check() {
      if (broken !== null) throw broken;
    },
    stop(reason) {
      remember(reason);
    },
    end(reason) {
      throw remember(reason instanceof StepwrightError ? reason : storageUnavailable({ reason: String(reason) }));
    },
    // 2 µs per file: one call per commit, which takes 400 with `full` and 150 with `normal`.
    checkPlace() {
      health.check();
      const moved = o.places.find(hasMoved);
      if (moved !== undefined) throw remember(storageGone({}, { details: { file: moved.file } }));
    },
    ask(work) {
      try {
        return work();
      } catch (error) {
        const refusal = isRefusal(error) ? refusalOf(error) : error;
        const isDamage = refusal instanceof StepwrightError && refusal.code === storageDamaged.code;
        throw isDamage && !o.isDamageAccepted ? remember(refusal) : refusal;
      }
    },
    reading:
      (read) =>
      async (...args) =>
        health.ask(() => read(...args)),
  };
  return health;
}
