// The disk under a process: it may fail at the very last moment of a transaction.
import { SqliteError } from "better-sqlite3";

/** The disk. */
export interface Disk {
  /** Lets the next transaction fail. */
  readonly failNext: () => void;
  /** Called before a transaction becomes durable. */
  readonly sync: () => void;
}

/** Makes a disk that works until it is told to fail. */
export function createDisk(): Disk {
  let isFailing = false;
  return {
    failNext() {
      isFailing = true;
    },
    sync() {
      if (!isFailing) return;
      isFailing = false;
      throw new SqliteError("disk I/O error", "SQLITE_IOERR_FSYNC");
    },
  };
}
