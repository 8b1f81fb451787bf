// The floor's own commits: it must be as good an engine as there can be, or every ratio flatters.
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { groupCommit } from "../src/floor/group-commit.ts";

test("the floor reports nothing before the disk has it, and takes in what comes meanwhile with the next commit", async () => {
  const db = new Database(":memory:");
  db.exec("CREATE TABLE rows (id INTEGER PRIMARY KEY)");
  const insert = db.prepare("INSERT INTO rows DEFAULT VALUES");
  const syncs: PromiseWithResolvers<void>[] = [];
  const syncing = Promise.withResolvers<void>();
  const commit = groupCommit(db, () => {
    const sync = Promise.withResolvers<void>();
    syncs.push(sync);
    syncing.resolve();
    return syncs.length === 1 ? sync.promise : null;
  });
  const reported: string[] = [];
  const first = commit(() => insert.run().lastInsertRowid).then(() => reported.push("first"));
  await syncing.promise;
  const later = ["second", "third"].map((name) => commit(() => insert.run()).then(() => reported.push(name)));
  await new Promise(setImmediate);
  expect(reported).toEqual([]);
  syncs[0]?.resolve();
  await Promise.all([first, ...later]);
  expect(reported).toEqual(["first", "second", "third"]);
  expect(syncs).toHaveLength(2);
  db.close();
});
