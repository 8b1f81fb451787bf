// Opening: new folders, folders in use, data of other versions, and files that are no database.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { millis } from "@stepwright/protocol";
import type { Storage } from "@stepwright/storage";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStorage, type SqliteOptions } from "../src/index.ts";
import { migrations } from "../src/migrations/migrate.ts";
import { testFolder } from "./folder.ts";

const now = millis(1_700_000_000_000);

function open(folder: string, changes: Partial<SqliteOptions> = {}): Storage {
  const storage = openSqliteStorage({ file: join(folder, "main.db"), synchronous: "full", now, ...changes });
  onTestFinished(() => storage.close());
  return storage;
}

test("a new database has every migration, once", async () => {
  const folder = testFolder();
  await open(folder).close();
  await open(folder).close();
  const db = new Database(join(folder, "main.db"), { readonly: true });
  onTestFinished(() => void db.close());
  const applied = db.prepare("SELECT id, name, applied_at FROM schema_migrations ORDER BY id").all();
  expect(applied).toEqual(migrations.map(({ id, name }) => ({ id, name, applied_at: now })));
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
});

test("migrations are numbered in order and none is left out", () => {
  expect(migrations.map((migration) => migration.id)).toEqual(migrations.map((_, index) => index + 1));
});

test("the settings that keep commits safe are in force", async () => {
  const folder = testFolder();
  expect((await open(folder).stats()).synchronous).toBe("full");
  const db = new Database(join(folder, "main.db"), { readonly: true });
  onTestFinished(() => void db.close());
  expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
});

test("each boot has an epoch of its own", async () => {
  const folder = testFolder();
  const first = open(folder);
  expect((await first.stats()).bootEpoch).toBe(1);
  await first.close();
  expect((await open(folder).stats()).bootEpoch).toBe(2);
});

test("a second server on the same folder is refused, until the first is closed", async () => {
  const folder = testFolder();
  const first = open(folder);
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: "DATA_FOLDER_LOCKED", details: { folder } }));
  await first.close();
  await open(folder).close();
});

test("the lock of another process is respected, and ends with it however it dies", async () => {
  const folder = testFolder();
  await open(folder).close();
  const holder = spawn(process.execPath, ["-e", holdLock, join(folder, "lock.db")], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: "DATA_FOLDER_LOCKED" }));
  holder.kill("SIGKILL");
  await once(holder, "exit");
  await open(folder).close();
});

const holdLock = `
  const Database = require("better-sqlite3");
  const db = new Database(process.argv[1]);
  db.exec("BEGIN EXCLUSIVE");
  process.stdout.write("locked");
  setInterval(() => db.inTransaction, 1000);
`;

test("data of a newer version is refused and left as it is", async () => {
  const folder = testFolder();
  await open(folder).close();
  const db = new Database(join(folder, "main.db"));
  db.prepare("INSERT INTO schema_migrations VALUES (?, ?, ?)").run(9999, "from the future", now);
  expect(() => open(folder)).toThrow(
    expect.objectContaining({ code: "DATA_FOLDER_NEWER", details: { folder, migration: 9999 } }),
  );
  expect(db.prepare("SELECT count(*) FROM boots").pluck().get()).toBe(1);
  db.prepare("DELETE FROM schema_migrations WHERE id = 9999").run();
  db.close();
  await open(folder).close();
});

test("a migration that fails leaves nothing behind", () => {
  const folder = testFolder();
  const db = new Database(join(folder, "main.db"));
  db.exec("CREATE TABLE runs (unrelated TEXT)");
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: "DATA_FOLDER_UNUSABLE" }));
  expect(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()).toEqual(["runs"]);
  db.close();
});

test("a file that is no database is refused and not touched", () => {
  const folder = testFolder();
  const file = join(folder, "main.db");
  writeFileSync(file, "not a database, but something that somebody wants to keep\n".repeat(100));
  const { size } = statSync(file);
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: "DATA_DAMAGED" }));
  expect(statSync(file).size).toBe(size);
});

test("a folder that does not exist is refused, and can be used once it does", () => {
  const folder = join(testFolder(), "missing");
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: "DATA_FOLDER_UNUSABLE" }));
  expect(existsSync(folder)).toBe(false);
});

test("a failed opening keeps no lock", async () => {
  const folder = testFolder();
  const file = join(folder, "main.db");
  writeFileSync(file, "x".repeat(5_000));
  expect(() => open(folder)).toThrow(/database/i);
  await open(folder, { file: join(folder, "other.db") }).close();
});

test("closing moves the log into the database file", async () => {
  const folder = testFolder();
  const storage = open(folder);
  await storage.commit({ transitions: [], now, lease: [] });
  expect((await storage.stats()).bytes).toBeGreaterThan(0);
  await storage.close();
  expect(existsSync(join(folder, "main.db-wal"))).toBe(false);
});
