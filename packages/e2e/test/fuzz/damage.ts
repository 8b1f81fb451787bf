// One queue item that cannot be read, so that a server has something that was set aside.
import { join } from "node:path";
import Database from "better-sqlite3";

/** The item and its run. */
export interface Damaged {
  readonly itemId: string;
  readonly runId: string;
}

/** Damages the end of a sleep in the data of a server that is not running. */
export function damageItem(dataDir: string): Damaged {
  const db = new Database(join(dataDir, "main.db"));
  try {
    const found = db
      .prepare<[], Damaged>(
        "SELECT id AS itemId, run_id AS runId FROM queue_items WHERE kind = 'wake' ORDER BY id LIMIT 1",
      )
      .get();
    if (found === undefined) throw new Error("nothing sleeps");
    db.prepare("UPDATE queue_items SET work = '{', at = 0 WHERE id = ?").run(found.itemId);
    return found;
  } finally {
    db.close();
  }
}
