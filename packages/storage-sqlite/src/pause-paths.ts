// Which paths the open pauses of an event name use, kept in memory for the names that events come with: every event asks.
import type { Connection } from "./connection.ts";

const readSql = "SELECT path, since_seq FROM pause_paths WHERE event_name = +? ORDER BY path";
const addSql = `INSERT INTO pause_paths (event_name, path, count, since_seq) VALUES (?, ?, 1, ?)
ON CONFLICT (event_name, path) DO UPDATE SET count = count + 1`;
const dropSql = "UPDATE pause_paths SET count = count - 1 WHERE event_name = ? AND path = ? RETURNING count";
const forgetSql = "DELETE FROM pause_paths WHERE event_name = ? AND path = ?";

/** Names kept in memory; names are made by people and few, but anybody may send an event of any name. */
const namesMax = 10_000;

/** A path, and the seq of the pause that brought it in. */
export interface PausePath {
  readonly path: string;
  readonly since_seq: number;
}

/** The paths by event name. */
export interface PausePaths {
  /** In the order of their text; empty when no pause waits for events of this name. */
  of(eventName: string): readonly PausePath[];
  add(eventName: string, path: string, seq: number): void;
  remove(eventName: string, path: string): void;
  /** Forgets what a rolled back transaction changed. */
  forget(): void;
}

/** Prepares the paths; nothing is known until it is asked for. */
export function pausePaths(db: Connection): PausePaths {
  const read = db.prepare<[string], PausePath>(readSql);
  const add = db.prepare(addSql);
  const drop = db.prepare<[string, string], number>(dropSql).pluck();
  const forget = db.prepare(forgetSql);
  const known = new Map<string, readonly PausePath[]>();
  return {
    of(eventName) {
      const cached = known.get(eventName);
      if (cached !== undefined) return cached;
      const paths = read.all(eventName);
      if (known.size === namesMax) known.clear();
      known.set(eventName, paths);
      return paths;
    },
    add(eventName, path, seq) {
      add.run(eventName, path, seq);
      if (known.get(eventName)?.some((one) => one.path === path) !== true) known.delete(eventName);
    },
    remove(eventName, path) {
      if (drop.get(eventName, path) !== 0) return;
      forget.run(eventName, path);
      known.delete(eventName);
    },
    forget() {
      known.clear();
    },
  };
}
