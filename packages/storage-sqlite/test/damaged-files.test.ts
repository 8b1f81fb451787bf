// Files that a killed server left and somebody or something damaged: what was acknowledged and cannot be read is noticed
// before anything is written, and what nobody was told of is no damage.
import { randomFillSync } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { endianness, tmpdir } from "node:os";
import { join } from "node:path";
import { asEventId, asJsonText, millis } from "@stepwright/protocol";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openSqliteStorage, readWalIndex, scanWal, type SqliteOptions, type WalContent } from "../src/index.ts";
import { sum } from "../src/wal-scan.ts";
import { testFolder } from "./folder.ts";

const now = millis(1_700_000_000_000);
const commits = 40;
const suffixes = ["", "-wal", "-shm"] as const;
const older = mkdtempSync(join(tmpdir(), "stepwright-older-"));
const killed = mkdtempSync(join(tmpdir(), "stepwright-killed-"));

afterAll(() => {
  for (const folder of [older, killed]) rmSync(folder, { recursive: true, force: true });
});

/** Copies of the files while the database is open are what a SIGKILL leaves: one after half of the commits, one after all. */
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-open-"));
  const storage = openSqliteStorage({ file: join(folder, "main.db"), synchronous: "full", now });
  for (let commit = 0; commit < commits; commit += 1) {
    if (commit === commits / 2) copy(folder, older);
    await storage.commit({ transitions: [{ guards: [], effects: [putEvent(commit)] }], now, lease: [] });
  }
  copy(folder, killed);
  await storage.close();
  rmSync(folder, { recursive: true });
});

function copy(from: string, to: string): void {
  for (const suffix of suffixes) copyFileSync(join(from, `main.db${suffix}`), join(to, `main.db${suffix}`));
}

function putEvent(commit: number, length = 6_000) {
  return {
    kind: "putEvent",
    event: {
      internalId: asEventId(`e${commit}`),
      id: String(commit),
      name: "kept",
      data: asJsonText(JSON.stringify("x".repeat(length))),
      user: asJsonText("{}"),
      ts: now,
      v: null,
      meta: null,
      receivedAt: now,
      lifecycleOf: null,
    },
  } as const;
}

function folderWith(damage: (file: string) => void): string {
  const folder = testFolder();
  copy(killed, folder);
  damage(join(folder, "main.db"));
  return folder;
}

function open(folder: string, changes: Partial<SqliteOptions> = {}) {
  const storage = openSqliteStorage({ file: join(folder, "main.db"), synchronous: "full", now, ...changes });
  onTestFinished(() => storage.close());
  return storage;
}

async function stored(folder: string, changes: Partial<SqliteOptions> = {}): Promise<number> {
  const { items } = await open(folder, changes).events.list({ name: "kept" }, { cursor: null, limit: 100 });
  return items.length;
}

/** All files and their bytes; the lock is empty, and made by whoever looks. */
function contents(folder: string) {
  const names = readdirSync(folder).filter((name) => !name.startsWith("lock.db"));
  return names.map((name) => [name, readFileSync(join(folder, name)).toString("base64")]);
}

const logOf = (file: string): WalContent => {
  const scan = scanWal(`${file}-wal`);
  if (scan.kind !== "log") throw new Error(`the log is ${scan.kind}`);
  return scan;
};
const frameBytes = 4_096 + 24;
const endOf = (frames: number): number => 32 + frames * frameBytes;
/** Where the last transaction begins: behind the frame that commits the one before. */
function lastCommitAt(file: string): number {
  const log = readFileSync(`${file}-wal`);
  let frame = logOf(file).frames - 2;
  while (log.readUInt32BE(endOf(frame) + 4) === 0) frame -= 1;
  return endOf(frame + 1);
}
const change = (file: string, edit: (bytes: Buffer) => void): void => {
  const bytes = readFileSync(file);
  edit(bytes);
  writeFileSync(file, bytes);
};

test("the scan and SQLite's own index agree on what a killed server has committed", async () => {
  const file = join(killed, "main.db");
  const { frames, strayTransactions, salts } = logOf(file);
  expect(readWalIndex(`${file}-shm`)).toMatchObject({ frames, salts, checkpointed: 0 });
  expect(strayTransactions).toBe(0);
  expect(await stored(folderWith(() => undefined))).toBe(commits);
});

/** The log begins anew after a checkpoint, and its first salt goes up by one. */
function sayOfOtherLog(index: Buffer, by: number): void {
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  for (const start of [0, 48]) {
    view.setUint32(start + 32, view.getUint32(start + 32) + by);
    const isLittleEndian = endianness() === "LE";
    const { a, b } = sum(view, { from: start, to: start + 40, isLittleEndian, start: { a: 0, b: 0 } });
    view.setUint32(start + 40, a, isLittleEndian);
    view.setUint32(start + 44, b, isLittleEndian);
  }
}

const logDamage: readonly (readonly [string, (file: string) => void])[] = [
  [
    "random bytes in the last frames",
    (file) => change(`${file}-wal`, (bytes) => randomFillSync(bytes.subarray(endOf(logOf(file).frames - 3) + 30))),
  ],
  ["one bit of the last frame", (file) => change(`${file}-wal`, (bytes) => (bytes[endOf(logOf(file).frames) - 1] = 1))],
  ["one bit in the middle", (file) => change(`${file}-wal`, (bytes) => (bytes[endOf(50) + 99] = 0xee))],
  ["a page of zeros", (file) => change(`${file}-wal`, (bytes) => void bytes.fill(0, endOf(40), endOf(41)))],
  ["cut off between two frames", (file) => truncateSync(`${file}-wal`, endOf(logOf(file).frames - 4))],
  ["cut off in a frame", (file) => truncateSync(`${file}-wal`, endOf(logOf(file).frames) - 1_000)],
  ["cut off after nothing", (file) => truncateSync(`${file}-wal`, 0)],
  ["a header of zeros", (file) => change(`${file}-wal`, (bytes) => void bytes.fill(0, 0, 32))],
  ["removed", (file) => rmSync(`${file}-wal`)],
  ["an older copy of it", (file) => copyFileSync(join(older, "main.db-wal"), `${file}-wal`)],
  ["a log that was replaced by one before it", (file) => change(`${file}-shm`, (bytes) => sayOfOtherLog(bytes, 1))],
  [
    "a bit in the middle, without an index",
    (file) => {
      rmSync(`${file}-shm`);
      change(`${file}-wal`, (bytes) => (bytes[endOf(50) + 99] = 0xee));
    },
  ],
  [
    "a header of zeros, without an index",
    (file) => {
      rmSync(`${file}-shm`);
      change(`${file}-wal`, (bytes) => void bytes.fill(0, 0, 32));
    },
  ],
];

test.each(logDamage)("a damaged log is refused and left as it is: %s", async (_name, damage) => {
  const folder = folderWith(damage);
  const before = contents(folder);
  const file = join(folder, "main.db-wal");
  const scan = scanWal(file);
  const readable = scan.kind === "log" ? scan.commits : 0;
  expect(() => open(folder)).toThrow(
    expect.objectContaining({
      code: "DATA_LOG_DAMAGED",
      details: expect.objectContaining({ file, commits: readable }),
    }),
  );
  expect(contents(folder)).toEqual(before);

  const troubles: string[] = [];
  const left = await stored(folder, { acceptDamage: true, onTrouble: ({ code }) => troubles.push(code) });
  expect(troubles).toEqual(["DATA_LOG_DAMAGED"]);
  // The first commits made the tables and the boot.
  const others = logOf(join(killed, "main.db")).commits - commits;
  expect(left).toBe(Math.max(0, readable - others));
  expect(existsSync(join(folder, `main.db-wal.damaged-${now}`))).toBe(before.some(([name]) => name === "main.db-wal"));
});

/** The machine has gone down since the index was written. */
function reboot(file: string): void {
  utimesSync(`${file}-shm`, 1, 1);
}

const ordinary: readonly (readonly [string, number, (file: string) => void])[] = [
  [
    "a transaction that was not finished",
    commits,
    (file) => change(`${file}-wal`, (bytes) => randomFillSync(bytes.subarray(endOf(logOf(file).frames)))),
  ],
  [
    "half a frame at the end",
    commits,
    (file) => writeFileSync(`${file}-wal`, Buffer.concat([readFileSync(`${file}-wal`), Buffer.alloc(3_000, 7)])),
  ],
  ["no index, as in a copy", commits, (file) => rmSync(`${file}-shm`)],
  ["an index that is none", commits, (file) => change(`${file}-shm`, (bytes) => randomFillSync(bytes.subarray(0, 96)))],
  [
    "an index that was not written out lately",
    commits,
    (file) => copyFileSync(join(older, "main.db-shm"), `${file}-shm`),
  ],
  ["an index of the log before", commits, (file) => change(`${file}-shm`, (bytes) => sayOfOtherLog(bytes, -1))],
  [
    "the last transaction in part, after the power failed",
    commits - 1,
    (file) => {
      rmSync(`${file}-shm`);
      // Its last frame, which commits it, is whole.
      change(`${file}-wal`, (bytes) => (bytes[endOf(logOf(file).frames - 2) + 99] = 0xee));
    },
  ],
];

// While a commit waits for the disk, the system may write the index of the log out before the log.
const ahead: typeof ordinary = [
  ["its last transaction is gone", commits - 1, (file) => truncateSync(`${file}-wal`, lastCommitAt(file))],
  [
    "its last transaction is there in part",
    commits - 1,
    (file) => change(`${file}-wal`, (bytes) => void bytes.fill(0, lastCommitAt(file) + frameBytes)),
  ],
  [
    "its last page is blank, and room for more",
    commits - 1,
    (file) => change(`${file}-wal`, (bytes) => void bytes.fill(0, endOf(logOf(file).frames - 1))),
  ],
];

test.each(ahead)(
  "a log that is behind its index after a power failure loses nothing acknowledged: %s",
  async (_name, left, damage) => {
    const folder = folderWith((file) => {
      damage(file);
      reboot(file);
    });
    expect(await stored(folder)).toBe(left);
  },
);

test("a new log of one transaction that did not reach the disk, but its index did, loses nothing acknowledged", async () => {
  const folder = testFolder();
  const storage = open(folder);
  const file = join(folder, "main.db");
  await storage.commit({ transitions: [{ guards: [], effects: [putEvent(1)] }], now, lease: [] });
  const db = new Database(file);
  db.pragma("wal_checkpoint(RESTART)");
  const before = readFileSync(`${file}-wal`);
  await storage.commit({ transitions: [{ guards: [], effects: [putEvent(2)] }], now, lease: [] });
  const left = testFolder();
  copy(folder, left);
  db.close();
  writeFileSync(join(left, "main.db-wal"), before);
  const restarted = () => {
    const copied = testFolder();
    copy(left, copied);
    return copied;
  };
  expect(() => open(restarted())).toThrow(expect.objectContaining({ code: "DATA_LOG_DAMAGED" }));
  reboot(join(left, "main.db"));
  expect(await stored(left)).toBe(1);
});

test("a log that lacks two transactions is damaged, whatever has happened to the machine", () => {
  const folder = folderWith((file) => {
    truncateSync(`${file}-wal`, lastCommitAt(file));
    truncateSync(`${file}-wal`, lastCommitAt(file));
    reboot(file);
  });
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: "DATA_LOG_DAMAGED" }));
});

test.each(ordinary)("what a killed server or a power failure leaves is no damage: %s", async (_name, left, damage) => {
  expect(await stored(folderWith(damage))).toBe(left);
});

test("two power failures leave two transactions that nobody was told of, and are no damage", async () => {
  const first = await powerFailsInCommit(
    folderWith(() => undefined),
    60_000,
  );
  // What the second start writes is shorter, so the end of the other is still behind it.
  const second = await powerFailsInCommit(first, 6_000);
  const frames = statSync(join(second, "main.db-wal")).size / frameBytes;
  expect(frames - logOf(join(second, "main.db")).frames).toBeGreaterThan(10);
  expect(await stored(second)).toBe(commits);
});

/** Starts a server and fails the power while its commit waits for the disk, which has kept all of it but one page. */
async function powerFailsInCommit(folder: string, length: number): Promise<string> {
  const storage = open(folder);
  const { frames } = logOf(join(folder, "main.db"));
  await storage.commit({ transitions: [{ guards: [], effects: [putEvent(-length, length)] }], now, lease: [] });
  const left = testFolder();
  copy(folder, left);
  await storage.close();
  rmSync(join(left, "main.db-shm"));
  change(join(left, "main.db-wal"), (bytes) => (bytes[endOf(frames) + 99] = 0xee));
  return left;
}

test("after a power failure, a server whose commits do not wait for the disk starts with what is left, and says so", async () => {
  const folder = folderWith((file) => {
    truncateSync(`${file}-wal`, endOf(60));
    utimesSync(`${file}-shm`, 1, 1);
  });
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: "DATA_LOG_DAMAGED" }));
  const troubles: string[] = [];
  expect(await stored(folder, { synchronous: "normal", onTrouble: ({ code }) => troubles.push(code) })).toBeLessThan(
    commits,
  );
  expect(troubles).toEqual(["DATA_LOG_DAMAGED"]);
});

/** Files of a server that was stopped: all is in the database. */
async function stopped(damage: (file: string) => void): Promise<string> {
  const folder = folderWith(() => undefined);
  await open(folder).close();
  damage(join(folder, "main.db"));
  return folder;
}

test.each<readonly [string, RegExp, (file: string) => void]>([
  ["a header that is none", /not a database/, (file) => change(file, (bytes) => void bytes.fill(0, 0, 100))],
  ["a page of zeros", /damaged/, (file) => change(file, (bytes) => void bytes.fill(0, 4_096 * 5, 4_096 * 6))],
  [
    "a page of something else",
    /damaged/,
    (file) => change(file, (bytes) => randomFillSync(bytes.subarray(4_096 * 5, 4_096 * 6))),
  ],
  ["cut off", /it ends after page \d+ of \d+/, (file) => truncateSync(file, 4_096 * 30)],
])("a damaged database is refused and left as it is: %s", async (_name, sentence, damage) => {
  const folder = await stopped(damage);
  const before = contents(folder);
  expect(() => open(folder)).toThrow(
    expect.objectContaining({ code: "DATA_DAMAGED", message: expect.stringMatching(sentence) }),
  );
  expect(contents(folder)).toEqual(before);
});

test.each([
  ["gone", (file: string) => rmSync(file)],
  ["empty", (file: string) => truncateSync(file, 0)],
])("a log whose database is %s is not thrown away", (_name, damage) => {
  const folder = folderWith(damage);
  const before = contents(folder);
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: "DATA_DAMAGED" }));
  expect(contents(folder)).toEqual(before);
});

test("damage that only the boot of a large database comes upon is refused, and no commit is added", async () => {
  const folder = testFolder();
  const open = testFolder();
  const storage = openSqliteStorage({ file: join(open, "main.db"), synchronous: "normal", now });
  for (let commit = 0; commit < 90; commit += 1) {
    const effects = Array.from({ length: 50 }, (_, n) => putEvent(commit * 50 + n, 10_000));
    await storage.commit({ transitions: [{ guards: [], effects }], now, lease: [] });
  }
  copy(open, folder);
  await storage.close();
  const file = join(folder, "main.db");
  expect(statSync(file).size).toBeGreaterThan(32 * 1024 * 1024);
  const db = new Database(join(open, "main.db"), { readonly: true });
  const root =
    db.prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'queue_items_leased'").pluck().get() ?? 0;
  db.close();
  change(file, (bytes) => void bytes.fill(0, 4_096 * (root - 1), 4_096 * root));
  const filesOf = () => contents(folder).filter(([name]) => name !== "main.db-shm");
  const before = filesOf();
  expect(() => openSqliteStorage({ file, synchronous: "full", now })).toThrow(
    expect.objectContaining({ code: "DATA_DAMAGED" }),
  );
  expect(filesOf()).toEqual(before);
});
