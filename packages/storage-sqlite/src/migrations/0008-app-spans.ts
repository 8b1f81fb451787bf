// Spans that the code of apps exports.
import type { Migration } from "./migration.ts";

const sql = `
CREATE TABLE app_spans (
  row INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  id TEXT NOT NULL,
  parent_id TEXT,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('completed', 'failed')),
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  step_id TEXT,
  called_at INTEGER,
  detail TEXT NOT NULL,
  UNIQUE (run_id, id)
) STRICT;
`;

/** Adds what spans of apps are kept in. */
export const appSpans: Migration = { id: 8, name: "app-spans", sql };
