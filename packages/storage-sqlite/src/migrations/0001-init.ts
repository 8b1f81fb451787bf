// The first schema. Released migrations are never edited: a change is a new file.
import type { Migration } from "./migration.ts";

// Tables with large rows are ordinary rowid tables: without a rowid a row of a few hundred bytes
// would sit in every inner page of its tree and make it seven levels deep at a million runs, not three.
// Foreign keys are left out: every writer is in this package, and each check costs a lookup per row.
const sql = `
CREATE TABLE boots (
  epoch INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL
) STRICT;

-- Small numbers that must survive: the registry's version, runs by status.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE apps (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  sdk TEXT,
  framework TEXT,
  app_version TEXT,
  checksum TEXT,
  status TEXT NOT NULL CHECK (status IN ('synced', 'failed', 'pending')),
  problem TEXT,
  created_at INTEGER NOT NULL,
  synced_at INTEGER,
  tried_at INTEGER,
  removed_at INTEGER
) STRICT;

CREATE TABLE functions (
  id TEXT PRIMARY KEY,
  app_id TEXT NOT NULL,
  slug TEXT NOT NULL,
  version INTEGER NOT NULL,
  config TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER
) STRICT;

CREATE TABLE function_versions (
  function_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  config TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (function_id, version)
) STRICT;

CREATE TABLE cron_schedules (
  function_id TEXT NOT NULL,
  cron TEXT NOT NULL,
  next_at INTEGER,
  last_tick_at INTEGER,
  PRIMARY KEY (function_id, cron)
) STRICT, WITHOUT ROWID;

-- seq comes from the one sequence that events and pauses share.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  internal_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  is_internal INTEGER NOT NULL CHECK (is_internal IN (0, 1)),
  data TEXT,
  user TEXT NOT NULL,
  ts INTEGER NOT NULL,
  v TEXT,
  meta TEXT,
  received_at INTEGER NOT NULL,
  lifecycle_of TEXT
) STRICT;
CREATE INDEX events_internal_id ON events (internal_id);
CREATE INDEX events_name ON events (name);
-- Lists leave out our own events, which may be nearly all of them.
CREATE INDEX events_public ON events (is_internal) WHERE is_internal = 0;

CREATE TABLE runs (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  function_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  function_slug TEXT NOT NULL,
  function_version INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'skipped')),
  trigger_name TEXT NOT NULL,
  trigger_event_id TEXT NOT NULL,
  cron TEXT,
  batch_id TEXT,
  original_run_id TEXT,
  invoked_by_run_id TEXT,
  invoked_by_step_id TEXT,
  queued_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  output TEXT,
  error TEXT,
  version INTEGER NOT NULL,
  progress TEXT NOT NULL
) STRICT;
-- A list without statuses merges the ranges of all six: four indexes answer every pair of filter and status.
CREATE INDEX runs_status ON runs (status, id);
CREATE INDEX runs_function ON runs (function_id, status, id);
CREATE INDEX runs_app ON runs (app_id, status, id);
CREATE INDEX runs_trigger ON runs (trigger_name, status, id);

CREATE TABLE run_events (
  run_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  event_seq INTEGER NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_events_event ON run_events (event_seq, run_id);

-- Idempotency keys: which run was made for a key, and until when that counts (null: for good).
CREATE TABLE run_keys (
  key TEXT PRIMARY KEY,
  run_id TEXT NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
  row INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  id TEXT NOT NULL,
  position INTEGER NOT NULL,
  op TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('completed', 'failed', 'timedOut')),
  memo TEXT NOT NULL,
  input TEXT,
  finished_at INTEGER NOT NULL,
  UNIQUE (run_id, id)
) STRICT;

CREATE TABLE spans (
  row INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('step', 'sleep', 'wait', 'invoke', 'signal', 'gateway', 'function')),
  step_id TEXT,
  name TEXT NOT NULL,
  op TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('waiting', 'completed', 'failed', 'timedOut', 'cancelled')),
  queued_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  error TEXT,
  detail TEXT NOT NULL,
  UNIQUE (run_id, id)
) STRICT;
CREATE INDEX spans_open ON spans (run_id) WHERE ended_at IS NULL;

-- generation counts dispatches; lease_epoch is the boot that holds the item, null when nobody does.
CREATE TABLE queue_items (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  lane TEXT NOT NULL,
  at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  kind TEXT NOT NULL,
  run_id TEXT,
  step_id TEXT,
  work TEXT NOT NULL,
  lease_epoch INTEGER,
  generation INTEGER NOT NULL
) STRICT;
-- Ends in the rowid, so items due at the same time are leased in the order they came.
CREATE INDEX queue_items_due ON queue_items (lane, at) WHERE lease_epoch IS NULL;
-- Finds an earlier boot's leases at start without reading a million sleeping items.
CREATE INDEX queue_items_leased ON queue_items (lease_epoch) WHERE lease_epoch IS NOT NULL;
CREATE INDEX queue_items_run ON queue_items (run_id) WHERE run_id IS NOT NULL;

CREATE TABLE set_aside_items (
  id TEXT PRIMARY KEY,
  lane TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  kind TEXT NOT NULL,
  run_id TEXT,
  work TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX set_aside_items_at ON set_aside_items (at);

CREATE TABLE pauses (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('event', 'signal', 'invoke', 'cancel')),
  run_id TEXT NOT NULL,
  step_id TEXT,
  event_name TEXT,
  signal TEXT,
  expression TEXT,
  terms TEXT NOT NULL,
  is_slow INTEGER NOT NULL CHECK (is_slow IN (0, 1)),
  expires_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pauses_run ON pauses (run_id);
CREATE UNIQUE INDEX pauses_signal ON pauses (signal) WHERE signal IS NOT NULL;

-- One row per equality term. A pause without terms has one row under the types 'any' or 'slow'.
CREATE TABLE pause_terms (
  event_name TEXT NOT NULL,
  path TEXT NOT NULL,
  value_type TEXT NOT NULL,
  value TEXT NOT NULL,
  seq INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (event_name, path, value_type, value, seq)
) STRICT, WITHOUT ROWID;

-- How many open pauses of an event name use a path, and the seq of the one that brought it in:
-- the paths to probe are read without touching the pauses.
CREATE TABLE pause_paths (
  event_name TEXT NOT NULL,
  path TEXT NOT NULL,
  count INTEGER NOT NULL,
  since_seq INTEGER NOT NULL,
  PRIMARY KEY (event_name, path)
) STRICT, WITHOUT ROWID;
`;

/** Makes all tables. */
export const init: Migration = { id: 1, name: "init", sql };
