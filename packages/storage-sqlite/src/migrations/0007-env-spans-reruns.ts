// The environment that an app says it is of, spans that the code of apps exports, and which runs were started again from a run.
import type { Migration } from "./migration.ts";

const sql = `
ALTER TABLE apps ADD COLUMN env TEXT;

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

-- Few runs are: the others are not in the index, and cost it nothing.
CREATE INDEX runs_original ON runs (original_run_id, id) WHERE original_run_id IS NOT NULL;
`;

/** Adds what apps call their environment, what their spans are kept in, and the index that leads to reruns. */
export const envSpansReruns: Migration = { id: 7, name: "env-spans-reruns", sql };
