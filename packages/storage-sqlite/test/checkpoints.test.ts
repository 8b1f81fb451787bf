// Checkpoints by a thread: the log is moved into the database while commits go on, and begins anew.
import { copyFileSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as afterTurn } from "node:timers/promises";
import { asEventId, asJsonText, millis } from "@stepwright/protocol";
import type { CommitBatch, Storage } from "@stepwright/storage";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { type CheckpointAnswer, checkpointThread } from "../src/checkpoint-thread.ts";
import { openSqliteStorage, readWalIndex, scanWal, type SqliteOptions } from "../src/index.ts";
import { placeOf } from "../src/place.ts";
import { testFolder } from "./folder.ts";

const now = millis(1_700_000_000_000);
const installed = { code: null, addonFile: null };
const eventBytes = 20_000;
const mebibyte = 1_048_576;
const pagesOfACheckpoint = 1_000;

test("the log begins anew under commits that never pause, and closing leaves all of it in the database", async () => {
  const file = join(testFolder(), "main.db");
  const storage = openSqliteStorage({ file, synchronous: "full", now, checkpointThread: installed });
  const count = await commitUntilLogHasBegunAnew(storage, { file, times: 5 });
  expect(statSync(`${file}-wal`).size).toBeLessThan(17 * mebibyte);
  await storage.close();
  expect(statSync(`${file}-wal`, { throwIfNoEntry: false })).toBe(undefined);
  expect(eventsIn(file)).toEqual({ events: count, verdict: "ok" });
});

test("what commits add while the event loop has no turn is bounded", async () => {
  const file = join(testFolder(), "main.db");
  // Without syncs nothing but the bound makes a commit wait, so no answer of the thread is heard before.
  const storage = openSqliteStorage({ file, synchronous: "normal", now, checkpointThread: installed });
  onTestFinished(() => storage.close());
  for (let number = 0; number < 2_000; number += 1) await storage.commit(batch(number));
  expect(statSync(`${file}-wal`).size).toBeLessThan(17 * mebibyte);
});

test("a reader of an old moment holds the log, and nobody up; once it is gone the log begins anew", async () => {
  const file = join(testFolder(), "main.db");
  const storage = openSqliteStorage({ file, synchronous: "full", now, checkpointThread: installed });
  onTestFinished(() => storage.close());
  await storage.commit(batch(0));
  const reader = new Database(file, { readonly: true });
  onTestFinished(() => void reader.close());
  reader.exec("BEGIN");
  const seen = () => reader.prepare("SELECT count(*) FROM events").pluck().get();
  expect(seen()).toBe(1);
  const before = saltOf(file);
  for (let number = 1; number < 2_000; number += 1) await storage.commit(batch(number));
  expect({ seen: seen(), salt: saltOf(file) }).toEqual({ seen: 1, salt: before });
  reader.exec("COMMIT");
  await commitUntilLogHasBegunAnew(storage, { file, times: 1 });
});

test("a thread that ends is told of, and who commits does what it did", async () => {
  const file = join(testFolder(), "main.db");
  const troubles: string[] = [];
  const storage = openSqliteStorage({
    file,
    synchronous: "full",
    now,
    checkpointThread: { code: "throw new Error('no room for a thread')", addonFile: null },
    onTrouble: ({ code, message }) => troubles.push(`${code} ${message}`),
  });
  onTestFinished(() => storage.close());
  await commitUntilLogHasBegunAnew(storage, { file, times: 2 });
  expect(troubles).toEqual([expect.stringMatching(/^CHECKPOINT_THREAD_LOST .*no room for a thread/)]);
});

test("a thread opens no files but those that the writer has open", async () => {
  const { file, storage } = await opened();
  const other = join(testFolder(), "main.db");
  await storage.commit(batch(1));
  for (const part of ["", "-wal"]) copyFileSync(`${file}${part}`, `${other}${part}`);
  const before = readFileSync(other);
  const places = [file, `${file}-wal`].map((name, index) => ({
    file: [other, `${other}-wal`][index] ?? "",
    at: placeOf(name),
  }));
  const thread = checkpointThread({ file: other, places, descriptor: -1 }, installed);
  onTestFinished(() => thread.end());
  expect(await thread.ask("begin")).toMatchObject({ kind: "failed", isUnsynced: false, reason: /is not where it was/ });
  expect(readFileSync(other)).toEqual(before);
});

test("what commits leave to the end of a checkpoint is finished on its own", async () => {
  const { file, storage } = await opened();
  await storage.commit(batch(1));
  const reader = new Database(file, { readonly: true });
  onTestFinished(() => void reader.close());
  reader.exec("BEGIN; SELECT count(*) FROM events");
  await storage.commit(batch(2));
  const places = [file, `${file}-wal`].map((name) => ({ file: name, at: placeOf(name) }));
  const thread = checkpointThread({ file, places, descriptor: openSync(file, "r+") }, installed);
  onTestFinished(() => thread.end());
  // As behind a commit that comes in between, there is something that the first part does not reach.
  expect(await thread.ask("begin")).toEqual({ kind: "almostDone" });
  reader.exec("COMMIT");
  expect(await thread.ask("finish")).toEqual({ kind: "done" });
  const { frames, checkpointed } = readWalIndex(`${file}-shm`) ?? {};
  expect(checkpointed).toBe(frames);
});

test("commits wait for the end of a checkpoint, and the event loop does not", async () => {
  const { storage, finish } = await atTheEndOfACheckpoint({ kind: "done" });
  const commit = storage.commit(batch(0));
  // With `normal` a commit needs no turn of the event loop.
  expect(await Promise.race([commit.then(() => "stored"), afterTurn("held")])).toBe("held");
  finish();
  expect((await commit).outcomes).toMatchObject([{ kind: "committed" }]);
});

test("a checkpoint that the disk could not keep ends all writing", async () => {
  const { storage, finish } = await atTheEndOfACheckpoint({
    kind: "failed",
    isUnsynced: true,
    reason: "disk I/O error",
  });
  finish();
  await expect(storage.commit(batch(0))).rejects.toMatchObject({ code: "STORAGE_UNSYNCED" });
});

/** A storage whose thread has come to the end of a checkpoint, and gives this answer when it is told to. */
async function atTheEndOfACheckpoint(answer: CheckpointAnswer): Promise<{ storage: Storage; finish(): void }> {
  const channel = new BroadcastChannel("checkpoints.test");
  onTestFinished(() => channel.close());
  const atTheEnd = new Promise((resolve) => {
    channel.onmessage = resolve;
  });
  const code = `const { parentPort } = require("node:worker_threads");
    const channel = new BroadcastChannel("checkpoints.test");
    channel.onmessage = () => parentPort.postMessage(${JSON.stringify(answer)});
    parentPort.on("message", (request) => {
      if (request === "begin") parentPort.postMessage({ kind: "almostDone" });
      if (request === "finish") channel.postMessage("at the end");
      if (request !== "end") return;
      channel.close();
      parentPort.close();
    });`;
  const { file, storage } = await opened({ synchronous: "normal", checkpointThread: { code, addonFile: null } });
  for (let number = 1; (readWalIndex(`${file}-shm`)?.frames ?? 0) < pagesOfACheckpoint; number += 1)
    await storage.commit(batch(number));
  await atTheEnd;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- there are no origins between threads.
  return { storage, finish: () => channel.postMessage("finish") };
}

test("a thread that was ended has let go of the files, and the next request starts another", async () => {
  const { file, storage } = await opened();
  const places = [file, `${file}-wal`].map((name) => ({ file: name, at: placeOf(name) }));
  const thread = checkpointThread({ file, places, descriptor: openSync(file, "r+") }, installed);
  for (let number = 1; number <= 2; number += 1) {
    await storage.commit(batch(number));
    expect(await thread.ask("begin")).toEqual({ kind: "done" });
    const { frames, checkpointed } = readWalIndex(`${file}-shm`) ?? {};
    expect(checkpointed).toBe(frames);
    await thread.end();
  }
});

async function opened(options: Partial<SqliteOptions> = {}) {
  const file = join(testFolder(), "main.db");
  const storage = openSqliteStorage({ file, synchronous: "full", now, ...options });
  onTestFinished(() => storage.close());
  return { file, storage };
}

/** Commits one event after the other; returns how many. */
async function commitUntilLogHasBegunAnew(
  storage: Storage,
  { file, times }: { readonly file: string; readonly times: number },
): Promise<number> {
  const salts = new Set<number | null>();
  let count = 0;
  while (salts.size <= times) {
    await storage.commit(batch(count));
    count += 1;
    // Other threads are heard in turns of the event loop, as in a server.
    await afterTurn();
    if (count % 20 === 0) salts.add(saltOf(file));
  }
  return count;
}

function saltOf(file: string): number | null {
  const scan = scanWal(`${file}-wal`);
  return scan.kind === "log" ? scan.salts.first : null;
}

function eventsIn(file: string): { readonly events: unknown; readonly verdict: unknown } {
  const db = new Database(file, { readonly: true });
  try {
    return {
      events: db.prepare("SELECT count(*) FROM events").pluck().get(),
      verdict: db.pragma("integrity_check", { simple: true }),
    };
  } finally {
    db.close();
  }
}

function batch(number: number): CommitBatch {
  const id = `e${number}`;
  return {
    transitions: [
      {
        guards: [],
        effects: [
          {
            kind: "putEvent",
            event: {
              internalId: asEventId(id),
              id,
              name: "sized",
              data: asJsonText(JSON.stringify("x".repeat(eventBytes))),
              user: asJsonText("{}"),
              ts: now,
              v: null,
              meta: null,
              receivedAt: now,
              lifecycleOf: null,
            },
          },
        ],
      },
    ],
    now,
    lease: [],
  };
}
