// A database that refuses a commit as a whole: nothing of it is stored, and the next one may go through.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { callLane, type Transition } from "@stepwright/engine";
import { asAppId, asEventId, asFunctionId, asJsonText, asQueueItemId, asRunId, millis } from "@stepwright/protocol";
import type { CommitBatch, CommitResult, Storage } from "@stepwright/storage";
import { samples } from "@stepwright/storage/conformance";
import { SqliteError } from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { committer } from "../src/commit.ts";
import { type Connection, openWriter } from "../src/connection.ts";
import { openSqliteStorage } from "../src/index.ts";
import { migrate } from "../src/migrations/migrate.ts";
import { openTables } from "../src/tables.ts";
import { testFolder } from "./folder.ts";

const now = millis(1_700_000_000_000);
const lane = callLane({ appId: asAppId("a"), functionId: asFunctionId("f") });

test("a full disk refuses the commit, keeps nothing of it, and leaves the store usable", () => {
  const { db, commit } = opened();
  const pages = Number(db.pragma("page_count", { simple: true }));
  db.pragma(`max_page_count = ${pages + 10}`);
  const batch: CommitBatch = {
    transitions: [sized("small", 1), sized("big", 1_000_000)],
    now,
    lease: [{ lane, max: 10 }],
  };
  expect(() => commit(batch)).toThrow(expect.objectContaining({ code: "STORAGE_FULL", retryable: true }));
  expect(db.inTransaction).toBe(false);
  expect(db.prepare("SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM queue_items)").pluck().get()).toBe(0);

  db.pragma(`max_page_count = ${pages + 1_000}`);
  const result = commit(batch);
  expect(result.outcomes.map((outcome) => outcome.kind)).toEqual(["committed", "committed"]);
  expect(result.leased.map((item) => item.id)).toEqual(["small", "big"]);
});

test("a log that cannot be made durable ends all writing: what it holds is known only to a new start", async () => {
  const file = join(testFolder(), "main.db");
  const storage = openSqliteStorage({ file, synchronous: "full", now });
  onTestFinished(() => storage.close());
  // The log is opened with the first commit; a missing one stands for a disk that reports an error.
  renameSync(`${file}-wal`, `${file}-gone`);
  const batch: CommitBatch = { transitions: [sized("one", 1)], now, lease: [] };
  const refused = { code: "STORAGE_UNSYNCED", message: expect.stringContaining("ENOENT") as string };
  await expect(storage.commit(batch)).rejects.toMatchObject(refused);

  renameSync(`${file}-gone`, `${file}-wal`);
  await expect(storage.commit(batch)).rejects.toMatchObject(refused);
});

test("a sweep is waited for until the disk has it, as a commit is", async () => {
  let isFailing = false;
  const syncLog = async (): Promise<void> => {
    if (isFailing) throw new Error("EIO");
  };
  const storage = openSqliteStorage({ file: join(testFolder(), "main.db"), synchronous: "full", now, syncLog });
  onTestFinished(() => storage.close());
  const request = { expired: { kind: "events", before: now }, cursor: null, weightMax: 100 } as const;
  expect((await storage.retention.sweep(request)).removed.events).toBe(0);
  isFailing = true;
  await expect(storage.retention.sweep(request)).rejects.toMatchObject({ code: "STORAGE_UNSYNCED" });
});

/** A store whose transactions fail at their very end, when all is done but the commit, while `isFailing`. */
function failingAtTheEnd() {
  const disk = { isFailing: false };
  const storage = openSqliteStorage({
    file: join(testFolder(), "main.db"),
    synchronous: "full",
    now,
    beforeCommit() {
      if (disk.isFailing) throw new SqliteError("disk I/O error", "SQLITE_IOERR_WRITE");
    },
  });
  onTestFinished(() => storage.close());
  return { storage, disk };
}

test("a transaction that fails at its very end leaves nothing in memory either, and the same goes through later", async () => {
  const { storage, disk } = failingAtTheEnd();
  const batch = (id: string): CommitBatch => ({ transitions: [sized(id, 1)], now, lease: [{ lane, max: 1 }] });
  await storage.commit(batch("first"));
  disk.isFailing = true;
  await expect(storage.commit(batch("second"))).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
  expect(await storage.events.get(2)).toBe(null);
  expect(await storage.queue.depth()).toEqual({ due: 0, future: 0, setAside: 0 });
  disk.isFailing = false;
  const { outcomes, leased } = await storage.commit(batch("second"));
  expect(outcomes).toMatchObject([{ kind: "committed" }]);
  expect(leased).toMatchObject([{ id: "second", generation: 1 }]);
});

test("a refused commit leaves versions and leases as they were", async () => {
  const { storage, disk } = failingAtTheEnd();
  const made = samples.run(1);
  const itemId = asQueueItemId("call");
  await storage.commit({
    transitions: [samples.apply(samples.createRun(1), samples.enqueue("call"))],
    now: samples.start,
    lease: [{ lane: samples.lane, max: 1 }],
  });
  const ending: Transition = {
    guards: [
      { kind: "lease", itemId, generation: 1 },
      { kind: "runVersion", runId: made.id, version: 1 },
    ],
    effects: [
      { kind: "dequeue", itemId },
      { kind: "updateRun", run: { ...made, status: "completed", endedAt: samples.after(1), version: 2 } },
    ],
  };
  const end = () => storage.commit({ transitions: [ending], now: samples.start, lease: [] });
  disk.isFailing = true;
  await expect(end()).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
  disk.isFailing = false;
  expect((await end()).outcomes).toMatchObject([{ kind: "committed" }]);
  expect(await storage.runs.countByStatus()).toMatchObject({ queued: 0, completed: 1 });
  expect((await end()).outcomes).toMatchObject([{ kind: "rejected" }]);
});

test("a refused commit has leased nothing of what it put in", async () => {
  const { storage, disk } = failingAtTheEnd();
  disk.isFailing = true;
  const lease = [{ lane: samples.lane, max: 1 }];
  const commit = (effects: Transition["effects"], o: Partial<CommitBatch> = {}) =>
    storage.commit({ transitions: [{ guards: [], effects }], now: samples.start, lease: [], ...o });
  await expect(commit([samples.enqueue("call")], { lease })).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
  disk.isFailing = false;
  await commit([samples.enqueue("other"), samples.enqueue("call")]);
  await commit([{ kind: "dequeue", itemId: asQueueItemId("call") }]);
  expect((await commit([], { lease })).leased).toMatchObject([{ id: "other" }]);
});

test("a value that no row can hold fails its transition alone", () => {
  const { commit } = opened();
  const bad = sized("bad", 1);
  const unstorable: Transition = {
    ...bad,
    effects: bad.effects.map((effect) =>
      effect.kind === "enqueue" ? { ...effect, item: { ...effect.item, attempt: 0.5 } } : effect,
    ),
  };
  const { outcomes, leased } = commit({ transitions: [sized("good", 1), unstorable], now, lease: [{ lane, max: 10 }] });
  expect(outcomes.map((outcome) => outcome.kind)).toEqual(["committed", "failed"]);
  expect(leased.map((item) => item.id)).toEqual(["good"]);
});

const events = 2_000;

/** A database with events, and a hole in the middle of it: what a boot reads is at the beginning and at the end. */
async function filled(): Promise<{ readonly file: string; damage(): void }> {
  const file = join(testFolder(), "main.db");
  const storage = openSqliteStorage({ file, synchronous: "normal", now });
  await storage.commit({ transitions: Array.from({ length: events }, (_, n) => sized(`e${n}`, 1)), now, lease: [] });
  await storage.close();
  const damage = (): void => {
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 40_000));
  };
  return { file, damage };
}

async function readAll(storage: Storage): Promise<ReadonlySet<unknown>> {
  const reads = Array.from({ length: events }, (_, n) => storage.events.get(n + 1));
  const failed = (await Promise.allSettled(reads)).flatMap((read) => (read.status === "rejected" ? [read.reason] : []));
  return new Set(failed.map((reason: { code: unknown }) => reason.code));
}

test("a read that the damaged file refuses is told apart from a row that is not there", async () => {
  const { file, damage } = await filled();
  damage();
  const damaged = openSqliteStorage({ file, synchronous: "normal", now, acceptDamage: true });
  onTestFinished(() => damaged.close());
  expect(await readAll(damaged)).toEqual(new Set(["STORAGE_DAMAGED"]));
  expect(await damaged.events.get(events + 1)).toBe(null);
});

test("nothing is written once a damaged page was read, and whoever asks is told", async () => {
  const { file, damage } = await filled();
  const troubles: string[] = [];
  const storage = openSqliteStorage({ file, synchronous: "full", now, onTrouble: ({ code }) => troubles.push(code) });
  onTestFinished(() => storage.close());
  const commit = () => storage.commit({ transitions: [sized("later", 1)], now, lease: [] });
  await commit();
  damage();
  expect(await readAll(storage)).toEqual(new Set(["STORAGE_DAMAGED"]));
  await expect(commit()).rejects.toMatchObject({ code: "STORAGE_DAMAGED", status: 503 });
  await expect(storage.stats()).rejects.toMatchObject({ code: "STORAGE_DAMAGED" });
  expect(troubles).toEqual(["STORAGE_DAMAGED"]);
  const left = [file, `${file}-wal`].map((name) => readFileSync(name));
  await storage.close();
  expect([file, `${file}-wal`].map((name) => readFileSync(name))).toEqual(left);
});

test.each(["main.db", "main.db-wal"])("nothing is acknowledged once %s is gone or another file", async (name) => {
  const folder = testFolder();
  const storage = openSqliteStorage({ file: join(folder, "main.db"), synchronous: "full", now });
  onTestFinished(() => storage.close());
  const commit = () => storage.commit({ transitions: [sized("later", 1)], now, lease: [] });
  await commit();
  renameSync(join(folder, name), join(folder, "moved"));
  await expect(storage.stats()).rejects.toMatchObject({ code: "STORAGE_GONE" });
  writeFileSync(join(folder, name), "");
  await expect(commit()).rejects.toMatchObject({ code: "STORAGE_GONE", status: 503 });
  // What lies in their place now is somebody else's.
  await storage.close();
  expect(existsSync(join(folder, name))).toBe(true);
});

function opened(): { readonly db: Connection; readonly commit: (batch: CommitBatch) => CommitResult } {
  const db = openWriter({ file: ":memory:", nativeBinding: undefined });
  onTestFinished(() => void db.close());
  migrate(db, now);
  return { db, commit: committer(db, openTables(db, 1)) };
}

/** A transition with an event whose data has this length, and a queue item. */
function sized(id: string, length: number): Transition {
  const runId = asRunId("r");
  return {
    guards: [],
    effects: [
      {
        kind: "putEvent",
        event: {
          internalId: asEventId(id),
          id,
          name: "sized",
          data: asJsonText(JSON.stringify("x".repeat(length))),
          user: asJsonText("{}"),
          ts: now,
          v: null,
          meta: null,
          receivedAt: now,
          lifecycleOf: null,
        },
      },
      {
        kind: "enqueue",
        item: {
          id: asQueueItemId(id),
          lane,
          at: now,
          attempt: 0,
          work: { kind: "runTimeout", runId, which: "start", from: now },
        },
      },
    ],
  };
}
