// Checks of flow control: lines, slots, locks, debounces and batches.
//
// Whether a line stands at the right gate is not checked: a commit that has more gates to look at than it should leaves the
// rest to the next one, and a boot looks at all of them, so between the two both answers are right.
import { type Check, isUnfinished, reportIt } from "./check.ts";

const stuckAdvice = "The calls in it may never go out. Start the server again; if it is found again, please report it.";
const limitAdvice =
  "A limit lets through fewer or more than it should. Start the server again; if it is found again, please report it.";

/** The checks. */
export const flowChecks: readonly Check[] = [
  {
    code: "LANE_WRONG",
    says: "calls that wait in the lane of another function than their run's",
    advice: stuckAdvice,
    since: 2,
    sql: `SELECT queue_items.id FROM queue_items CROSS JOIN runs ON runs.id = queue_items.run_id
WHERE queue_items.kind = 'call' AND queue_items.lane <> 'call:' || runs.app_id || ':' || runs.function_id`,
  },
  {
    code: "LINE_EMPTY",
    says: "lines of waiting calls in which nobody stands",
    advice: reportIt,
    since: 2,
    sql: `SELECT line FROM flow_lines WHERE NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.line = flow_lines.line)`,
  },
  {
    code: "LINE_MISSING",
    says: "calls that stand in a line that is not there, or is of another lane",
    advice: stuckAdvice,
    since: 2,
    sql: `SELECT id FROM queue_items WHERE line IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM flow_lines WHERE flow_lines.line = queue_items.line AND flow_lines.lane = queue_items.lane)`,
  },
  {
    code: "LINE_HEAD_WRONG",
    says: "lines that do not know the score of their first call",
    advice: stuckAdvice,
    since: 2,
    sql: `SELECT line FROM flow_lines WHERE head_score <> (SELECT min(score) FROM queue_items WHERE queue_items.line = flow_lines.line)`,
  },
  {
    code: "LINE_GATES_WRONG",
    says: "calls that have to pass other gates than their line, or whose line stands at none of its own",
    advice: stuckAdvice,
    since: 2,
    // The gates of a start are in the way of the first dispatch only.
    sql: `SELECT queue_items.id FROM queue_items CROSS JOIN flow_lines ON flow_lines.line = queue_items.line
WHERE queue_items.line IS NOT NULL AND (
  flow_lines.gate_ids <> (SELECT group_concat(value ->> '$.id', char(10)) FROM json_each(queue_items.gates)
    WHERE generation = 0 OR value ->> '$.kind' = 'calls')
  OR (stands_at <> '' AND instr(char(10) || gate_ids || char(10), char(10) || stands_at || char(10)) = 0)
)`,
  },
  {
    code: "PLACE_WRONG",
    says: "queue items whose place and line contradict each other",
    advice: stuckAdvice,
    since: 2,
    sql: "SELECT id FROM queue_items WHERE (place = 2) <> (line IS NOT NULL) OR (line IS NOT NULL AND lease_epoch IS NOT NULL)",
  },
  {
    code: "SLOT_LEAKED",
    says: "slots of runs that have ended, or are not there",
    advice: limitAdvice,
    since: 2,
    sql: `SELECT gate || ' by ' || run_id FROM run_slots WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = run_slots.run_id AND ${isUnfinished})`,
  },
  {
    code: "SLOT_MISSING",
    says: "running runs without the slot that they must hold",
    advice: limitAdvice,
    since: 2,
    sql: `SELECT runs.id FROM runs, json_each(runs.flow, '$.start') AS gate WHERE runs.status = 'running' AND gate.value ->> '$.kind' = 'runs'
AND NOT EXISTS (SELECT 1 FROM run_slots WHERE run_slots.gate = gate.value ->> '$.id' AND run_slots.run_id = runs.id)`,
  },
  {
    code: "LOCK_LEFT",
    says: "locks of singletons whose run has ended, or is not there",
    advice: "The function starts no run until the lock is free. Start the server again, and please report it.",
    since: 2,
    sql: `SELECT singleton_locks.id || ' by ' || run_id FROM singleton_locks WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = run_id AND ${isUnfinished})`,
  },
  {
    code: "DEBOUNCE_STOPPED",
    says: "debounces without the queue item that ends them",
    advice: "Send the event again: a later one opens a debounce of its own. Please report it.",
    since: 2,
    sql: `SELECT id FROM debounce_windows WHERE NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.id = 'debounce:' || debounce_windows.id)`,
  },
  {
    code: "BATCH_STOPPED",
    says: "batches without the queue item that starts them",
    advice: "Their events start no run: send them again. Please report it.",
    since: 2,
    sql: `SELECT id FROM batches WHERE NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.id = 'batch:' || batches.id)`,
  },
  {
    code: "BATCH_COUNT_WRONG",
    says: "batches that count other events than they have",
    advice: reportIt,
    since: 2,
    sql: `SELECT id FROM batches WHERE count <> (SELECT count(*) FROM batch_events WHERE batch_events.batch_id = batches.id)
UNION ALL SELECT DISTINCT batch_id FROM batch_events WHERE NOT EXISTS (SELECT 1 FROM batches WHERE batches.id = batch_events.batch_id)`,
  },
];
