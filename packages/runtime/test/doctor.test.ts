// The doctor on a real database: nothing to find in what a server leaves behind, and each kind of damage by its name.
import { copyFileSync, mkdtempSync, openSync, closeSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { millis } from "@stepwright/protocol";
import { copyDatabase, examineDatabase, type Finding, openSqliteStorage } from "@stepwright/storage-sqlite";
import Database from "better-sqlite3";
import { afterAll, describe, expect, it } from "vitest";
import { leaveEverything } from "./every-state.ts";
import { addApp, openRuntime } from "./open-runtime.ts";
import { done, ops, stepRun } from "./test-app.ts";
import { tempFile } from "./temp-file.ts";

/** SQL that does the damage, by what is found then. */
const damages: readonly (readonly [found: readonly string[], sql: string])[] = [
  [
    ["RUN_STRANDED", "WAIT_LOST"],
    "DELETE FROM queue_items WHERE kind = 'wake' AND run_id = (SELECT id FROM runs WHERE function_slug = 'shop-sleep' AND invoked_by_run_id IS NULL)",
  ],
  [
    ["RUN_LEFTOVERS", "DISCOVERY_UNNAMED"],
    "UPDATE queue_items SET run_id = (SELECT id FROM runs WHERE status = 'completed' LIMIT 1) WHERE kind = 'runTimeout'; UPDATE runs SET progress = json_set(progress, '$.discovery', json('{\"itemId\":\"x\"}')) WHERE function_slug = 'shop-sleep'",
  ],
  [
    ["RUN_MISSING"],
    "INSERT INTO steps (run_id, id, position, op, name, status, memo, finished_at) VALUES ('none', 's', 0, 'StepRun', 's', 'completed', '1', 1)",
  ],
  [
    ["APP_SPANS_WITHOUT_RUN"],
    "INSERT INTO app_spans (run_id, id, name, status, started_at, ended_at, detail) VALUES ('none', 's', 's', 'completed', 1, 1, '{}')",
  ],
  [
    ["RUN_WITHOUT_EVENT"],
    "DELETE FROM run_events WHERE run_id = (SELECT id FROM runs WHERE function_slug = 'shop-wait')",
  ],
  [
    ["RUN_WITHOUT_EVENT", "SEARCH_ROW_LEFT"],
    "DELETE FROM events WHERE seq IN (SELECT event_seq FROM run_events JOIN runs ON runs.id = run_id WHERE function_slug = 'shop-wait')",
  ],
  [["RUN_WITHOUT_FUNCTION"], "DELETE FROM functions WHERE slug = 'shop-wait'"],
  [
    ["DISCOVERY_DOUBLED"],
    "INSERT INTO queue_items (id, lane, at, attempt, kind, run_id, work, generation) SELECT id || 'x', lane, at, 0, kind, run_id, work, 0 FROM queue_items WHERE kind = 'call' AND step_id IS NULL LIMIT 1",
  ],
  [
    ["DISCOVERY_UNNAMED"],
    "UPDATE runs SET progress = json_set(progress, '$.discovery.itemId', 'other') WHERE function_slug = 'shop-later'",
  ],
  [
    ["STEP_LOST"],
    "UPDATE runs SET progress = json_set(progress, '$.pending', json('[\"gone\"]')) WHERE function_slug = 'shop-wait'",
  ],
  [
    ["WAIT_LOST"],
    "UPDATE spans SET step_id = 'gone' WHERE ended_at IS NULL AND kind = 'wait' AND run_id = (SELECT id FROM runs WHERE function_slug = 'shop-wait')",
  ],
  [
    ["STEP_WAITS_ON"],
    "INSERT INTO steps (run_id, id, position, op, name, status, memo, finished_at) SELECT run_id, step_id, 0, 'WaitForEvent', 'w', 'completed', '1', 1 FROM pauses WHERE kind = 'signal'",
  ],
  [
    ["SPAN_LEFT_OPEN"],
    "UPDATE spans SET ended_at = NULL WHERE row = (SELECT row FROM spans WHERE kind = 'step' LIMIT 1)",
  ],
  [["COUNTER_WRONG"], "UPDATE counters SET value = value + 1 WHERE name = 'runs.completed'"],
  [
    ["END_NOT_REPORTED"],
    "DELETE FROM events WHERE seq = (SELECT seq FROM events WHERE name = 'inngest/function.finished' LIMIT 1)",
  ],
  [
    ["END_NOT_REPORTED"],
    "INSERT INTO events (internal_id, id, name, is_internal, user, ts, received_at, lifecycle_of) SELECT 'x', id, name, 1, user, ts, received_at, lifecycle_of FROM events WHERE name = 'inngest/function.finished' LIMIT 1",
  ],
  [
    ["END_OF_NO_RUN"],
    "INSERT INTO events (internal_id, id, name, is_internal, user, ts, received_at, lifecycle_of) VALUES ('x', 'x', 'inngest/function.finished', 1, '{}', 1, 1, 'none')",
  ],
  [["EVENT_MISSING"], "UPDATE debounce_windows SET event_seq = 99999"],
  [["EVENT_MISSING"], "UPDATE drops SET event_seq = 99999"],
  [
    ["SEQUENCE_SHARED", "PAUSE_UNINDEXED", "PAUSE_TERMS_LEFT"],
    "UPDATE pauses SET seq = (SELECT max(seq) FROM events) WHERE id = (SELECT id FROM pauses WHERE kind = 'event' LIMIT 1)",
  ],
  [["LEASE_UNKNOWN"], "UPDATE queue_items SET lease_epoch = 77 WHERE lease_epoch IS NOT NULL"],
  [
    ["SET_ASIDE"],
    "INSERT INTO set_aside_items (id, lane, attempt, kind, work, reason, at) VALUES ('i', 'system', 0, 'cron', '{}', 'no', 1)",
  ],
  [
    ["PAUSE_UNINDEXED", "PAUSE_PATHS_WRONG"],
    "DELETE FROM pause_terms WHERE seq = (SELECT seq FROM pauses WHERE kind = 'event' LIMIT 1)",
  ],
  [
    ["PAUSE_TERMS_LEFT", "PAUSE_PATHS_WRONG"],
    "INSERT INTO pause_terms (event_name, path, value_type, value, seq) VALUES ('a', 'b', 'string', 'c', 99999)",
  ],
  [["PAUSE_PATHS_WRONG"], "INSERT INTO pause_paths (event_name, path, count, since_seq) VALUES ('a', 'b', 1, 1)"],
  [["CRON_STOPPED"], "DELETE FROM queue_items WHERE kind = 'cron'"],
  [["FUNCTION_WITHOUT_APP"], "UPDATE functions SET app_id = 'none' WHERE slug = 'shop-cron'"],
  [
    ["LANE_WRONG"],
    "UPDATE queue_items SET lane = 'call:other:other' WHERE kind = 'call' AND at = (SELECT max(at) FROM queue_items WHERE kind = 'call')",
  ],
  [
    ["LINE_EMPTY"],
    "INSERT INTO flow_lines (lane, gate_ids, gates, stands_at, head_score) VALUES ('call:a:f', 'g', '[{\"id\":\"g\",\"kind\":\"starts\"}]', 'g', 1)",
  ],
  [["LINE_MISSING"], "UPDATE queue_items SET line = 99 WHERE line IS NOT NULL; DELETE FROM flow_lines"],
  [["LINE_HEAD_WRONG"], "UPDATE flow_lines SET head_score = head_score - 1"],
  [["LINE_GATES_WRONG"], "UPDATE flow_lines SET stands_at = 'elsewhere'"],
  [["LINE_GATES_WRONG"], "UPDATE queue_items SET gates = json_set(gates, '$[0].id', 'other') WHERE line IS NOT NULL"],
  [["PLACE_WRONG"], "UPDATE queue_items SET place = 1 WHERE line IS NOT NULL"],
  [
    ["SLOT_LEAKED"],
    "INSERT INTO run_slots (gate, run_id) SELECT gate, (SELECT id FROM runs WHERE status = 'completed' LIMIT 1) FROM run_slots",
  ],
  [["SLOT_MISSING"], "DELETE FROM run_slots"],
  [["LOCK_LEFT"], "UPDATE singleton_locks SET run_id = (SELECT id FROM runs WHERE status = 'completed' LIMIT 1)"],
  [["DEBOUNCE_STOPPED"], "DELETE FROM queue_items WHERE kind = 'debounce'"],
  [["BATCH_STOPPED"], "DELETE FROM queue_items WHERE kind = 'batch'"],
  [["BATCH_COUNT_WRONG"], "DELETE FROM batch_events WHERE position = 1"],
  [
    ["BATCH_COUNT_WRONG"],
    "INSERT INTO batch_events (batch_id, position, event_seq, length) SELECT 'none', 0, event_seq, 1 FROM batch_events LIMIT 1",
  ],
  [["SEARCH_ROW_LEFT"], "INSERT INTO search_open_runs VALUES (99999)"],
  [["SEARCH_ROW_MISSING"], "DELETE FROM event_texts_docsize WHERE id = (SELECT max(id) FROM event_texts_docsize)"],
  [["SEARCH_AHEAD", "SEARCH_ROW_MISSING"], "UPDATE search_progress SET high = 99999 WHERE kind = 'runs'"],
  [["CANCELLATION_STOPPED"], "UPDATE cancellations SET ended_at = NULL"],
  [
    ["CANCELLATION_WORK_LEFT"],
    "INSERT INTO queue_items (id, lane, at, attempt, kind, work, generation) SELECT 'cancellation:' || id, 'system', 1, 0, 'cancellation', '{}', 0 FROM cancellations",
  ],
  [["CANCELLATION_WRONG"], "UPDATE cancellations SET started_before = 1"],
  [
    ["CANCELLATION_WRONG"],
    "UPDATE cancellations SET function_id = (SELECT id FROM functions WHERE slug = 'shop-sleep')",
  ],
  [["CANCELLATION_WITHOUT_FUNCTION", "CANCELLATION_WRONG"], "UPDATE cancellations SET function_id = 'none'"],
  [["METADATA_WITHOUT_RUN"], "UPDATE run_metadata SET run_id = 'none' WHERE kind = 'userland.order'"],
  [["METADATA_UNREADABLE"], `UPDATE run_metadata SET "values" = '{' WHERE kind = 'userland.order'`],
  [["METADATA_UNREADABLE"], `UPDATE run_metadata SET "values" = '[1]' WHERE kind = 'userland.order'`],
  [["METADATA_UNREADABLE"], "UPDATE run_metadata SET target = 'run' WHERE kind = 'userland.order'"],
  [["METADATA_UNREADABLE"], "UPDATE run_metadata SET target = '[null]' WHERE kind = 'userland.order'"],
  [["SEARCH_DAMAGED"], "DELETE FROM run_texts_data WHERE id > 10"],
  [["SEARCH_DAMAGED"], "UPDATE event_texts_data SET block = x'00' WHERE id = (SELECT max(id) FROM event_texts_data)"],
  [["SCHEMA_INCOMPLETE"], "DROP TABLE run_metadata"],
  [["SCHEMA_INCOMPLETE"], "DROP INDEX runs_invoked_by"],
  [["SCHEMA_NEWER"], "INSERT INTO schema_migrations VALUES (9999, 'from the future', 1)"],
  [["SCHEMA_UNKNOWN"], "UPDATE schema_migrations SET name = 'strange' WHERE id = 2"],
];

const folder = mkdtempSync(join(tmpdir(), "stepwright-doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

let made: Promise<string> | null = null;

/** The copy of what a server has left behind: made once, by the first test that needs it. */
function whole(): Promise<string> {
  return (made ??= makeWhole());
}

async function makeWhole(): Promise<string> {
  const file = join(folder, "main.db");
  const copy = join(folder, "whole.db");
  await leaveEverything(file);
  copyDatabase({ file, to: copy });
  return copy;
}

/** What is found after the damage was done to a copy. */
async function foundAfter(damage: (file: string) => void): Promise<readonly Finding[]> {
  const file = tempFile();
  copyFileSync(await whole(), file);
  damage(file);
  const { size, mtimeMs } = statSync(file);
  const { findings } = examineDatabase({ file, isFull: true });
  expect(statSync(file)).toMatchObject({ size, mtimeMs });
  return findings;
}

function change(file: string, sql: string): void {
  const db = new Database(file);
  db.unsafeMode();
  db.exec(sql);
  db.close();
}

describe("the doctor", () => {
  it("finds nothing in what a killed server leaves behind, whatever its runs were doing", async () => {
    expect(await foundAfter(() => undefined)).toEqual([]);
  });

  it.each(damages)("finds %j", async (codes, sql) => {
    const findings = await foundAfter((file) => change(file, sql));
    expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining([...codes]));
    const [finding] = findings.filter(({ code }) => code === codes[0]);
    expect(finding?.count).toBeGreaterThan(0);
    expect(finding?.ids.length).toBe(Math.min(finding?.count ?? 0, 10));
    // Nothing else is found but what follows from it.
    expect(findings.length).toBeLessThanOrEqual(codes.length);
  });

  it("knows of no check that no damage shows", async () => {
    const names: string[] = [];
    examineDatabase({ file: await whole(), isFull: false, onProgress: ({ name }) => names.push(name) });
    const shown = new Set(damages.flatMap(([codes]) => codes));
    expect(names.filter((name) => !shown.has(name))).toEqual(["quick_check"]);
  });

  it("says how the index of words is made anew, and that helps", async () => {
    const file = tempFile();
    copyFileSync(await whole(), file);
    change(file, "DELETE FROM run_texts_data WHERE id > 10");
    const [finding] = examineDatabase({ file, isFull: true }).findings;
    change(file, /`sqlite3 main\.db "(.+)"`/.exec(finding?.advice ?? "")?.[1] ?? "");
    const storage = openSqliteStorage({ file, synchronous: "normal", now: millis(Date.now()) });
    while (!(await storage.search.catchUp({ weightMax: 50 })).isCurrent);
    await storage.close();
    expect(examineDatabase({ file, isFull: true }).findings).toEqual([]);
  });

  it("names ten of many, and counts all", async () => {
    const many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)";
    const sql = `${many} INSERT INTO run_slots (gate, run_id) SELECT 'g', 'none' || i FROM n`;
    expect(await foundAfter((file) => change(file, sql))).toMatchObject([{ code: "SLOT_LEAKED", count: 1000 }]);
  });

  it.each([
    ["in the middle", 0.5],
    ["at the end", 1],
    ["where the tables are listed", 0],
  ])("finds damage %s, and asks nothing more of the file", async (_, where) => {
    const findings = await foundAfter((file) => {
      const page = 4096;
      const pages = statSync(file).size / page;
      const descriptor = openSync(file, "r+");
      // Behind the header of the first page, which says that it is a database at all.
      const at = where === 0 ? 100 : page * Math.floor((pages - 1) * where);
      writeSync(descriptor, Buffer.alloc(page - 100, 0xff), 0, page - 100, at);
      closeSync(descriptor);
    });
    expect(findings).toMatchObject([{ code: "FILE_DAMAGED", isDamage: true }]);
  });

  it("refuses what is no database of ours", () => {
    const file = tempFile();
    expect(() => examineDatabase({ file, isFull: false })).toThrow(/open database file/);
    change(file, "CREATE TABLE other (a)");
    expect(() => examineDatabase({ file, isFull: false })).toThrow(/schema_migrations/);
  });

  it("finds nothing while a server is at work, at whatever moment it looks", async () => {
    const file = tempFile();
    const server = await openRuntime({ file });
    let looks = 0;
    const look = () => {
      looks += 1;
      expect(examineDatabase({ file, isFull: false }).findings).toEqual([]);
    };
    await addApp(server, "shop", [
      {
        name: "steps",
        handle({ steps }) {
          // In the middle of everything: other calls are in flight, other commits under way.
          if (looks < 40) look();
          const count = Object.keys(steps).length;
          return count < 3 ? ops(stepRun(`s${count}`, count)) : done();
        },
      },
    ]);
    const ids = await Promise.all(Array.from({ length: 40 }, () => server.start("test/steps")));
    for (const id of ids) expect((await server.ended(id)).status).toBe("completed");
    look();
    expect(looks).toBe(41);
  });
});
