// The disk under the processes of a world: it may fail at the end of a transaction, fail to keep what was written, and lose
// with the power what nobody has waited for.
import { readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { readWalIndex } from "@stepwright/storage-sqlite";
import { SqliteError } from "better-sqlite3";
import type { Chance } from "@stepwright/test-parts";

/** The disk. */
export interface Disk {
  /** Lets the next transaction fail at its very end. */
  failCommit(): void;
  /** Called before a transaction is complete. */
  readonly beforeCommit: () => void;
  /** What becomes of the next sync. */
  readonly onNextSync: (act: () => Promise<void>) => void;
  /** Called when everything in the log has to be kept. */
  readonly sync: () => Promise<void>;
  /** Everything that was written so far is kept. */
  readonly keep: () => void;
  /**
   * The power fails. `close` has to close all that is open on the files, which then are what the disk has kept; returns whether
   * that is everything.
   */
  losePower(close: () => void): boolean;
}

interface LogEnd {
  readonly log: string;
  readonly frames: number;
}

const logHeaderBytes = 32;
const frameHeaderBytes = 24;
const nothing: LogEnd = { log: "", frames: 0 };

/** Makes a disk that works until it is told to fail. A lying one keeps nothing that it is asked to keep. */
export function createDisk(file: string, o: { readonly chance: Chance; readonly isLying: boolean }): Disk {
  let isCommitFailing = false;
  let nextSync: (() => Promise<void>) | null = null;
  let kept = nothing;
  const keep = (): void => {
    if (!o.isLying) kept = endOfLog(file);
  };

  /** What is left of the frames that nobody has waited for: they go to the disk one by one, in any order. */
  const leave = (frames: readonly Buffer[]): void => {
    const lost = o.chance.pick(["all", "end", "any", "none"] as const);
    const from = o.chance.between(0, frames.length - 1);
    for (const [index, frame] of frames.entries()) {
      if (
        lost === "all" ||
        (lost === "end" && index >= from) ||
        (lost === "any" && (index === from || o.chance.hits(0.5)))
      )
        frame.fill(0, lost === "end" && index === from ? o.chance.between(0, frame.length - 1) : 0);
    }
  };

  return {
    failCommit() {
      isCommitFailing = true;
    },
    beforeCommit() {
      if (!isCommitFailing) return;
      isCommitFailing = false;
      throw new SqliteError("disk I/O error", "SQLITE_IOERR_WRITE");
    },
    onNextSync(act) {
      nextSync = act;
    },
    async sync() {
      const act = nextSync;
      nextSync = null;
      await act?.();
      keep();
    },
    keep,
    losePower(close) {
      nextSync = null;
      const database = readFileSync(file);
      const log = readFileSync(`${file}-wal`);
      const before = Buffer.from(log);
      const index = readFileSync(`${file}-shm`);
      leave(framesOf(log, { from: firstUnkept(file, kept), to: endOfLog(file).frames }));
      close();
      // Nobody waits for the index of the log: it is gone, or ahead of a log that was being waited for.
      if (o.chance.hits(0.5)) rmSync(`${file}-shm`, { force: true });
      else {
        writeFileSync(`${file}-shm`, index);
        utimesSync(`${file}-shm`, 1, 1);
      }
      writeFileSync(file, database);
      writeFileSync(`${file}-wal`, log);
      return before.equals(log);
    },
  };
}

function endOfLog(file: string): LogEnd {
  const index = readWalIndex(`${file}-shm`);
  return index === null ? nothing : { log: `${index.salts.first} ${index.salts.second}`, frames: index.frames };
}

/** A checkpoint waits for the log before it copies from it, and a log that begins anew for everything before. */
function firstUnkept(file: string, kept: LogEnd): number {
  const checkpointed = readWalIndex(`${file}-shm`)?.checkpointed ?? 0;
  return Math.max(checkpointed, kept.log === endOfLog(file).log ? kept.frames : 0);
}

function framesOf(log: Buffer, { from, to }: { readonly from: number; readonly to: number }): readonly Buffer[] {
  const frameBytes = log.readUInt32BE(8) + frameHeaderBytes;
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => {
    const start = logHeaderBytes + (from + index) * frameBytes;
    return log.subarray(start, start + frameBytes);
  });
}
