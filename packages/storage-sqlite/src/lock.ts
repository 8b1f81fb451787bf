// Keeps a second server off the data folder.
import { dirname, join } from "node:path";
import { dataFolderLocked } from "@stepwright/protocol";
import { SqliteError } from "better-sqlite3";
import { connect, type Connection, type NativeBinding } from "./connection.ts";

/** Holds the folder until it is released or the process dies, however it dies. */
export interface FolderLock {
  release(): void;
}

/**
 * Locks the folder of a database file.
 *
 * An open exclusive transaction on `lock.db` is a lock of the operating system: nothing is left behind by a
 * killed process, as a file with a process id would be. Throws DATA_FOLDER_LOCKED when another holds it.
 */
export function lockFolder(file: string, nativeBinding: NativeBinding): FolderLock {
  const folder = dirname(file);
  const db = connect(join(folder, "lock.db"), { timeout: 0 }, nativeBinding);
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (isBusy(error)) throw dataFolderLocked({ folder }, { cause: error });
    throw error;
  }
  return { release: () => release(db) };
}

function release(db: Connection): void {
  if (!db.open) return;
  db.exec("ROLLBACK");
  db.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof SqliteError && error.code.startsWith("SQLITE_BUSY");
}
