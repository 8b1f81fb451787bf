// Query plans: nothing on the hot path or in a list reads a table that grows, or sorts what it has read.
import { asAppId, asFunctionId, asRunId, millis } from "@stepwright/protocol";
import type { EventFilter, RunFilter, TimedRunFilter } from "@stepwright/storage";
import { expect, onTestFinished, test, vi } from "vitest";
import { committer } from "../src/commit.ts";
import { type Connection, openWriter } from "../src/connection.ts";
import { cronReads } from "../src/cron.ts";
import { eventCountQuery } from "../src/event-count.ts";
import { eventList, eventListQuery } from "../src/event-list.ts";
import { eventGets } from "../src/events.ts";
import { migrate } from "../src/migrations/migrate.ts";
import { pauseReads } from "../src/pauses.ts";
import { queueReads } from "../src/queue-reads.ts";
import { endEarlierLeases } from "../src/queue.ts";
import { registryReads } from "../src/registry.ts";
import { sweeper } from "../src/retention.ts";
import { runBatchReads } from "../src/run-batch-reads.ts";
import { judgedCountQuery, rangeCountQuery } from "../src/run-count.ts";
import { runListQuery } from "../src/run-list.ts";
import { rangesOf } from "../src/run-ranges.ts";
import { timedRunQuery } from "../src/runs-by-time.ts";
import { runGets } from "../src/runs.ts";
import { spanReads } from "../src/spans.ts";
import { stepReads } from "../src/steps.ts";
import { openTables } from "../src/tables.ts";

// Grow with use. The others have a row per app, function, cron, boot or counter.
const growing = [
  "events",
  "runs",
  "run_events",
  "run_keys",
  "run_slots",
  "flow_lines",
  "gate_timers",
  "paces",
  "steps",
  "spans",
  "queue_items",
  "set_aside_items",
  "pauses",
  "pause_terms",
  "pause_paths",
  "event_matches",
  "drops",
  "batch_events",
  "debounce_windows",
];

// Whole trees are counted, for the info page or once at start, without reading a row.
const counts = [
  "SELECT (SELECT count(*) FROM queue_items) - (SELECT count(*) FROM queue_items WHERE lease_epoch IS NOT NULL)",
  "SELECT count(*) FROM set_aside_items",
  "SELECT count(*) FROM flow_lines",
  `SELECT (SELECT count(*) FROM queue_items WHERE lease_epoch IS NULL AND place = 1)
  + (SELECT count(*) FROM queue_items WHERE line IS NOT NULL)`,
];

// Two sets of a few step ids are made one; there are few apps.
const sorts = ["SELECT step_id FROM queue_items", "SELECT * FROM apps"];

const page = { cursor: "5", limit: 50 };
const statuses = [undefined, ["failed"], ["queued", "running", "failed"]] as const;

function migrated(): Connection {
  const db = openWriter({ file: ":memory:", nativeBinding: undefined });
  onTestFinished(() => void db.close());
  migrate(db, millis(0));
  return db;
}

function planOf(db: Connection, named: string): readonly string[] {
  const sql = named.replaceAll(/@\w+/g, "?");
  const parameters = Array.from(sql.matchAll(/\?/g), () => 1);
  const rows = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
  return rows.map((row) => row.detail);
}

function scansOf(sql: string, plan: readonly string[]): readonly string[] {
  // Walking an index without a condition reads no more than the page that ends it.
  const isPage = !sql.includes("WHERE") && sql.endsWith("LIMIT +?");
  if (isPage && plan.every((line) => line.includes("USING INDEX"))) return [];
  return plan.filter((line) => growing.some((table) => line.startsWith(`SCAN ${table}`)));
}

/** Every statement that commits and single reads prepare. */
function preparedTexts(db: Connection): readonly string[] {
  const prepare = vi.spyOn(db, "prepare");
  const tables = openTables(db, 1);
  committer(db, tables);
  sweeper(db, tables.counters);
  endEarlierLeases(db);
  runGets(db);
  runBatchReads(db);
  stepReads(db);
  spanReads(db);
  eventGets(db);
  eventList(db);
  queueReads(db);
  pauseReads(db, { sequence: tables.sequence, index: tables.pauseIndex });
  registryReads(db, tables.counters);
  cronReads(db);
  const texts = new Set(prepare.mock.calls.map(([sql]) => sql));
  prepare.mockRestore();
  return [...texts];
}

test("no statement of commits and single reads scans a table that grows", () => {
  const db = migrated();
  const isPlain = (sql: string): boolean => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/.test(sql);
  const checked = preparedTexts(db).filter((sql) => isPlain(sql) && !counts.includes(sql));
  expect(checked.length).toBeGreaterThan(60);
  for (const sql of checked) {
    const plan = planOf(db, sql);
    expect({ sql, scans: scansOf(sql, plan) }).toEqual({ sql, scans: [] });
    if (!sorts.some((start) => sql.startsWith(start))) {
      expect({ sql, sorts: plan.filter((line) => line.includes("TEMP B-TREE")) }).toEqual({ sql, sorts: [] });
    }
  }
});

test("no statement is planned anew at every call", () => {
  const bare = /(?<![<>])= \?|LIMIT \?/;
  const texts = [
    ...preparedTexts(migrated()).map((sql) => sql.replaceAll(/@\w+/g, "?")),
    runListQuery({ functionId: asFunctionId("f"), appId: asAppId("a"), triggerName: "t" }, page).sql,
    runListQuery({}, page).sql,
    eventListQuery({ name: "n" }, page, () => 1).sql,
  ];
  const planners = texts.filter((sql) => /^\s*SELECT|\(\s*SELECT/.test(sql) && /ORDER BY|LIMIT|JOIN|UNION/.test(sql));
  expect(planners.length).toBeGreaterThan(12);
  for (const sql of planners) expect(sql.slice(sql.indexOf("SELECT"))).not.toMatch(bare);
});

test("a list of runs walks an index in order, whatever the filter", () => {
  const db = migrated();
  const functionId = asFunctionId("f");
  const appId = asAppId("a");
  const filters: readonly RunFilter[] = [
    {},
    { functionId },
    { appId },
    { triggerName: "t" },
    { functionId, appId, triggerName: "t" },
  ]
    .flatMap((filter) => [filter, { ...filter, queuedFrom: millis(1e12), queuedBefore: millis(2e12) }])
    .flatMap((filter) => statuses.map((wanted) => (wanted === undefined ? filter : { ...filter, statuses: wanted })));
  for (const filter of filters) {
    for (const cursor of [null, "x"]) {
      const { sql } = runListQuery(filter, { cursor, limit: 50 });
      const plan = planOf(db, sql);
      // Of two bounds at one end, one is no range of the index: all between them is walked.
      const [range = ""] = sql.split(" UNION ALL ");
      expect({ sql, bounds: range.split("id < ?").length - 1 }).toEqual({
        sql,
        bounds: filter.queuedBefore === undefined && cursor === null ? 0 : 1,
      });
      expect({ sql, plan }).toEqual({ sql, plan: plan.filter((line) => !line.includes("TEMP B-TREE")) });
      expect({ sql, scans: scansOf(sql, plan) }).toEqual({ sql, scans: [] });
    }
  }
});

test("a list of runs by a time, and its count, walk an index in order, whatever the filter", () => {
  const db = migrated();
  const functionIds = [asFunctionId("f"), asFunctionId("g")];
  const filters: readonly TimedRunFilter[] = (["queuedAt", "startedAt", "endedAt"] as const)
    .map((time): TimedRunFilter => ({ time, from: millis(1e12), before: millis(2e12) }))
    .flatMap((filter) => [filter, { ...filter, functionIds }, { ...filter, appIds: [asAppId("a")] }])
    .flatMap((filter) => [filter, { ...filter, statuses: ["failed", "running"] as const }])
    .flatMap((filter) => [filter, { ...filter, functionIds: Array.from({ length: 80 }, () => asFunctionId("h")) }]);
  for (const filter of filters) {
    // Where there is no index by app, an app stands for its functions.
    const functions =
      filter.functionIds ?? (filter.appIds === undefined || filter.time === "queuedAt" ? null : functionIds);
    const pages = (["asc", "desc"] as const).flatMap((direction) =>
      [null, { at: millis(1e12), id: asRunId("r") }].map((after) =>
        timedRunQuery(filter, { direction, after, limit: 50 }, functions),
      ),
    );
    const ranges = filter.time === "queuedAt" ? rangesOf(filter, functions) : null;
    const counts =
      ranges === null
        ? [judgedCountQuery(filter, functions, null)]
        : ranges.map((range) => rangeCountQuery(filter, range, { behind: "", entries: 10 }));
    const texts = pages.flatMap(({ page, last }) => [page.sql, ...(last === null ? [] : [last.sql])]);
    for (const sql of [...texts, ...counts.flatMap((count) => [count.sql, count.last.sql])]) {
      const plan = planOf(db, sql);
      expect({ sql, plan }).toEqual({ sql, plan: plan.filter((line) => !line.includes("TEMP B-TREE")) });
      expect({ sql, scans: scansOf(sql, plan) }).toEqual({ sql, scans: [] });
    }
    // Runs are counted without a look at their rows, but for an app's among all others.
    for (const { sql } of counts)
      if (filter.appIds === undefined && !(filter.time === "queuedAt" && ranges === null))
        expect({ sql, plan: planOf(db, sql).filter((line) => line.includes("runs")) }).toEqual({
          sql,
          plan: [expect.stringContaining("COVERING INDEX")],
        });
  }
});

test("a count of events walks an index in order, whatever the filter", () => {
  const db = migrated();
  const period = { receivedFrom: millis(1e12), receivedBefore: millis(2e12) };
  const filters: readonly EventFilter[] = [{}, { name: "n" }].flatMap((filter) =>
    [filter, { ...filter, ...period }].flatMap((one) => [one, { ...one, includeInternal: true }]),
  );
  for (const filter of filters) {
    const { sql } = eventCountQuery(filter, 0, () => 1);
    const plan = planOf(db, sql);
    expect({ sql, plan }).toEqual({ sql, plan: plan.filter((line) => !line.includes("TEMP B-TREE")) });
    expect({ sql, scans: scansOf(sql, plan) }).toEqual({ sql, scans: [] });
  }
});

test("a list of events walks an index in order, whatever the filter", () => {
  const db = migrated();
  const period = { receivedFrom: millis(1e12), receivedBefore: millis(2e12) };
  const filters: readonly EventFilter[] = [{}, { name: "n" }]
    .flatMap((filter) => [filter, { ...filter, ...period }])
    .flatMap((filter) => [filter, { ...filter, includeInternal: true }]);
  for (const filter of filters) {
    const { sql } = eventListQuery(filter, page, () => 1);
    const plan = planOf(db, sql);
    expect({ sql, plan }).toEqual({ sql, plan: plan.filter((line) => !line.includes("TEMP B-TREE")) });
    expect({ sql, scans: scansOf(sql, plan) }).toEqual({ sql, scans: [] });
  }
});

test("a sweep of old runs and events walks an index, whatever it has to look up for each", () => {
  const db = migrated();
  const { counters } = openTables(db, 1);
  const prepare = vi.spyOn(db, "prepare");
  sweeper(db, counters);
  const texts = [...new Set(prepare.mock.calls.map(([sql]) => sql))].filter((sql) =>
    /ended_at|match:|lifecycle_of/.test(sql),
  );
  const plans = texts.map((sql) =>
    planOf(db, sql).filter((line) => !/^(SCAN CONSTANT ROW|SCALAR|CORRELATED)/.test(line)),
  );
  expect(plans.length).toBeGreaterThan(3);
  for (const plan of plans) for (const line of plan) expect(line).toMatch(/^SEARCH .+ USING .*(INDEX|PRIMARY KEY)/);
  expect(plans.flat()).toContain("SEARCH runs USING INDEX runs_status (status=? AND id>? AND id<?)");
  expect(plans.flat()).toContain("SEARCH events USING INDEX events_lifecycle (lifecycle_of=?)");
});
