// Databases of each schema as text: what a server of that time has left behind, with runs in every state.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";

/** Stands in the text for the port of the app. */
const portWord = "APP_PORT";

/** Where the text of a schema is. */
export function fixturePath(schema: number): string {
  return join(import.meta.dirname, "fixtures", `schema-${schema}.sql`);
}

/** Writes a database as SQL that makes it again. */
export function dumpDatabase(file: string, appPort: number): string {
  const db = new Database(file, { readonly: true });
  const schema = db
    .prepare<[], { name: string; type: string; sql: string }>(
      "SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type = 'index', name",
    )
    .all();
  const rows = schema
    .filter(({ type }) => type === "table")
    .flatMap(({ name }) => {
      const all = db.prepare<[], Record<string, string | number | null>>(`SELECT * FROM ${name}`).all();
      return all.map(
        (row) =>
          `INSERT INTO ${name} (${Object.keys(row).join(", ")}) VALUES (${Object.values(row).map(literal).join(", ")});`,
      );
    });
  db.close();
  const text = [...schema.map(({ sql }) => `${sql};`), ...rows].join("\n");
  return `${text.replaceAll(`localhost:${appPort}/`, `localhost:${portWord}/`)}\n`;
}

/** Makes the database of a schema; its app is on this port. */
export function loadFixture(o: { readonly schema: number; readonly file: string; readonly appPort: number }): void {
  const db = new Database(o.file);
  db.pragma("journal_mode = WAL");
  const text = readFileSync(fixturePath(o.schema), "utf8").replaceAll(portWord, String(o.appPort));
  db.transaction(() => db.exec(text)).immediate();
  db.close();
}

function literal(value: string | number | null): string {
  if (value === null) return "NULL";
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
