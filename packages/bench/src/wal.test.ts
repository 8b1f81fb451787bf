import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { countCommits } from "./wal.ts";

test("every commit is counted once, with the pages it changed", () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-wal-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "main.db");
  const db = new Database(file);
  onTestFinished(() => void db.close());
  db.pragma("journal_mode = WAL");
  db.exec("CREATE TABLE numbers (n INTEGER PRIMARY KEY)");
  const before = countCommits(file);
  for (let n = 0; n < 5; n += 1) db.prepare("INSERT INTO numbers VALUES (?)").run(n);
  db.exec("BEGIN; INSERT INTO numbers VALUES (10); INSERT INTO numbers VALUES (11); COMMIT");
  expect(countCommits(file)).toEqual({ round: before.round, commits: before.commits + 6, pages: before.pages + 6 });
});

test("a log that was begun anew has another round and none of the old frames", () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-wal-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "main.db");
  const db = new Database(file);
  onTestFinished(() => void db.close());
  db.pragma("journal_mode = WAL");
  db.exec("CREATE TABLE numbers (n INTEGER PRIMARY KEY); INSERT INTO numbers VALUES (1)");
  const before = countCommits(file);
  db.pragma("wal_checkpoint(RESTART)");
  db.exec("INSERT INTO numbers VALUES (2)");
  expect(countCommits(file)).toEqual({ round: before.round + 1, commits: 1, pages: 1 });
});
