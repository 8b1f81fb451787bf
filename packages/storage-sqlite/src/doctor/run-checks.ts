// Checks of runs, their steps and spans.
import { strandedSql } from "../runs.ts";
import { type Check, isUnfinished, nothingCarries, reportIt } from "./check.ts";

/** The checks. */
export const runChecks: readonly Check[] = [
  {
    code: "RUN_STRANDED",
    says: "unfinished runs that have neither a queue item nor a pause: nothing will move them on",
    advice: "Start the server again: it looks for such runs and asks their functions to go on.",
    since: 1,
    sql: strandedSql,
  },
  {
    code: "RUN_LEFTOVERS",
    says: "ended runs that still have a queue item or a pause",
    advice: reportIt,
    since: 1,
    sql: `SELECT runs.id FROM queue_items CROSS JOIN runs ON runs.id = queue_items.run_id
WHERE queue_items.run_id IS NOT NULL AND NOT ${isUnfinished}
UNION SELECT runs.id FROM pauses CROSS JOIN runs ON runs.id = pauses.run_id WHERE NOT ${isUnfinished}`,
  },
  {
    code: "RUN_MISSING",
    says: "runs that rows name and that are not there",
    advice: reportIt,
    since: 1,
    sql: ["queue_items", "pauses", "steps", "spans", "run_events"]
      .map(
        (table) => `SELECT '${table} of ' || run_id FROM (SELECT DISTINCT run_id FROM ${table} WHERE run_id IS NOT NULL)
WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = run_id)`,
      )
      .join(" UNION ALL "),
  },
  {
    code: "APP_SPANS_WITHOUT_RUN",
    says: "runs whose exported spans are kept and that are not there",
    advice: reportIt,
    since: 7,
    sql: "SELECT DISTINCT run_id FROM app_spans WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = run_id)",
  },
  {
    code: "RUN_WITHOUT_EVENT",
    says: "runs without the event that started them",
    advice:
      "Their functions cannot be called as before: cancel the unfinished ones, and restore a backup if there are many.",
    since: 1,
    sql: `SELECT runs.id FROM runs WHERE NOT EXISTS (SELECT 1 FROM run_events WHERE run_events.run_id = runs.id)
UNION SELECT run_id FROM run_events WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.seq = run_events.event_seq)`,
  },
  {
    code: "RUN_WITHOUT_FUNCTION",
    says: "unfinished runs of functions that are not there",
    advice: "Sync the app that had the function, or cancel the runs.",
    since: 1,
    sql: `SELECT runs.id FROM runs WHERE ${isUnfinished} AND NOT EXISTS (SELECT 1 FROM functions WHERE functions.id = runs.function_id)`,
  },
  {
    code: "DISCOVERY_DOUBLED",
    says: "runs with more than one discovery call",
    advice: reportIt,
    since: 1,
    sql: "SELECT run_id FROM queue_items WHERE run_id IS NOT NULL AND kind = 'call' AND step_id IS NULL GROUP BY run_id HAVING count(*) > 1",
  },
  {
    code: "DISCOVERY_UNNAMED",
    says: "unfinished runs whose progress names another discovery call than they have",
    advice: "Start the server again if the run is stranded as well; otherwise cancel it and run it again.",
    since: 1,
    sql: `SELECT runs.id FROM runs WHERE ${isUnfinished} AND ifnull(runs.progress ->> '$.discovery.itemId', '') <>
ifnull((SELECT min(queue_items.id) FROM queue_items WHERE queue_items.run_id = runs.id AND kind = 'call' AND step_id IS NULL), '')`,
  },
  {
    code: "STEP_LOST",
    says: "open steps of a parallel group that no queue item and no pause carries",
    advice: "The group will never be complete: cancel the run and run it again.",
    since: 1,
    sql: `SELECT runs.id || ' step ' || open.value FROM runs, json_each(runs.progress, '$.pending') AS open
WHERE ${isUnfinished} AND ${nothingCarries("runs.id", "open.value")}`,
  },
  {
    code: "WAIT_LOST",
    says: "steps shown as waiting that no queue item and no pause carries",
    advice: "The wait will never end: cancel the run and run it again.",
    since: 1,
    sql: `SELECT runs.id || ' step ' || spans.step_id FROM spans INDEXED BY spans_open CROSS JOIN runs ON runs.id = spans.run_id
WHERE spans.ended_at IS NULL AND spans.step_id IS NOT NULL AND ${isUnfinished} AND ${nothingCarries("spans.run_id", "spans.step_id")}`,
  },
  {
    code: "STEP_WAITS_ON",
    says: "pauses of steps that have a result",
    advice: reportIt,
    since: 1,
    sql: `SELECT pauses.id FROM pauses WHERE pauses.step_id IS NOT NULL
AND EXISTS (SELECT 1 FROM steps WHERE steps.run_id = pauses.run_id AND steps.id = pauses.step_id)`,
  },
  {
    code: "SPAN_LEFT_OPEN",
    says: "ended runs with a span that has not ended",
    advice: "Only what the page shows is wrong. Please report it, with the ids and the version.",
    since: 1,
    sql: `SELECT DISTINCT runs.id FROM spans INDEXED BY spans_open CROSS JOIN runs ON runs.id = spans.run_id
WHERE spans.ended_at IS NULL AND NOT ${isUnfinished}`,
  },
  {
    code: "COUNTER_WRONG",
    says: "statuses whose number of runs is kept wrong",
    advice: "Only what the page shows is wrong. Please report it, with the numbers and the version.",
    since: 1,
    sql: `WITH names (status) AS (VALUES ('queued'), ('running'), ('completed'), ('failed'), ('cancelled'), ('skipped')),
found AS (SELECT names.status, ifnull((SELECT value FROM counters WHERE name = 'runs.' || names.status), 0) AS kept,
  (SELECT count(*) FROM runs WHERE runs.status = names.status) AS there FROM names)
SELECT status || ': kept ' || kept || ', there are ' || there FROM found WHERE kept <> there`,
  },
];
