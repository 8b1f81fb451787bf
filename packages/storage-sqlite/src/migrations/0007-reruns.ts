// Which runs were started again from a run.
import type { Migration } from "./migration.ts";

// Few runs are: the others are not in the index, and cost it nothing.
const sql = `
CREATE INDEX runs_original ON runs (original_run_id, id) WHERE original_run_id IS NOT NULL;
`;

/** Adds the index that leads from a run to those that were started again from it. */
export const reruns: Migration = { id: 7, name: "reruns", sql };
