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
  const isVirtual = (sql: string) => sql.startsWith("CREATE VIRTUAL");
  const virtual = schema.filter(({ sql }) => isVirtual(sql)).map(({ name }) => name);
  // A virtual table makes the tables it stands on by itself, and puts rows into them that are not the ones of the data.
  const isMade = (name: string) => virtual.some((owner) => name.startsWith(`${owner}_`));
  const rows = schema
    .filter(({ type, sql }) => type === "table" && !isVirtual(sql))
    .flatMap(({ name }) => {
      const all = db.prepare<[], Record<string, Value>>(`SELECT * FROM ${name}`).all();
      const inserts = all.map(
        (row) =>
          `INSERT INTO ${name} (${Object.keys(row).map(quoted).join(", ")}) VALUES (${Object.values(row).map(literal).join(", ")});`,
      );
      return isMade(name) ? [`DELETE FROM ${name};`, ...inserts] : inserts;
    });
  db.close();
  const text = [...schema.filter(({ name }) => !isMade(name)).map(({ sql }) => `${sql};`), ...rows].join("\n");
  return `${text.replaceAll(`localhost:${appPort}/`, `localhost:${portWord}/`)}\n`;
}

/** Makes the database of a schema; its app is on this port. */
export function loadFixture(o: { readonly schema: number; readonly file: string; readonly appPort: number }): void {
  const db = new Database(o.file);
  // Otherwise the tables of the search index cannot be filled by hand.
  db.unsafeMode();
  db.pragma("journal_mode = WAL");
  const text = readFileSync(fixturePath(o.schema), "utf8").replaceAll(portWord, String(o.appPort));
  db.transaction(() => db.exec(text)).immediate();
  db.close();
}

/** A column may be named like a word of SQL. */
function quoted(name: string): string {
  return name === "values" ? `"${name}"` : name;
}

type Value = string | number | Buffer | null;

function literal(value: Value): string {
  if (value === null) return "NULL";
  if (Buffer.isBuffer(value)) return `X'${value.toString("hex")}'`;
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
