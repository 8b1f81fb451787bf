// Small numbers kept in memory and written with the commit that changes them, so that
// reading them never counts rows.
import type { Connection } from "./connection.ts";

/** Named numbers; absent ones are 0. */
export interface Counters {
  get(name: string): number;
  add(name: string, change: number): void;
  /** Writes what has changed, inside the commit's transaction. */
  flush(): void;
  /** Forgets what a rolled back transaction changed. */
  reload(): void;
  /** Remembers all numbers; the returned function goes back to them. */
  mark(): () => void;
}

/** Reads all counters. */
export function openCounters(db: Connection): Counters {
  const readAll = db.prepare<[], { name: string; value: number }>("SELECT name, value FROM counters");
  const write = db.prepare<[string, number]>(
    "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  );
  const values = new Map<string, number>();
  const changed = new Set<string>();
  const counters: Counters = {
    get: (name) => values.get(name) ?? 0,
    add(name, change) {
      values.set(name, counters.get(name) + change);
      changed.add(name);
    },
    flush() {
      for (const name of changed) write.run(name, counters.get(name));
      changed.clear();
    },
    reload() {
      values.clear();
      changed.clear();
      for (const row of readAll.all()) values.set(row.name, row.value);
    },
    mark() {
      const marked = new Map(values);
      return () => {
        for (const name of values.keys()) values.set(name, marked.get(name) ?? 0);
      };
    },
  };
  counters.reload();
  return counters;
}
