// Parameters of a query as Fastify gives them: one that is repeated is a list.

/** A query. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The one value of a parameter; the last one of several, null when it is absent or empty. */
export function one(query: Query, name: string): string | null {
  return all(query, name).at(-1) ?? null;
}

/** All values of a parameter that are not empty, in either spelling of its name. */
export function all(query: Query, name: string): readonly string[] {
  const value = query[name] ?? query[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  const values = value === undefined ? [] : typeof value === "string" ? [value] : value;
  return values.filter((text) => text !== "");
}
