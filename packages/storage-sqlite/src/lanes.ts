// When each lane has work next, kept in memory so that a commit need not ask for every item.
import type { Lane } from "@stepwright/engine";
import type { Connection } from "./connection.ts";

const nextAtSql = "SELECT at FROM queue_items WHERE lane = +? AND lease_epoch IS NULL ORDER BY at LIMIT 1";

/** The times of the first unleased items. */
export interface Lanes {
  /** When the lane's first unleased item is due; null when it has none. */
  nextAt(lane: Lane): number | null;
  /** An unleased item has come in. */
  added(lane: Lane, at: number): void;
  /** An unleased item has gone: it may have been the first. */
  removed(lane: Lane, at: number): void;
  /** Forgets everything: a transaction was rolled back. */
  forget(): void;
}

/** Prepares the lanes; nothing is known until it is asked for. */
export function openLanes(db: Connection): Lanes {
  const first = db.prepare<[string], number>(nextAtSql).pluck();
  // Absent means unknown. One entry per app.
  const known = new Map<Lane, number | null>();
  return {
    nextAt(lane) {
      const cached = known.get(lane);
      if (cached !== undefined) return cached;
      const at = first.get(lane) ?? null;
      known.set(lane, at);
      return at;
    },
    added(lane, at) {
      const before = known.get(lane);
      if (before === null || (before !== undefined && at < before)) known.set(lane, at);
    },
    removed(lane, at) {
      const before = known.get(lane);
      if (before !== undefined && before !== null && at <= before) known.delete(lane);
    },
    forget() {
      known.clear();
    },
  };
}
