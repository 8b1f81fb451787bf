// Makes the write-ahead log durable, beside the event loop where the disk is slow.
//
// With `synchronous = FULL` SQLite waits for the disk inside COMMIT, and everything else in the process waits with it: for
// 0.3 ms per commit on a quick disk, for 2 to 10 on the disks of a cloud. So the connection runs with NORMAL, which leaves
// the log unsynced after a commit and is otherwise the same (the log is synced before a checkpoint copies from it),
// and a commit is reported only after our own `fdatasync` of the log.
import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";
import { promisify } from "node:util";
import { storageUnsynced } from "@stepwright/protocol";
import type { SqliteOptions } from "./open.ts";

/** Syncs the log of a database. */
export interface LogSync {
  /**
   * Resolves when everything committed before the call survives a loss of power. Rejects with STORAGE_UNSYNCED: what the
   * system could not write it may forget and report no second time, so only what a new start reads from the disk is sure.
   */
  flush(o: { readonly isDiskBusy: boolean; readonly transitions: number }): Promise<void>;
  close(): void;
}

/**
 * A disk that takes longer is waited for on a thread of Node's pool.
 *
 * The way there and back costs 0.12 ms of a step that takes 0.7, so a quick disk is waited for in place. With syncs of 3 ms
 * the thread gave 4,330 calls per second instead of 3,710, and the loop took in answers and events meanwhile.
 */
const quickMs = 1;
/**
 * So is the disk of a commit that holds as many transitions: while it writes, the loop takes in the answers of the next commit. 64
 * runs of 20 steps in flight: 8,900 calls per second instead of 8,450, of 10 parallel ones 7,800 instead of 7,200.
 */
const crowdedMin = 8;
/** Weight of the newest sync in the average: about the last ten count. */
const newestShare = 0.1;

const syncOnThread = promisify(fdatasync);

/**
 * Makes the syncer for the log of a database file.
 *
 * Locks of SQLite are on the database file and its shared memory, never on the log, so closing our descriptor drops none of them.
 */
export function logSync({ file, syncLog }: Pick<SqliteOptions, "file" | "syncLog">): LogSync {
  let descriptor: number | null = null;
  let averageMs = 0;

  const sync = async ({ isDiskBusy, transitions }: Parameters<LogSync["flush"]>[0]): Promise<void> => {
    // Writable because Windows flushes nothing else. The log stays the same file for as long as a connection is open.
    descriptor ??= openSync(`${file}-wal`, "r+");
    const startedAt = process.hrtime.bigint();
    if (averageMs < quickMs && transitions < crowdedMin && !isDiskBusy) fdatasyncSync(descriptor);
    else await syncOnThread(descriptor);
    const ms = Number(process.hrtime.bigint() - startedAt) / 1e6;
    // A checkpoint beside it says nothing of the disk at other times, and a busy event loop hears of the thread's end late.
    if (!isDiskBusy && transitions < crowdedMin) averageMs += (ms - averageMs) * newestShare;
  };

  return {
    async flush(o) {
      try {
        await (syncLog === undefined ? sync(o) : syncLog());
      } catch (cause) {
        throw storageUnsynced({ reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
      }
    },
    close() {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}

/** The syncer for data that need not survive a loss of power. */
export const noSync: LogSync = { flush: async () => undefined, close: () => undefined };
