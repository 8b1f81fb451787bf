// Statements whose text depends on a filter.
import type Database from "better-sqlite3";
import type { Connection } from "./connection.ts";

/** Prepares each text once. A filter has a few dozen shapes, and values are never part of the text. */
export function statementsByText<Row>(db: Connection): (sql: string) => Database.Statement<unknown[], Row> {
  const statements = new Map<string, Database.Statement<unknown[], Row>>();
  return (sql) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = db.prepare<unknown[], Row>(sql);
    statements.set(sql, made);
    return made;
  };
}
