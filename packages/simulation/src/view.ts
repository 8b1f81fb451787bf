// The database as checkers see it: read through a connection of their own, with SQL of their own.
import Database from "better-sqlite3";

/** Rows of the store, as they are after the latest commit. */
export interface View {
  all<T>(sql: string, ...parameters: readonly (string | number | null)[]): readonly T[];
  get<T>(sql: string, ...parameters: readonly (string | number | null)[]): T | undefined;
  close(): void;
}

/** Opens the view of a database that exists. */
export function openView(file: string): View {
  const db = new Database(file, { readonly: true });
  const statements = new Map<string, Database.Statement>();
  const prepared = (sql: string): Database.Statement => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    all: <T>(sql: string, ...parameters: readonly (string | number | null)[]) =>
      prepared(sql).all(...parameters) as readonly T[],
    get: <T>(sql: string, ...parameters: readonly (string | number | null)[]) =>
      prepared(sql).get(...parameters) as T | undefined,
    close: () => db.close(),
  };
}
