// A database that refuses as a whole: a full disk, an I/O error, a file that somebody else holds.
// What it was asked may succeed later, unlike a statement that can never be carried out.
import { type StepwrightError, storageUnavailable } from "@stepwright/protocol";
import { SqliteError } from "better-sqlite3";

/** Says whether the database itself is at fault, and not what it was asked to do. */
export function isRefusal(error: unknown): error is InstanceType<typeof SqliteError> {
  return (
    error instanceof SqliteError &&
    /^SQLITE_(BUSY|LOCKED|FULL|IOERR|NOMEM|READONLY|CORRUPT|CANTOPEN|NOTADB|PERM)/.test(error.code)
  );
}

/** Puts a refusal into the words of the contract. */
export function refusalOf(error: InstanceType<typeof SqliteError>): StepwrightError {
  return storageUnavailable({ reason: error.message }, { cause: error });
}

/** Makes an asynchronous read of a synchronous one; rejects with STORAGE_UNAVAILABLE when the database refuses it. */
export function reading<A extends readonly unknown[], T>(read: (...args: A) => T): (...args: A) => Promise<T> {
  return async (...args) => {
    try {
      return read(...args);
    } catch (error) {
      throw isRefusal(error) ? refusalOf(error) : error;
    }
  };
}
