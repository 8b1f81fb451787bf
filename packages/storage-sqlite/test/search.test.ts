// Search on SQLite: a big database of an earlier schema starts at once, and no search or piece of work reads a table as a whole.
import { join } from "node:path";
import { asAppId, asFunctionId, millis } from "@stepwright/protocol";
import { parseSearch, type SearchQuery, type Storage } from "@stepwright/storage";
import Database from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";
import { connect, openWriter } from "../src/connection.ts";
import { examineDatabase, openSqliteStorage } from "../src/index.ts";
import { migrate, migrations } from "../src/migrations/migrate.ts";
import { openChangedRuns } from "../src/search/changed-runs.ts";
import { indexer } from "../src/search/indexer.ts";
import { searchEvents } from "../src/search/search-events.ts";
import { searchRuns } from "../src/search/search-runs.ts";
import { testFolder } from "./folder.ts";

const now = millis(1_700_000_000_000);
const first = { cursor: null, limit: 100 };
const rows = 3_000;

function queryOf(text: string): SearchQuery {
  const parsed = parseSearch(text);
  if (parsed.kind === "invalid") throw new Error(parsed.reason);
  return parsed.query;
}

/** A database of the schema before there was a search. */
function earlier(): string {
  const file = join(testFolder(), "main.db");
  const db = new Database(file);
  db.exec(
    "CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
  );
  for (const { id, name, sql } of migrations.slice(0, 3)) {
    db.exec(sql);
    db.prepare("INSERT INTO schema_migrations VALUES (?, ?, ?)").run(id, name, now);
  }
  db.exec(`
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
INSERT INTO events (seq, internal_id, id, name, is_internal, data, user, ts, received_at)
SELECT i * 2, printf('01H%023d', i), printf('01H%023d', i), 'shop/paid', 0, json_object('order', 'order ' || i), '{}', ${now}, ${now} FROM n;
INSERT INTO runs (row, id, function_id, app_id, function_slug, function_version, status, trigger_name, trigger_event_id, queued_at, version, progress)
SELECT seq / 2, internal_id, 'f1', 'a1', 'shop-pack', 1, 'skipped', name, internal_id, ${now}, 1, '{}' FROM events;
INSERT INTO run_events SELECT internal_id, 0, seq FROM events;
INSERT INTO counters VALUES ('runs.skipped', ${rows});`);
  db.close();
  return file;
}

function open(file: string): Storage {
  const storage = openSqliteStorage({ file, synchronous: "normal", now });
  onTestFinished(() => storage.close());
  return storage;
}

test("data of an earlier schema is indexed from the newest to the oldest, and a search says what is missing", async () => {
  const file = earlier();
  const storage = open(file);
  const db = connect(file, { readonly: true }, undefined);
  onTestFinished(() => void db.close());
  const indexedRows = () => db.prepare<[], number>("SELECT count(*) FROM run_texts_docsize").pluck().get();
  const find = async (text: string) => {
    const { items, notIndexed } = await storage.runs.search(queryOf(text), {}, first);
    return { rows: items.map(({ id }) => Number(id.slice(3))), notIndexed };
  };
  // Nothing was read when it was opened.
  expect(indexedRows()).toBe(0);
  expect(await find(`"order ${rows}"`)).toEqual({ rows: [rows], notIndexed: rows });
  expect(await find('"order 1"')).toEqual({ rows: [], notIndexed: rows });

  while ((indexedRows() ?? 0) < 1_000) expect((await storage.search.catchUp({ weightMax: 100 })).isCurrent).toBe(false);
  const { notIndexed } = await find("order");
  expect(notIndexed).toBe(rows - (indexedRows() ?? 0));
  expect((await find(`"order ${rows - 900}"`)).rows).toEqual([rows - 900]);
  expect((await find('"order 1"')).rows).toEqual([]);

  while (!(await storage.search.catchUp({ weightMax: 100 })).isCurrent);
  expect(await find('"order 1"')).toEqual({ rows: [1], notIndexed: 0 });
  expect(indexedRows()).toBe(rows);
  // The data was made by hand and lacks functions; the index is whole.
  const codes = examineDatabase({ file, isFull: true }).findings.map(({ code }) => code);
  expect(codes.filter((code) => /SEARCH|DAMAGE/.test(code))).toEqual([]);
});

/** A database with an event for each number and text; those up to `indexed` are in the index as earlier versions have put them there. */
function withEvents(texts: readonly (readonly [seq: number, text: string])[], indexed = 0): string {
  const file = join(testFolder(), "main.db");
  const db = openWriter({ file, nativeBinding: undefined });
  migrate(db, now);
  const put = db.prepare<[number, string, string, string]>(
    `INSERT INTO events (seq, internal_id, id, name, is_internal, data, user, ts, received_at) VALUES (?, ?, ?, 'a', 0, ?, '{}', ${now}, ${now})`,
  );
  const index = db.prepare<[number, string]>("INSERT INTO event_texts (rowid, text) VALUES (?, ?)");
  for (const [seq, text] of texts) {
    put.run(seq, `e${seq}`, `e${seq}`, JSON.stringify(text));
    if (seq <= indexed) index.run(seq, text);
  }
  db.exec(`UPDATE search_progress SET low = 1, high = ${indexed} WHERE kind = 'events'`);
  db.close();
  return file;
}

async function numbersOf(storage: Storage, text: string, cursor: string | null = null) {
  const { items, nextCursor } = await storage.events.search(queryOf(text), {}, { ...first, cursor });
  return { rows: items.map(({ event }) => event.seq), nextCursor };
}

test("a search for words that never meet ends after so many rows, and goes on from there to the last", async () => {
  const texts = Array.from({ length: 40 }, (_, n) => [(n + 1) * 100_000, n % 2 === 0 ? "door" : "requested"] as const);
  const storage = open(withEvents([[1, "door requested"], ...texts]));
  while (!(await storage.search.catchUp({ weightMax: 100 })).isCurrent);
  const found = await numbersOf(storage, '"door"');
  expect(found).toEqual({
    rows: [...texts.flatMap(([seq], n) => (n % 2 === 0 ? [seq] : [])).toReversed(), 1],
    nextCursor: null,
  });

  const early = await numbersOf(storage, '"door" "requested"');
  expect(early.rows).toEqual([]);
  expect(Number(early.nextCursor)).toBeGreaterThan(2_000_000);
  let { nextCursor, rows: last } = early;
  while (nextCursor !== null) ({ nextCursor, rows: last } = await numbersOf(storage, '"door" "requested"', nextCursor));
  expect(last).toEqual([1]);
  // The more words there are, the sooner.
  const sooner = await numbersOf(storage, '"door" "requested" "door" "door" "door"');
  expect(Number(sooner.nextCursor)).toBeGreaterThan(Number(early.nextCursor));
});

test("what an earlier version has indexed is found beside what came after it", async () => {
  const texts = [1, 2, 70_000, 200_000, 200_001].map((seq) => [seq, seq % 2 === 0 ? "door" : "back door"] as const);
  const storage = open(withEvents(texts, 70_000));
  expect(await numbersOf(storage, '"door"')).toEqual({ rows: [200_001, 200_000, 70_000, 2, 1], nextCursor: null });
  while (!(await storage.search.catchUp({ weightMax: 100 })).isCurrent);
  expect(await numbersOf(storage, '"door"')).toEqual({ rows: [200_001, 200_000, 70_000, 2, 1], nextCursor: null });
  expect(await numbersOf(storage, '"back door"')).toEqual({ rows: [200_001, 1], nextCursor: null });
});

test("blocks begin behind what was indexed without them, and are in all of an index that is made anew", async () => {
  const file = withEvents(
    [1, 2, 300_000].map((seq) => [seq, "door"] as const),
    2,
  );
  const blocksFrom = async (): Promise<unknown> => {
    const storage = openSqliteStorage({ file, synchronous: "normal", now });
    while (!(await storage.search.catchUp({ weightMax: 100 })).isCurrent);
    await storage.close();
    const db = connect(file, {}, undefined);
    const value = db.prepare("SELECT value FROM counters WHERE name = 'search.events.blocks'").pluck().get();
    db.exec("INSERT INTO event_texts (event_texts) VALUES ('delete-all'); UPDATE search_progress SET low = high + 1");
    db.close();
    return value;
  };
  expect([await blocksFrom(), await blocksFrom()]).toEqual([3, 0]);
});

test("a piece is written as a whole or not at all", async () => {
  const file = earlier();
  let isRefused = false;
  const beforeCommit = () => {
    if (isRefused) throw new Error("the disk is full");
  };
  const storage = openSqliteStorage({ file, synchronous: "normal", now, beforeCommit });
  onTestFinished(() => storage.close());
  const db = connect(file, { readonly: true }, undefined);
  onTestFinished(() => void db.close());
  const state = () => [
    db.prepare("SELECT * FROM search_progress").all(),
    db.prepare("SELECT count(*) FROM run_texts_docsize").all(),
    db.prepare("SELECT count(*) FROM event_texts_docsize").all(),
  ];
  expect((await storage.search.catchUp({ weightMax: 100 })).indexed).toBeGreaterThan(50);
  const before = state();
  isRefused = true;
  await expect(storage.search.catchUp({ weightMax: 100 })).rejects.toThrow("the disk is full");
  expect(state()).toEqual(before);
  isRefused = false;
  while (!(await storage.search.catchUp({ weightMax: 100 })).isCurrent);
  const { items } = await storage.runs.search(queryOf('"order 1"'), {}, first);
  expect(items).toHaveLength(1);
  expect(examineDatabase({ file, isFull: true }).findings.filter(({ code }) => code.startsWith("SEARCH"))).toEqual([]);
});

test("no search and no piece of work scans a table that grows, or sorts what it has found", () => {
  const db = openWriter({ file: ":memory:", nativeBinding: undefined });
  onTestFinished(() => void db.close());
  migrate(db, now);
  const prepare = vi.spyOn(db, "prepare");
  const changed = openChangedRuns();
  indexer({ writer: db, reader: db, changed, beforeCommit: undefined });
  const filter = {
    functionId: asFunctionId("f"),
    appId: asAppId("a"),
    triggerName: "t",
    queuedFrom: now,
    queuedBefore: now,
  };
  const query = queryOf("word");
  const runs = searchRuns(db, changed);
  const events = searchEvents(db);
  db.exec(
    "INSERT INTO run_texts (rowid, text) VALUES (1, 'word'); INSERT INTO event_texts (rowid, text) VALUES (1, 'word')",
  );
  runs(query, { ...filter, statuses: ["failed", "running"] }, first);
  runs(query, {}, { cursor: "5", limit: 50 });
  events(query, { name: "n", receivedFrom: now, receivedBefore: now }, { cursor: "5", limit: 50 });
  events(query, {}, first);
  const texts = [...new Set(prepare.mock.calls.map(([sql]) => sql))].filter((sql) => /SELECT/.test(sql));
  prepare.mockRestore();
  expect(texts.filter((sql) => sql.includes("MATCH"))).toHaveLength(4);
  for (const sql of texts) {
    const parameters = Array.from(sql.matchAll(/\?/g), () => 1);
    const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
    // The errors of a run are few, and each is wanted once.
    const bad = plan
      .map(({ detail }) => detail)
      .filter(
        (line) =>
          /TEMP B-TREE(?! FOR DISTINCT)/.test(line) ||
          (line.startsWith("SCAN") && !/VIRTUAL TABLE INDEX|CONSTANT ROW|newest|SCAN \(/.test(line)),
      );
    expect({ sql, bad }).toEqual({ sql, bad: [] });
  }
});
