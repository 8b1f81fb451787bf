// The environment that an app says it is of.
import type { Migration } from "./migration.ts";

const sql = "ALTER TABLE apps ADD COLUMN env TEXT;";

/** Adds what an app calls its environment. */
export const appEnv: Migration = { id: 7, name: "app-env", sql };
