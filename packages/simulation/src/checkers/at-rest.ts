// Nothing is left of what is over: no lease, pause, timer, slot, line, lock or window, and nobody sleeps.
import type { View } from "../view.ts";
import type { Checker } from "../witness.ts";
import { isExplainedByDamage } from "./damage.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

// Paces stay: they say when the next start is allowed, and one that has passed says nothing.
const tables = [
  "queue_items",
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
export function nothingIsLeft(surroundings: CheckSurroundings, report: Report): Checker {
  const { view, clock, records, memory } = surroundings;
  /** Runs that were ended so before the process began. */
  let endedBefore = 0;
  return {
    name: "nothing is left",
    swept({ runs }) {
      for (const { error } of runs) if (error?.includes('"kind":"singleton"') === true) endedBefore -= 1;
    },
    booted() {
      endedBefore = cancelledBySingletons(view());
    },
    rested() {
      for (const table of tables) {
        const rows = view().all<Record<string, unknown>>(`SELECT * FROM ${table} LIMIT 3`);
        if (rows.length > 0) report(`${table} still holds ${JSON.stringify(rows)}`);
      }
      // What was set aside stays to be looked at.
      const unexplained = view()
        .all<{ id: string; reason: string }>("SELECT id, reason FROM set_aside_items")
        .find(({ id }) => !isExplainedByDamage(surroundings, id));
      if (unexplained !== undefined) report(`${unexplained.id} was set aside: ${unexplained.reason}`);
      const open = view().get<{ run_id: string; id: string }>(
        "SELECT run_id, spans.id FROM spans JOIN runs ON runs.id = run_id WHERE spans.ended_at IS NULL AND runs.status IN ('queued', 'running')",
      );
      if (open !== undefined) report(`span ${open.id} of run ${open.run_id} is open`);
      const unended = view().get<{ id: string }>("SELECT id FROM cancellations WHERE ended_at IS NULL");
      if (unended !== undefined && records.damagedRuns.size === 0) report(`cancellation ${unended.id} has not ended`);
      for (const [what, size] of Object.entries(memory() ?? {})) {
        // A singleton's next run ends the one before without its mailbox; the cache forgets that one in time.
        const max = what === "cachedRuns" ? cancelledBySingletons(view()) - endedBefore : 0;
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
