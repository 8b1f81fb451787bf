// Things outside that the application needs and that can be down: their state is a table, so that a page, a test or
// another process can break and mend them while runs are retrying.
import { database } from "./database.ts";

/** What can be down. `order-store` is what the CSV import writes to. */
export const dependencyNames = ["risky-service", "order-store"] as const;

/** The name of a dependency. */
export type DependencyName = (typeof dependencyNames)[number];

/** A dependency's state: 0 is up, N fails the next N calls and then is up, null is down until somebody brings it up. */
export interface Dependency {
  readonly name: DependencyName;
  readonly failuresLeft: number | null;
}

/** Calls a dependency: returns if it is up, throws if it is down. Each failure counts `failuresLeft` down by one. */
export function requireDependency(name: DependencyName): void {
  const failed = database()
    .prepare("UPDATE dependencies SET failures_left = failures_left - 1 WHERE name = ? AND failures_left IS NOT 0")
    .run(name);
  if (failed.changes > 0) throw new Error(`${name} is down`);
}

/** Sets a dependency's state. */
export function setDependency({ name, failuresLeft }: Dependency): void {
  database().prepare("UPDATE dependencies SET failures_left = ? WHERE name = ?").run(failuresLeft, name);
}

/** Lists all dependencies with their states. */
export function listDependencies(): Dependency[] {
  return database()
    .prepare<[], Dependency>("SELECT name, failures_left AS failuresLeft FROM dependencies ORDER BY name DESC")
    .all();
}

/** Tells whether a text names a dependency. */
export function isDependencyName(text: string): text is DependencyName {
  return dependencyNames.some((name) => name === text);
}
