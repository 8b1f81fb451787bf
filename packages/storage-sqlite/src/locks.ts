// Locks of singletons: which run has one, until it ends.
import { asRunId, type RunId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";

const holderSql = "SELECT run_id FROM singleton_locks WHERE id = ?";
const takeSql =
  "INSERT INTO singleton_locks (id, run_id) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET run_id = excluded.run_id";
const releaseSql = "DELETE FROM singleton_locks WHERE run_id = ?";

/** Writes locks. */
export interface LockWrites {
  holder(id: string): RunId | null;
  /** Gives the lock to the run, whoever has it. */
  take(id: string, runId: RunId): void;
  /** Frees what the run still has. */
  release(runId: RunId): void;
}

/** Prepares the writes of locks. */
export function lockWrites(db: Connection): LockWrites {
  const holder = db.prepare<[string], string>(holderSql).pluck();
  const take = db.prepare(takeSql);
  const release = db.prepare(releaseSql);
  return {
    holder(id) {
      const runId = holder.get(id);
      return runId === undefined ? null : asRunId(runId);
    },
    take(id, runId) {
      take.run(id, runId);
    },
    release(runId) {
      release.run(runId);
    },
  };
}
