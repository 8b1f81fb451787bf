// Brings a database to the newest schema when it is opened.
import type { Millis } from "@stepwright/protocol";
import type { Connection } from "../connection.ts";
import { init } from "./0001-init.ts";
import { flowControl } from "./0002-flow-control.ts";
import { retention } from "./0003-retention.ts";
import { search } from "./0004-search.ts";
import { runTimes } from "./0005-run-times.ts";
import { cancellations } from "./0006-cancellations.ts";
import { envSpansReruns } from "./0007-env-spans-reruns.ts";
import type { Migration } from "./migration.ts";

/** Every migration, oldest first. */
export const migrations: readonly Migration[] = [
  init,
  flowControl,
  retention,
  search,
  runTimes,
  cancellations,
  envSpansReruns,
];

/** How a migration went. */
export type MigrateOutcome =
  | { readonly kind: "migrated"; readonly applied: readonly number[] }
  /** The database has been opened by a newer version; nothing was changed. */
  | { readonly kind: "newer"; readonly migration: number };

/** Applies what is missing, in one transaction. */
export function migrate(db: Connection, now: Millis): MigrateOutcome {
  return db
    .transaction((): MigrateOutcome => {
      db.exec(
        "CREATE TABLE IF NOT EXISTS schema_migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
      );
      const last = db.prepare<[], number>("SELECT coalesce(max(id), 0) FROM schema_migrations").pluck().get() ?? 0;
      if (migrations.every((migration) => migration.id < last)) return { kind: "newer", migration: last };
      const remember = db.prepare<[number, string, number]>("INSERT INTO schema_migrations VALUES (?, ?, ?)");
      const missing = migrations.filter((migration) => migration.id > last);
      for (const migration of missing) {
        db.exec(migration.sql);
        remember.run(migration.id, migration.name, now);
      }
      return { kind: "migrated", applied: missing.map((migration) => migration.id) };
    })
    .immediate();
}
