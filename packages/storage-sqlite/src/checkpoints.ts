// When the log is moved into the database, and by whom.
//
// A checkpoint of 4 MiB takes 5 to 10 ms, longer where syncs are slow, and the event loop would wait for all of it: four times the
// log took 30 ms, a quarter 4 ms but four times as often, and every one has two syncs. So in a server a thread does it on a connection of its own, in two parts: the bulk while commits go on, and, since a log begins anew only when
// all of it is in the database, the few pages that were committed meanwhile, while commits wait and the event loop does not.
//
// Measured with commits of 16 events and items on two cores, by the writer and by the thread: what a commit holds the event loop up for,
// p99 2.7 and 0.8 ms, p99.9 6.0 and 3.3 ms, at most 8.8 and 4.4 ms; the commit with its sync, p99 5.0 and 3.5 ms; 960 and
// 1,300 commits a second; CPU time 4 % more by the thread. With syncs that take 10 ms, of 1,500 commits of 32, 116 and 121 held the event loop up for more
// than 10 ms, and 3 and 4 by the thread; who waits for a commit waits as long as before, p99 40 to 44 and 49 to 51 ms, at most 44
// to 69 and 97 to 331. 64 runs in flight of a server on a busy machine: step to step p99.9 from 250 to 110 ms.
//
// Why nothing is lost by that: SQLite syncs the log before each pass copies from it, whoever has written it, and the database
// before a pass that reaches the end of the log says so; the writer begins the log anew only after that was said. A pass
// that commits have overtaken syncs no database and need not: until the last pass the log has everything, and after a crash it is
// read from its beginning. But the last pass rewrites only what it adds, so a sync that failed must not be tried again as
// if nothing had happened: it ends all writing.
import { storageUnsynced, type StepwrightError } from "@stepwright/protocol";
import { SqliteError } from "better-sqlite3";
import { isUnsynced } from "./unsynced.ts";
import type { CheckpointAnswer, CheckpointThread, ThreadGone } from "./checkpoint-thread.ts";
import type { Connection } from "./connection.ts";
import { type LogState, logStateSql } from "./log-state.ts";

/** The checkpoints of an open store. */
export interface Checkpoints {
  /** What a commit waits for before it begins; null when it may. */
  readonly inTheWay: Promise<void> | null;
  /** The disk is busy with a checkpoint: whatever else is synced takes its time. */
  readonly isRunning: boolean;
  /** Looks how far the log has come. */
  afterCommit(): void;
  /** Ends the thread; checkpoints no more. Null when there is nothing to wait for. */
  close(): Promise<void> | null;
}

/** 4 MiB. */
const pagesPerCheckpoint = 1_000;
/** 16 MiB: commits that are faster than the disk wait here. A start reads all of a log that a crash left, 1 to 2 ms per MiB. */
const pagesMax = 4_000;
/** A thread without work ends after this time: it takes 11 MB, and to start another 15 ms of CPU time. */
const restMs = 10_000;

/** Makes the checkpoints of the writer's log, by a thread or, with null, by the writer itself. */
export function checkpointsOf(o: {
  readonly writer: Connection;
  readonly thread: CheckpointThread | null;
  readonly onUnsynced: (error: StepwrightError) => void;
  readonly onThreadLost: (reason: string) => void;
}): Checkpoints {
  const look = o.writer.prepare<[], LogState>(logStateSql);
  const pass = o.writer.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  let { thread } = o;
  let pages = 0;
  let pagesBefore = 0;
  let round: Promise<void> | null = null;
  let finishing: Promise<void> | null = null;
  let rest: NodeJS.Timeout | null = null;
  let isClosed = false;

  // What was committed is committed: a look that fails is no failure of it.
  const pagesNow = (): number => {
    try {
      return look.get()?.log ?? pages;
    } catch (error) {
      if (error instanceof SqliteError) return pages;
      throw error;
    }
  };

  const take = (answer: CheckpointAnswer | ThreadGone): void => {
    // What else may fail, such as a full disk, leaves the log as it is: it is tried again when the log has grown.
    if (answer.kind === "failed" && answer.isUnsynced) o.onUnsynced(storageUnsynced({ reason: answer.reason }));
    if (answer.kind !== "gone") return;
    thread = null;
    if (!isClosed) o.onThreadLost(answer.reason);
  };

  const work = async (by: CheckpointThread): Promise<void> => {
    if (rest !== null) clearTimeout(rest);
    const begun = await by.ask("begin");
    if (begun.kind === "almostDone") {
      const finished = by.ask("finish");
      finishing = finished.then(() => undefined);
      take(await finished);
      finishing = null;
    } else take(begun);
    // oxlint-disable-next-line eslint/no-restricted-globals -- a thread takes its memory in real time, whatever time it is for the server.
    rest = setTimeout(() => void by.end(), restMs).unref();
  };

  const end = async (by: CheckpointThread): Promise<void> => {
    await round;
    if (rest !== null) clearTimeout(rest);
    await by.end();
  };

  const workHere = (): void => {
    try {
      pass.get();
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      take({ kind: "failed", isUnsynced: isUnsynced(error), reason: error.message });
    }
  };

  return {
    get inTheWay() {
      return finishing ?? (pages >= pagesMax ? round : null);
    },
    get isRunning() {
      return round !== null;
    },
    afterCommit() {
      pages = pagesNow();
      // It has begun anew.
      if (pages < pagesBefore) pagesBefore = 0;
      if (round !== null || pages - pagesBefore < pagesPerCheckpoint) return;
      pagesBefore = pages;
      if (thread === null) workHere();
      else
        round = work(thread).finally(() => {
          round = null;
        });
    },
    close() {
      isClosed = true;
      return thread === null ? null : end(thread);
    },
  };
}

/** For data without a log. */
export const noCheckpoints: Checkpoints = {
  inTheWay: null,
  isRunning: false,
  afterCommit: () => undefined,
  close: () => null,
};
