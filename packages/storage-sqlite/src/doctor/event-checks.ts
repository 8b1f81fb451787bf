// Checks of events, and of what only an order of numbers holds together.
import { type Check, reportIt } from "./check.ts";

/** The checks. */
export const eventChecks: readonly Check[] = [
  {
    code: "END_NOT_REPORTED",
    says: "ended runs that do not have exactly one inngest/function.finished event",
    advice:
      "Functions that are started by this event, and steps that wait for it, may have missed it or seen it twice. Please report it.",
    // The index that finds the events of a run came with this schema.
    since: 3,
    sql: `SELECT runs.id FROM runs WHERE status IN ('completed', 'failed', 'cancelled')
AND trigger_name NOT IN ('inngest/function.failed', 'inngest/function.finished')
AND (SELECT count(*) FROM events INDEXED BY events_lifecycle WHERE lifecycle_of = runs.id AND name = 'inngest/function.finished') <> 1`,
  },
  {
    code: "END_OF_NO_RUN",
    says: "events that report the end of a run that is not there",
    advice: "Their payload cannot be shown. Please report it.",
    since: 1,
    sql: `SELECT seq FROM events WHERE lifecycle_of IS NOT NULL AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = lifecycle_of)`,
  },
  {
    code: "EVENT_MISSING",
    says: "events that rows name and that are not there",
    advice: reportIt,
    since: 2,
    sql: ["debounce_windows", "batch_events", "drops", "event_matches"]
      .map(
        (table) => `SELECT '${table} of ' || event_seq FROM (SELECT DISTINCT event_seq FROM ${table})
WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.seq = event_seq)`,
      )
      .join(" UNION ALL "),
  },
  {
    code: "SEQUENCE_SHARED",
    says: "numbers that both an event and a pause have: which came first cannot be told",
    advice: reportIt,
    since: 1,
    sql: "SELECT events.seq FROM pauses CROSS JOIN events ON events.seq = pauses.seq",
  },
  {
    code: "LEASE_UNKNOWN",
    says: "queue items leased by a boot that never was",
    advice: "Start the server again: it gives back what earlier boots had leased.",
    since: 1,
    sql: `SELECT id FROM queue_items WHERE lease_epoch IS NOT NULL AND NOT EXISTS (SELECT 1 FROM boots WHERE boots.epoch = lease_epoch)`,
  },
  {
    code: "SET_ASIDE",
    says: "queue items that could not be processed and were set aside",
    advice:
      "Read the reason (`stepwright queue list --set-aside` while its server runs, `select id, reason from set_aside_items` in the file), then have it tried again (`stepwright queue retry ID`). A run that was left stranded by it goes on at the next start of the server.",
    since: 1,
    sql: "SELECT id || ' (' || kind || ')' FROM set_aside_items ORDER BY at DESC",
  },
];
