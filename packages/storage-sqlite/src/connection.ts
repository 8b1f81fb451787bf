// Connections to the database file: how they are opened and set up.
//
// Statements that sort, join or limit write `= +?` and `LIMIT +?`. For a bare parameter there SQLite marks the plan
// as depending on the value, and as better-sqlite3 clears bindings after each call, it would then plan anew every
// time: 20 µs instead of 1.5 for the paths of an event. ANALYZE would do the same to every range, so it is never run.
import Database from "better-sqlite3";

/** One connection of better-sqlite3; every call on it is synchronous. */
export type Connection = Database.Database;

/** How safe a commit is: `full` survives power loss (`log-sync.ts`), `normal` the death of the process. */
export type Synchronous = "full" | "normal";

/** The addon of better-sqlite3 as a loaded object, for programs that carry it inside themselves; undefined loads the installed one. */
export type NativeBinding = object | undefined;

// 32 MiB hold the inner pages of every index at a million runs; the reader shares them through the page cache of the system.
const writerCacheKiB = 32_768;
const readerCacheKiB = 8_192;
// Another process may hold the file for a moment, e.g. a backup tool; a second server is refused by the lock.
const busyTimeoutMs = 5_000;

/** Opens the one connection that writes; of an image of a database, a copy in memory. */
export function openWriter(o: { readonly file: string | Buffer; readonly nativeBinding: NativeBinding }): Connection {
  const db = connect(o.file, { timeout: busyTimeoutMs }, o.nativeBinding);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = NORMAL");
  db.pragma("foreign_keys = OFF");
  // auto_vacuum stays off: what a sweep leaves free is used again. INCREMENTAL made every write 2 to 4 % slower, and giving the
  // pages of 10,000 removed runs back took 0.7 ms, at times 7, for each 100 of them: a fifth of the sweep itself.
  db.pragma("temp_store = MEMORY");
  db.pragma(`cache_size = -${writerCacheKiB}`);
  // `checkpoints.ts` does it, and hears of errors that SQLite would pass over.
  db.pragma("wal_autocheckpoint = 0");
  db.pragma("journal_size_limit = 67108864");
  return db;
}

/** Opens a connection for lists and other long reads; it sees what was committed before each statement. */
export function openReader(file: string, nativeBinding: NativeBinding): Connection {
  const db = connect(file, { timeout: busyTimeoutMs, readonly: true }, nativeBinding);
  db.pragma("temp_store = MEMORY");
  db.pragma(`cache_size = -${readerCacheKiB}`);
  return db;
}

/** Opens a connection with no settings of ours, to a file or to a copy of one in memory. */
export function connect(file: string | Buffer, options: Database.Options, nativeBinding: NativeBinding): Connection {
  if (nativeBinding === undefined) return new Database(file, options);
  // The published types know only the path; the library takes the loaded object as well since version 13.
  return new Database(file, { ...options, nativeBinding } as unknown as Database.Options);
}
