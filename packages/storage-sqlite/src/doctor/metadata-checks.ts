// Checks of the metadata of runs.
import type { Check } from "./check.ts";

const remove = (where: string): string =>
  `Stop the server, copy the folder aside and remove the rows: \`delete from run_metadata where ${where}\`. Please report it.`;

// A text that is no JSON at all must not end the query.
const unreadable = `CASE WHEN json_valid("values") THEN json_type("values") ELSE '' END <> 'object'
OR CASE WHEN json_valid(target) THEN json_type(target) || ifnull(json_array_length(target), 0) ELSE '' END <> 'array3'`;

/** The checks. */
export const metadataChecks: readonly Check[] = [
  {
    code: "METADATA_WITHOUT_RUN",
    says: "runs with metadata that are not there",
    advice: `Nothing shows these rows, and nothing removes them. ${remove("run_id not in (select id from runs)")}`,
    since: 6,
    sql: `SELECT run_id FROM (SELECT DISTINCT run_id FROM run_metadata) WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = run_id)`,
  },
  {
    code: "METADATA_UNREADABLE",
    says: "rows of metadata that cannot be read: neither they nor the rest of their run's metadata can be shown",
    advice: remove("run_id = 'ID' and kind = 'KIND'"),
    since: 6,
    sql: `SELECT run_id || ' ' || kind FROM run_metadata WHERE ${unreadable}`,
  },
];
