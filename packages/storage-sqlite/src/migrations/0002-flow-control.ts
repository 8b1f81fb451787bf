// Flow control: where due calls wait, who stands at which gate, and what a limit remembers.
import type { Migration } from "./migration.ts";

// A due call has one of three places: by its time (0, also where it waits for a time to come), ready in its lane (1),
// or in a line (2), which is all the calls of one lane that have to pass the same gates. Of a line only the best is ever looked at,
// so 100,000 queued calls cost no more to choose from than ten.
const sql = `
ALTER TABLE runs ADD COLUMN flow TEXT;

ALTER TABLE queue_items ADD COLUMN score INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue_items ADD COLUMN gates TEXT;
ALTER TABLE queue_items ADD COLUMN place INTEGER NOT NULL DEFAULT 0 CHECK (place IN (0, 1, 2));
ALTER TABLE queue_items ADD COLUMN line INTEGER;
UPDATE queue_items SET score = at;
-- Calls had one lane per app, requests of steps one for all.
UPDATE queue_items SET lane = (SELECT 'call:' || app_id || ':' || function_id FROM runs WHERE runs.id = run_id) WHERE kind = 'call';
UPDATE queue_items SET lane = (SELECT 'gateway:' || app_id FROM runs WHERE runs.id = run_id) WHERE kind = 'gateway';

DROP INDEX queue_items_due;
-- Both end in the rowid, so items of the same time or score are leased in the order they came.
CREATE INDEX queue_items_timed ON queue_items (lane, at) WHERE lease_epoch IS NULL AND place = 0;
CREATE INDEX queue_items_ready ON queue_items (lane, score) WHERE lease_epoch IS NULL AND place = 1;
CREATE INDEX queue_items_line ON queue_items (line, score) WHERE line IS NOT NULL;
-- Counts what waits in the lines of a function.
CREATE INDEX queue_items_lined ON queue_items (lane) WHERE line IS NOT NULL;

-- One row per line that somebody stands in. stands_at is the first closed gate, or '' when all are open and only room
-- in the lane is missing.
CREATE TABLE flow_lines (
  line INTEGER PRIMARY KEY,
  lane TEXT NOT NULL,
  gate_ids TEXT NOT NULL,
  gates TEXT NOT NULL,
  stands_at TEXT NOT NULL,
  head_score INTEGER NOT NULL,
  UNIQUE (lane, gate_ids)
) STRICT;
CREATE INDEX flow_lines_gate ON flow_lines (stands_at, lane, head_score);
CREATE INDEX flow_lines_lane ON flow_lines (lane, head_score);

-- When a gate that paces starts opens by itself, for as long as somebody stands at it.
CREATE TABLE gate_timers (
  gate TEXT PRIMARY KEY,
  lane TEXT NOT NULL,
  opens_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gate_timers_lane ON gate_timers (lane, opens_at);

-- Runs between their first call and their end, for limits of runs.
CREATE TABLE run_slots (
  gate TEXT NOT NULL,
  run_id TEXT NOT NULL,
  PRIMARY KEY (gate, run_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_slots_run ON run_slots (run_id);

-- Theoretical arrival times of throttles and rate limits. One that has passed says no more than a missing row.
CREATE TABLE paces (
  gate TEXT PRIMARY KEY,
  arrival_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX paces_arrival ON paces (arrival_at);

ALTER TABLE functions ADD COLUMN paused_at INTEGER;
CREATE INDEX functions_removed ON functions (app_id, slug, archived_at) WHERE archived_at IS NOT NULL;

CREATE TABLE singleton_locks (
  id TEXT PRIMARY KEY,
  run_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX singleton_locks_run ON singleton_locks (run_id);

CREATE TABLE debounce_windows (
  id TEXT PRIMARY KEY,
  function_id TEXT NOT NULL,
  bucket TEXT NOT NULL,
  key TEXT,
  event_seq INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  event_ts INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  fires_at INTEGER NOT NULL,
  invoked_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX debounce_windows_bucket ON debounce_windows (bucket, fires_at);
CREATE INDEX debounce_windows_event ON debounce_windows (event_seq);
CREATE INDEX debounce_windows_function ON debounce_windows (function_id);

CREATE TABLE batches (
  id TEXT PRIMARY KEY,
  function_id TEXT NOT NULL,
  bucket TEXT NOT NULL,
  key TEXT,
  count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  closes_at INTEGER NOT NULL,
  is_closed INTEGER NOT NULL CHECK (is_closed IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX batches_open ON batches (bucket, closes_at) WHERE is_closed = 0;
CREATE INDEX batches_function ON batches (function_id);
CREATE TABLE batch_events (
  batch_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  event_seq INTEGER NOT NULL,
  length INTEGER NOT NULL,
  invoked_by TEXT,
  PRIMARY KEY (batch_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_events_event ON batch_events (event_seq);

-- Runs that an event ended a wait of (step_id) or cancelled (no step).
CREATE TABLE event_matches (
  event_seq INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  step_id TEXT NOT NULL,
  PRIMARY KEY (event_seq, run_id, step_id)
) STRICT, WITHOUT ROWID;

-- Triggers that started nothing, and why.
CREATE TABLE drops (
  row INTEGER PRIMARY KEY,
  event_seq INTEGER NOT NULL,
  function_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX drops_event ON drops (event_seq);
CREATE INDEX drops_function ON drops (function_id);
`;

/** Adds flow control. */
export const flowControl: Migration = { id: 2, name: "flow-control", sql };
