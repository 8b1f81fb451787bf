// Retention: removes runs, events and keys that are over, in commits of a bounded size.
import type { SweepRequest, SweepResult } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import type { Counters } from "./counters.ts";
import { eventSweep } from "./sweep-events.ts";
import { keySweep } from "./sweep-keys.ts";
import type { SweepPiece } from "./sweep-piece.ts";
import { runSweep } from "./sweep-runs.ts";

/**
 * Prepares the sweeps on the writing connection.
 *
 * A piece of weight 100 takes 0.7 ms of the event loop at the median, 2 at the 99th percentile and 3 at the 999th, in a database
 * of 200,000 runs of three steps; with `full` the wait for the disk comes on top, as with every commit. Taking the rows out of the
 * search index as well takes 18 µs per run and 10 per event, which were 42 and 9.
 */
export function sweeper(db: Connection, counters: Counters): (request: SweepRequest) => SweepResult {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const end = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  const events = eventSweep(db);
  const runs = runSweep(db, { counters, events });
  const keys = keySweep(db);
  const sweep = (piece: SweepPiece, { expired, cursor }: SweepRequest): string | null => {
    switch (expired.kind) {
      case "runs":
        return runs(piece, expired, cursor);
      case "events":
        return events.sweep(piece, expired, cursor);
      case "keys":
        return keys(piece, expired, cursor);
    }
  };
  return (request) => {
    const removed = { runs: 0, steps: 0, spans: 0, events: 0, keys: 0 };
    try {
      begin.run();
      const cursor = sweep({ removed, weightMax: request.weightMax, weight: 0 }, request);
      counters.flush();
      end.run();
      return { removed, cursor };
    } catch (error) {
      // A full disk makes SQLite roll back by itself.
      if (db.inTransaction) rollback.run();
      counters.reload();
      throw error;
    }
  };
}
