// Cron schedules: where each chain of ticks stands.
import type { CronSchedule } from "@stepwright/engine";
import { asFunctionId, type FunctionId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import { timeOrNull } from "./time-or-null.ts";

const putSql = `INSERT INTO cron_schedules (function_id, cron, next_at, last_tick_at) VALUES (?, ?, ?, ?)
ON CONFLICT (function_id, cron) DO UPDATE SET next_at = excluded.next_at, last_tick_at = excluded.last_tick_at`;
const removeSql = "DELETE FROM cron_schedules WHERE function_id = ? AND cron = ?";
const allSql = "SELECT * FROM cron_schedules ORDER BY function_id, cron";

interface CronRow {
  readonly function_id: string;
  readonly cron: string;
  readonly next_at: number | null;
  readonly last_tick_at: number | null;
}

/** Writes cron schedules. */
export interface CronWrites {
  put(schedule: CronSchedule): void;
  remove(functionId: FunctionId, cron: string): void;
}

/** Prepares the writes of cron schedules. */
export function cronWrites(db: Connection): CronWrites {
  const put = db.prepare(putSql);
  const remove = db.prepare(removeSql);
  return {
    put(schedule) {
      put.run(schedule.functionId, schedule.cron, schedule.nextAt, schedule.lastTickAt);
    },
    remove(functionId, cron) {
      remove.run(functionId, cron);
    },
  };
}

/** Prepares the read of all cron schedules. */
export function cronReads(db: Connection): () => readonly CronSchedule[] {
  const all = db.prepare<[], CronRow>(allSql);
  return () =>
    all.all().map((row) => ({
      functionId: asFunctionId(row.function_id),
      cron: row.cron,
      nextAt: timeOrNull(row.next_at),
      lastTickAt: timeOrNull(row.last_tick_at),
    }));
}
