// Commits whatever has become ready in the same turn of the event loop, or while the disk was waited for, in one transaction.
import type { Database } from "better-sqlite3";

interface Waiting {
  readonly write: () => void;
  readonly done: () => void;
}

/**
 * Returns a function that resolves, with what `write` returned, after the commit that holds what `write` wrote, and after
 * `sync`, which is null where it had nothing to wait for.
 */
export function groupCommit(db: Database, sync: () => Promise<void> | null): <T>(write: () => T) => Promise<T> {
  let waiting: Waiting[] = [];
  let isBusy = false;
  const begin = db.prepare("BEGIN IMMEDIATE");
  const end = db.prepare("COMMIT");
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    begin.run();
    for (const { write } of batch) write();
    end.run();
    const synced = sync();
    if (synced !== null) await synced;
    isBusy = false;
    for (const { done } of batch) done();
    beginIfIdle();
  };
  const beginIfIdle = (): void => {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    setImmediate(() => void flush());
  };
  return (write) =>
    new Promise((resolve) => {
      let result: ReturnType<typeof write>;
      waiting.push({
        write: () => {
          result = write();
        },
        done: () => resolve(result),
      });
      beginIfIdle();
    });
}
