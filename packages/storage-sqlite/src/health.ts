// Whether the store may still write. Three things end that for good: a page that cannot be right, since whatever is written
// after it may rest on it; files that are not where they were, since what is written to them is gone with the process; and a
// disk that failed to keep what was written, since nobody knows what it has kept.
import { statSync } from "node:fs";
import { storageDamaged, storageGone, storageUnavailable, StepwrightError } from "@stepwright/protocol";
import { isRefusal, refusalOf } from "./refusal.ts";

/** Watches over the files of an open store. */
export interface Health {
  /** Throws STORAGE_DAMAGED, STORAGE_GONE or STORAGE_UNSYNCED once one has been found. */
  check(): void;
  /** Stops all writing for this reason, and throws it. */
  end(reason: unknown): never;
  /** Looks whether the files are where they were when they were opened; throws STORAGE_GONE, then and from then on, when not. */
  checkPlace(): void;
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
  readonly files: readonly string[];
  readonly isDamageAccepted: boolean;
  readonly onBroken: (error: StepwrightError) => void;
}): Health {
  const places = o.files.map((file) => ({ file, at: placeOf(file) }));
  let broken: StepwrightError | null = null;
  const remember = (error: StepwrightError): StepwrightError => {
    if (broken === null) {
      broken = error;
      o.onBroken(error);
    }
    return broken;
  };
  const health: Health = {
    check() {
      if (broken !== null) throw broken;
    },
    end(reason) {
      throw remember(reason instanceof StepwrightError ? reason : storageUnavailable({ reason: String(reason) }));
    },
    // 2 µs per file: one call per commit, which takes 400 with `full` and 150 with `normal`.
    checkPlace() {
      health.check();
      for (const { file, at } of places) {
        const now = placeOf(file);
        if (now !== at && now !== unknown) throw remember(storageGone({}, { details: { file } }));
      }
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

/** Says which file a path leads to; null when it leads nowhere. */
function placeOf(file: string): string | null {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.dev}:${stat.ino}`;
  } catch (error) {
    // A folder that may not be looked into any more says nothing of the files in it, which are open.
    if (error instanceof Error && "code" in error && error.code === "EACCES") return unknown;
    return null;
  }
}

const unknown = "unknown";
