// Retention: finds what has to go, or to stay, together with a run.
import type { Migration } from "./migration.ts";

// What is old is found by the indexes that are there: ids of runs and sequence numbers follow the time. An index on
// `ended_at` would cost every run, to save the sweep of an hour a second of work. These two cost a run of three steps 2 of 77 µs.
const sql = `
-- The events that report the end of a run go with it.
CREATE INDEX events_lifecycle ON events (lifecycle_of) WHERE lifecycle_of IS NOT NULL;
-- A run stays while one that it invoked has not ended.
CREATE INDEX runs_invoked_by ON runs (invoked_by_run_id) WHERE invoked_by_run_id IS NOT NULL;
`;

/** Adds what retention needs. */
export const retention: Migration = { id: 3, name: "retention", sql };
