// Data of earlier schemas: what was queued then goes on after the migration.
import { join } from "node:path";
import { callLane, gatewayLane, type Lane } from "@stepwright/engine";
import { asAppId, asFunctionId, millis } from "@stepwright/protocol";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteStorage } from "../src/index.ts";
import { migrations } from "../src/migrations/migrate.ts";
import { testFolder } from "./folder.ts";

const now = millis(1_700_000_000_000);

const appId = asAppId("a1");
const functionId = asFunctionId("f1");

/** A database that has seen only this many migrations, filled by the SQL. */
function earlier(count: number, fill: string): string {
  const file = join(testFolder(), "main.db");
  const db = new Database(file);
  db.exec(
    "CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
  );
  for (const { id, name, sql } of migrations.slice(0, count)) {
    db.exec(sql);
    db.prepare("INSERT INTO schema_migrations VALUES (?, ?, ?)").run(id, name, now);
  }
  db.exec(fill);
  db.close();
  return file;
}

const work = (kind: string) => JSON.stringify({ kind, runId: "r1", stepId: "s1" });
const oneRun = `
INSERT INTO runs (id, function_id, app_id, function_slug, function_version, status, trigger_name, trigger_event_id, queued_at, version, progress)
VALUES ('r1', 'f1', 'a1', 'shop-pack', 1, 'running', 'shop/paid', 'e1', ${now}, 1, '{}');
INSERT INTO queue_items (id, lane, at, attempt, kind, run_id, step_id, work, lease_epoch, generation) VALUES
  ('due', 'call:a1', ${now - 5}, 2, 'call', 'r1', NULL, '${work("call")}', NULL, 0),
  ('in hand', 'call:a1', ${now - 9}, 0, 'call', 'r1', NULL, '${work("call")}', 1, 1),
  ('retry', 'call:a1', ${now + 60_000}, 3, 'call', 'r1', NULL, '${work("call")}', NULL, 1),
  ('fetch', 'gateway', ${now - 3}, 0, 'gateway', 'r1', 's1', '${work("gateway")}', NULL, 0),
  ('sleep', 'system', ${now + 30_000}, 0, 'sleep', 'r1', 's1', '${work("sleep")}', NULL, 0);
`;

test("calls, requests and timers of the first schema are leased from the lanes of today, each once, at their times", async () => {
  const storage = openSqliteStorage({ file: earlier(1, oneRun), synchronous: "full", now });
  onTestFinished(() => storage.close());
  const lanes: readonly Lane[] = [callLane({ appId, functionId }), gatewayLane(appId), "system"];
  const leasedAt = async (at: number) => {
    const lease = lanes.map((lane) => ({ lane, max: 10 }));
    const { leased } = await storage.commit({ transitions: [], now: millis(at), lease });
    return leased.map(({ id, lane, attempt }) => [id, lane, attempt]);
  };
  const known = await storage.queue.lanes();
  expect(known.map(({ lane }) => lane).toSorted()).toEqual(lanes.toSorted());
  expect(await leasedAt(now)).toEqual([
    ["in hand", "call:a1:f1", 0],
    ["due", "call:a1:f1", 2],
    ["fetch", "gateway:a1", 0],
  ]);
  expect(await leasedAt(now + 30_000)).toEqual([["sleep", "system", 0]]);
  expect(await leasedAt(now + 60_000)).toEqual([["retry", "call:a1:f1", 3]]);
});
