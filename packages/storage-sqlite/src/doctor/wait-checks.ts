// Checks of pauses, their index, and the chains of crons.
import { type Check, reportIt } from "./check.ts";

const missedAdvice =
  "An event may pass by the run that waits for it. Cancel the run and run it again, and please report it.";

/** The checks. */
export const waitChecks: readonly Check[] = [
  {
    code: "PAUSE_UNINDEXED",
    says: "pauses that no event will find",
    advice: missedAdvice,
    since: 1,
    sql: `SELECT pauses.id FROM pauses WHERE event_name IS NOT NULL AND pauses.seq NOT IN (SELECT seq FROM pause_terms)`,
  },
  {
    code: "PAUSE_TERMS_LEFT",
    says: "index entries of pauses that are not there",
    advice: reportIt,
    since: 1,
    sql: `SELECT event_name || ' ' || path || ' ' || seq FROM pause_terms WHERE NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.seq = pause_terms.seq)`,
  },
  {
    code: "PAUSE_PATHS_WRONG",
    says: "paths of expressions that are not counted as often as pauses use them",
    advice: missedAdvice,
    since: 1,
    sql: `WITH used AS (SELECT event_name, path, count(DISTINCT seq) AS count FROM pause_terms GROUP BY event_name, path)
SELECT used.event_name || ' "' || used.path || '"' FROM used LEFT JOIN pause_paths USING (event_name, path)
WHERE ifnull(pause_paths.count, 0) <> used.count
UNION ALL SELECT pause_paths.event_name || ' "' || pause_paths.path || '"' FROM pause_paths
WHERE NOT EXISTS (SELECT 1 FROM pause_terms WHERE pause_terms.event_name = pause_paths.event_name AND pause_terms.path = pause_paths.path)`,
  },
  {
    code: "CRON_STOPPED",
    says: "crons whose next tick has no queue item: they will not fire",
    advice: "Sync the app after removing and adding the trigger, or restore a backup. Please report it.",
    since: 1,
    sql: `SELECT cron || ' of ' || function_id FROM cron_schedules WHERE next_at IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM queue_items WHERE queue_items.id = 'cron:' || function_id || ':' || cron)`,
  },
  {
    code: "FUNCTION_WITHOUT_APP",
    says: "functions of apps that are not there",
    advice: "Sync the app again.",
    since: 1,
    sql: `SELECT slug FROM functions WHERE archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM apps WHERE apps.id = functions.app_id)`,
  },
];
