// Bulk cancellations, and apps that are paused as a whole.
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

ALTER TABLE apps ADD COLUMN paused_at INTEGER;
`;

/** Adds what bulk cancellations and paused apps need. */
export const cancellations: Migration = { id: 4, name: "cancellations", sql };
