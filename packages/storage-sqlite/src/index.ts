// The storage contract on SQLite.
export { openSqliteStorage, type SqliteOptions } from "./open.ts";
