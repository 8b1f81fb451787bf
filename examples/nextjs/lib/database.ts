// The example's database: one SQLite file, opened on first use, with its tables and a few users to begin with.
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Database from "better-sqlite3";

const schemaSql = `
  CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    plan TEXT NOT NULL CHECK (plan IN ('free', 'pro')),
    wants_digest INTEGER NOT NULL CHECK (wants_digest IN (0, 1)),
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE IF NOT EXISTS orders (
    order_id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    ordered_on TEXT NOT NULL,
    run_id TEXT NOT NULL,
    imported_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS orders_by_day ON orders (ordered_on);
  CREATE INDEX IF NOT EXISTS orders_by_run ON orders (run_id);

  CREATE TABLE IF NOT EXISTS contents (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    author_id TEXT NOT NULL,
    reviewer_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'published', 'rejected', 'escalated')),
    feedback TEXT,
    submitted_at INTEGER NOT NULL,
    decided_at INTEGER
  ) STRICT;

  CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_size INTEGER NOT NULL,
    uploaded_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    "to" TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    run_id TEXT NOT NULL,
    step TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE IF NOT EXISTS step_executions (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    step TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;

  -- failures_left: 0 is up, N fails the next N calls, NULL is down until somebody brings it up.
  CREATE TABLE IF NOT EXISTS dependencies (
    name TEXT PRIMARY KEY,
    failures_left INTEGER
  ) STRICT;
`;

// The risky service starts broken, so that the very first my/event shows retries; two failures keep it short.
const seedSql = `
  INSERT OR IGNORE INTO users (id, email, name, plan, wants_digest, created_at) VALUES
    ('user-ada', 'ada@example.com', 'Ada Lovelace', 'free', 1, 1767225600000),
    ('user-grace', 'grace@example.com', 'Grace Hopper', 'pro', 1, 1767225600000),
    ('user-alan', 'alan@example.com', 'Alan Turing', 'free', 1, 1767225600000),
    ('user-edsger', 'edsger@example.com', 'Edsger Dijkstra', 'pro', 0, 1767225600000);
  INSERT OR IGNORE INTO dependencies (name, failures_left) VALUES ('risky-service', 2), ('order-store', 0);
`;

let current: Database.Database | null = null;

/** Returns the open database; opens the file that `EXAMPLE_DB` names (default `./.data/example.db`) on the first call. */
export function database(): Database.Database {
  return current ?? openDatabase(databasePath());
}

/**
 * Opens a database file (or `":memory:"`), creates what is missing in it and makes it the one that `database()` returns.
 *
 * A database that was open before is closed. Safe to call from several processes at once on the same file.
 */
export function openDatabase(path: string): Database.Database {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const db = new Database(path);
  db.pragma("journal_mode = WAL");
  // Immediate: two processes that start together must not both read first and then fight over the write lock.
  db.transaction(() => db.exec(schemaSql + seedSql)).immediate();
  current?.close();
  current = db;
  return db;
}

/** Returns the folder in which uploaded files lie: beside the database file. */
export function uploadFolder(): string {
  return resolve(dirname(databasePath()), "uploads");
}

function databasePath(): string {
  return process.env.EXAMPLE_DB || "./.data/example.db";
}
