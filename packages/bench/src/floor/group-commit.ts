// Commits whatever has become ready in the same turn of the event loop in one transaction.
import type { Database } from "better-sqlite3";

interface Waiting {
  readonly write: () => void;
  readonly done: () => void;
}

/** Returns a function that resolves, with what `write` returned, after the commit that holds what `write` wrote. */
export function groupCommit(db: Database): <T>(write: () => T) => Promise<T> {
  let waiting: Waiting[] = [];
  const begin = db.prepare("BEGIN IMMEDIATE");
  const end = db.prepare("COMMIT");
  const flush = (): void => {
    const batch = waiting;
    waiting = [];
    begin.run();
    for (const { write } of batch) write();
    end.run();
    for (const { done } of batch) done();
  };
  return (write) =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(flush);
      let result: ReturnType<typeof write>;
      waiting.push({
        write: () => {
          result = write();
        },
        done: () => resolve(result),
      });
    });
}
