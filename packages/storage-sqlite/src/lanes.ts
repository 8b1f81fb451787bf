// When each lane has work next, kept in memory so that a commit need not ask for every item.
import type { Lane } from "@stepwright/engine";
import type { Connection } from "./connection.ts";
import type { Lines } from "./lines.ts";

// A ready item was due when it came in, whatever its score.
const readyAtSql =
  "SELECT at FROM queue_items WHERE lane = +? AND place = 1 AND lease_epoch IS NULL ORDER BY score LIMIT 1";
const timedAtSql =
  "SELECT at FROM queue_items WHERE lane = +? AND place = 0 AND lease_epoch IS NULL ORDER BY at LIMIT 1";

/** The times at which lanes have work. */
export interface Lanes {
  /** When something of the lane may be leased, but for gates that only others can open; null when nothing may. */
  nextAt(lane: Lane): number | null;
  /** When the lane's first item that goes by its time is due; null when it has none. */
  timedAt(lane: Lane): number | null;
  /** An item that is leased by its time or ready has come in. */
  added(lane: Lane, at: number): void;
  /** Such an item has gone: it may have been the first. */
  removed(lane: Lane, at: number): void;
  /** A line of the lane has changed. */
  changed(lane: Lane): void;
  /** Forgets everything: a transaction was rolled back. */
  forget(): void;
}

/** Prepares the lanes; nothing is known until it is asked for. */
export function openLanes(db: Connection, lines: Lines): Lanes {
  const readyAt = db.prepare<[string], number>(readyAtSql).pluck();
  const timedAt = db.prepare<[string], number>(timedAtSql).pluck();
  // Absent means unknown. One entry per function.
  const known = new Map<Lane, number | null>();
  const look = (lane: Lane): number | null => {
    const times = [readyAt.get(lane), timedAt.get(lane), lines.nextAt(lane)].filter((at) => at != null);
    return times.length === 0 ? null : Math.min(...times);
  };
  return {
    nextAt(lane) {
      const cached = known.get(lane);
      if (cached !== undefined) return cached;
      const at = look(lane);
      known.set(lane, at);
      return at;
    },
    timedAt: (lane) => timedAt.get(lane) ?? null,
    added(lane, at) {
      const before = known.get(lane);
      if (before === null || (before !== undefined && at < before)) known.set(lane, at);
    },
    removed(lane, at) {
      const before = known.get(lane);
      if (before !== undefined && before !== null && at <= before) known.delete(lane);
    },
    changed(lane) {
      known.delete(lane);
    },
    forget() {
      known.clear();
    },
  };
}
