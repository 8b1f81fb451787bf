// Waits until the write-ahead log is on the disk, as the server does it: in place on a quick disk, on a thread on a slow one.
// A floor that held up its event loop for every sync would be the slower engine where disks are slow.
import { fdatasync, fdatasyncSync, openSync } from "node:fs";
import { promisify } from "node:util";

/** Below this the way to a thread and back costs more than it saves. */
const quickMs = 1;
/** Weight of the newest sync in the average. */
const newestShare = 0.1;

const syncOnThread = promisify(fdatasync);

/** Makes the function that syncs the log of a database; null when it was done in place. */
export function logSync(databaseFile: string): () => Promise<void> | null {
  let descriptor: number | null = null;
  let averageMs = 0;
  const count = (startedAt: number): void => {
    averageMs += (performance.now() - startedAt - averageMs) * newestShare;
  };
  return () => {
    // It is there after the first commit.
    descriptor ??= openSync(`${databaseFile}-wal`, "r+");
    const startedAt = performance.now();
    if (averageMs >= quickMs) return syncOnThread(descriptor).then(() => count(startedAt));
    fdatasyncSync(descriptor);
    count(startedAt);
    return null;
  };
}
