// The program of the thread that checkpoints the log (`checkpoint-thread.ts` starts it, `checkpoints.ts` says when).
import { fdatasyncSync } from "node:fs";
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { CheckpointAnswer, CheckpointRequest, ThreadData } from "./checkpoint-thread.ts";
import { type Connection, connect } from "./connection.ts";
import { logStateSql, type LogState } from "./log-state.ts";
import { hasMoved } from "./place.ts";
import { isUnsynced } from "./unsynced.ts";

/** More pages that are left than this are held by a reader with an old snapshot, such as a copy that is being made: waiting helps. */
const leftMax = 1_000;

const { file, places, descriptor, addonFile } = workerData as ThreadData;
let db: Connection | null = null;

parentPort?.on("message", (request: CheckpointRequest) => {
  if (request === "end") {
    // Never the last connection, which would move the log into the database and remove it.
    db?.close();
    parentPort?.close();
    return;
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- there are no origins between threads.
  parentPort?.postMessage(answer(request));
});

function answer(request: Exclude<CheckpointRequest, "end">): CheckpointAnswer {
  try {
    db ??= open();
    return request === "begin" ? begin(db) : finish(db);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "failed", isUnsynced: error instanceof SyncError || isUnsynced(error), reason };
  }
}

/**
 * Opens a connection to the files that the writer has open, and to no others.
 *
 * SQLite opens the log at the first read, and copies from it without looking: one that was put in its place would get into the database.
 */
function open(): Connection {
  refuseMoved();
  const addon: unknown = addonFile === null ? undefined : createRequire(addonFile)(addonFile);
  const opened = connect(
    file,
    { timeout: 0, fileMustExist: true },
    typeof addon === "object" && addon !== null ? addon : undefined,
  );
  try {
    opened.pragma("synchronous = NORMAL");
    opened.pragma("wal_autocheckpoint = 0");
    opened.pragma("schema_version");
    refuseMoved();
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

function refuseMoved(): void {
  const moved = places.find(hasMoved);
  if (moved !== undefined) throw new Error(`${moved.file} is not where it was`);
}

/** Moves the bulk into the database while commits go on. */
function begin(connection: Connection): CheckpointAnswer {
  pass(connection);
  const { log, checkpointed } = connection.prepare<[], LogState>(logStateSql).get() ?? nothing;
  if (log === checkpointed || log - checkpointed > leftMax) return { kind: "done" };
  // A pass that commits have overtaken syncs nothing. Synced here, there is little left to sync while commits wait.
  try {
    fdatasyncSync(descriptor);
  } catch (cause) {
    throw new SyncError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  return { kind: "almostDone" };
}

/** Moves the rest, while no commit comes in between. */
function finish(connection: Connection): CheckpointAnswer {
  pass(connection);
  return { kind: "done" };
}

function pass(connection: Connection): void {
  connection.pragma("wal_checkpoint(PASSIVE)");
}

const nothing: LogState = { log: 0, checkpointed: 0 };

class SyncError extends Error {}
