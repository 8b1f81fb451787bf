// The storage contract on SQLite, and what is done to a database file from outside.
export type { ThreadParts } from "./checkpoint-thread.ts";
export { copyDatabase, databaseSize, summarizeDatabase, syncFolder } from "./copy.ts";
export { examineDatabase, type Examination, type Finding, findingCodes } from "./doctor/examine.ts";
export { type FolderLock, lockFolder } from "./lock.ts";
export { type MemoryStorage, openMemoryStorage, openSqliteStorage, type SqliteOptions } from "./open.ts";
export { type FileDamage, inspectFiles } from "./inspect-files.ts";
export { readWalIndex, type WalIndex } from "./wal-index.ts";
export { scanWal, type WalContent, type WalScan } from "./wal-scan.ts";
