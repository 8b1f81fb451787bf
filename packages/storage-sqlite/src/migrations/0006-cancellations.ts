// Bulk cancellations, metadata of runs, and apps that are paused as a whole.
import type { Migration } from "./migration.ts";

const sql = `
CREATE TABLE cancellations (
  id TEXT PRIMARY KEY,
  function_id TEXT NOT NULL,
  started_after INTEGER,
  started_before INTEGER NOT NULL,
  condition TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  cancelled INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run_metadata (
  run_id TEXT NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  "values" TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, target, kind)
) STRICT, WITHOUT ROWID;

ALTER TABLE apps ADD COLUMN paused_at INTEGER;
`;

/** Adds what bulk cancellations, metadata and paused apps need. */
export const cancellations: Migration = { id: 6, name: "cancellations", sql };
