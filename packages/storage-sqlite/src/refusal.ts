// A database that refuses as a whole: a full disk, an I/O error, a damaged page, a file that somebody else holds.
// What it was asked may succeed later, unlike a statement that can never be carried out.
import { type StepwrightError, storageDamaged, storageFull, storageUnavailable } from "@stepwright/protocol";
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
  const facts = { reason: error.message };
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return storageDamaged(facts, { cause: error });
  if (error.code === "SQLITE_FULL") return storageFull(facts, { cause: error });
  return storageUnavailable(facts, { cause: error });
}
