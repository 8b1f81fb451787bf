// Tells a disk that failed to keep what was written. Alone in a file: the thread of checkpoints loads nothing it does not need.
import { SqliteError } from "better-sqlite3";

/** Says whether the disk failed to keep what was written: it may report that once and forget it. */
export function isUnsynced(error: unknown): boolean {
  return error instanceof SqliteError && /^SQLITE_IOERR_(?:DIR_)?FSYNC$/.test(error.code);
}
