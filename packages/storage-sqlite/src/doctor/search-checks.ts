// Checks of the index of words: it has a row for what is stored, as far as it has come, and for nothing else.
import type { Check } from "./check.ts";

const advice =
  "Only searches are wrong: something is not found, or is looked for in vain. Please report it, with the version.";

/** The checks. */
export const searchChecks: readonly Check[] = [
  {
    code: "SEARCH_ROW_LEFT",
    says: "rows of the index whose run or event is gone",
    advice,
    since: 4,
    sql: `SELECT 'run row ' || id FROM run_texts_docsize WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.row = run_texts_docsize.id)
UNION ALL SELECT 'event ' || id FROM event_texts_docsize WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.seq = event_texts_docsize.id)
UNION ALL SELECT 'open run row ' || row FROM search_open_runs
WHERE NOT EXISTS (SELECT 1 FROM run_texts_docsize AS texts WHERE texts.id = search_open_runs.row)`,
  },
  {
    code: "SEARCH_ROW_MISSING",
    says: "runs and events that the index has come past without taking them",
    advice,
    since: 4,
    sql: `SELECT runs.id FROM search_progress CROSS JOIN runs ON runs.row BETWEEN low AND high
WHERE kind = 'runs' AND NOT EXISTS (SELECT 1 FROM run_texts_docsize AS texts WHERE texts.id = runs.row)
UNION ALL SELECT 'event ' || events.seq FROM search_progress CROSS JOIN events ON events.seq BETWEEN low AND high
WHERE kind = 'events' AND lifecycle_of IS NULL AND NOT EXISTS (SELECT 1 FROM event_texts_docsize AS texts WHERE texts.id = events.seq)`,
  },
  {
    code: "SEARCH_AHEAD",
    says: "kinds of rows of which the index claims to have more than there are",
    advice,
    since: 4,
    sql: `SELECT kind || ': up to ' || high FROM search_progress
WHERE high > CASE kind WHEN 'runs' THEN (SELECT coalesce(max(row), 0) FROM runs) ELSE (SELECT coalesce(max(seq), 0) FROM events) END
UNION ALL SELECT 'progress of ' || count(*) || ' kinds' FROM search_progress HAVING count(*) <> 2`,
  },
];
