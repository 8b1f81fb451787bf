// Nothing is left of what is over: no lease, pause, timer, slot, line, lock or window, and nobody sleeps.
import type { View } from "../view.ts";
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

// Paces stay: they say when the next start is allowed, and one that has passed says nothing.
const tables = [
  "queue_items",
  "set_aside_items",
  "pauses",
  "pause_terms",
  "pause_paths",
  "flow_lines",
  "gate_timers",
  "run_slots",
  "singleton_locks",
  "debounce_windows",
  "batches",
  "batch_events",
  "cron_schedules",
] as const;

/** Makes the checker. */
export function nothingIsLeft({ view, clock, records, memory }: CheckSurroundings, report: Report): Checker {
  return {
    name: "nothing is left",
    rested() {
      for (const table of tables) {
        // What was set aside stays to be looked at.
        if (table === "set_aside_items" && records.isDamaged) continue;
        const rows = view().all<Record<string, unknown>>(`SELECT * FROM ${table} LIMIT 3`);
        if (rows.length > 0) report(`${table} still holds ${JSON.stringify(rows)}`);
      }
      const open = view().get<{ run_id: string; id: string }>(
        "SELECT run_id, spans.id FROM spans JOIN runs ON runs.id = run_id WHERE spans.ended_at IS NULL AND runs.status IN ('queued', 'running')",
      );
      if (open !== undefined) report(`span ${open.id} of run ${open.run_id} is open`);
      const unended = view().get<{ id: string }>("SELECT id FROM cancellations WHERE ended_at IS NULL");
      if (unended !== undefined && !records.isDamaged) report(`cancellation ${unended.id} has not ended`);
      for (const [what, size] of Object.entries(memory() ?? {})) {
        // A singleton's next run ends the one before without its mailbox; the cache forgets that one in time.
        const max = what === "cachedRuns" ? cancelledBySingletons(view()) : 0;
        if (size > max) report(`the process still remembers ${size} ${what}`);
      }
      if (clock.sleepers > 0) report(`${clock.sleepers} timers are still set`);
    },
  };
}

function cancelledBySingletons(view: View): number {
  const sql =
    "SELECT count(*) AS count FROM runs WHERE status = 'cancelled' AND json_extract(error, '$.reason.kind') = 'singleton'";
  return view.get<{ count: number }>(sql)?.count ?? 0;
}
