// The storage contract on SQLite.
export { openSqliteStorage, type SqliteOptions } from "./open.ts";
export { type FileDamage, inspectFiles } from "./inspect-files.ts";
export { readWalIndex, type WalIndex } from "./wal-index.ts";
export { scanWal, type WalContent, type WalScan } from "./wal-scan.ts";
