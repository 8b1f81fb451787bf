// Files that were damaged, before a start and under a running server: it says what and where before it writes anything,
// and serves what can be read only when it is told to.
import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomFillSync } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { readInfo, request } from "../src/api.ts";
import { startServerChild } from "../src/server.ts";
import { codeOf, contents, dataFolder, readiness, sendMany, sendOne, start, storedEvents } from "./scene.ts";

const count = 60;
const pageBytes = 4_096;
const timeout = 60_000;
/** Where a frame of the log ends; the first hundred or so make the tables. */
const endOf = (frames: number): number => 32 + frames * (pageBytes + 24);

/** What a server leaves that was killed after its last acknowledgement. */
async function killed(): Promise<string> {
  const folder = dataFolder();
  const server = await start({ dataDir: folder });
  await sendMany(server.url, count, 3_000);
  await server.child.end("SIGKILL");
  return folder;
}

/** What a server leaves that was asked to stop. */
async function stopped(): Promise<string> {
  const folder = dataFolder();
  const server = await start({ dataDir: folder });
  await sendMany(server.url, count, 3_000);
  expect(await server.child.end("SIGTERM")).toBe(0);
  return folder;
}

const change = (file: string, edit: (bytes: Buffer) => void): void => {
  const bytes = readFileSync(file);
  edit(bytes);
  writeFileSync(file, bytes);
};

interface Damage {
  readonly name: string;
  readonly leave: () => Promise<string>;
  readonly file: string;
  readonly code: string;
  readonly sentence: RegExp;
  readonly damage: (file: string) => void;
  /** Starts all the same when it is told to. */
  readonly isAcceptable: boolean;
}

const log = { leave: killed, file: "main.db-wal", code: "DATA_LOG_DAMAGED", isAcceptable: true } as const;
const database = { leave: stopped, file: "main.db", code: "DATA_DAMAGED" } as const;

const damages: readonly Damage[] = [
  {
    ...log,
    name: "random bytes in the last frames of the log",
    sentence: /\d+ of \d+ pages that were committed cannot be read; \d+ commits can be read before that/,
    damage: (file) => change(file, (bytes) => randomFillSync(bytes.subarray(bytes.length - 3 * pageBytes))),
  },
  {
    ...log,
    name: "a log that was cut short",
    sentence: /\d+ of \d+ pages that were committed cannot be read; [1-9]\d* commits/,
    damage: (file) => truncateSync(file, endOf(250)),
  },
  {
    ...log,
    name: "a page of zeros in the log",
    sentence: /pages that were committed cannot be read; [1-9]\d* commits/,
    damage: (file) => change(file, (bytes) => void bytes.fill(0, endOf(250), endOf(251))),
  },
  {
    ...log,
    name: "a log that was removed",
    sentence: /it is gone, with \d+ pages that were committed; 0 commits/,
    damage: (file) => rmSync(file),
  },
  {
    ...database,
    name: "a page of zeros in the database",
    isAcceptable: true,
    sentence: /is damaged: .*(page|tree)/i,
    damage: (file) =>
      change(file, (bytes) => void bytes.fill(0, bytes.length - 20 * pageBytes, bytes.length - 19 * pageBytes)),
  },
  {
    ...database,
    name: "a database that was cut short",
    isAcceptable: false,
    sentence: /it ends after page 20 of \d+/,
    damage: (file) => truncateSync(file, 20 * pageBytes),
  },
  {
    ...database,
    name: "something else in place of the database",
    isAcceptable: false,
    sentence: /file is not a database/,
    damage: (file) => writeFileSync(file, "what somebody wants to keep\n".repeat(1_000)),
  },
];

test.each(damages)("$name: refused with what to do, and left as it is", { timeout }, async (one) => {
  const folder = await one.leave();
  one.damage(join(folder, one.file));
  const before = contents(folder);

  const refused = startServerChild({ dataDir: folder });
  expect(await refused.ended).toBe(1);
  const said = refused.lines().join("\n");
  expect(said).toMatch(one.sentence);
  expect(said).toContain(join(folder, one.file));
  expect(said).toContain("restore a backup");
  expect(said).toContain("--accept-damage");
  expect(said).toContain(`(${one.code})`);
  expect(contents(folder)).toEqual(before);

  if (!one.isAcceptable) {
    // There is nothing that could be read: accepting that would begin an empty database in the place of somebody's data.
    const insisted = startServerChild({ dataDir: folder, args: ["--accept-damage"] });
    expect(await insisted.ended).toBe(1);
    expect(insisted.lines().join("\n")).toContain(join(folder, one.file));
    const left = new Map(contents(folder));
    for (const [name, digest] of before) expect([name, left.get(name)]).toEqual([name, digest]);
    return;
  }
  const server = await start({ dataDir: folder, args: ["--accept-damage"] });
  await server.child.line(/the database is in trouble/);
  expect((await sendOne(server.url)).status).toBe(200);
  await server.child.end("SIGKILL");
});

test("what can be read before the damage of the log is served when that is accepted", { timeout }, async () => {
  const folder = await killed();
  const file = join(folder, "main.db-wal");
  change(file, (bytes) => randomFillSync(bytes.subarray(bytes.length - 3 * pageBytes)));
  const server = await start({ dataDir: folder, args: ["--accept-damage"] });
  const answer = await request(`${server.url}/api/events?limit=100`);
  const { items } = answer.json as { readonly items: readonly unknown[] };
  expect(items.length).toBeGreaterThan(count - 5);
  expect(items.length).toBeLessThan(count);
  await server.child.end("SIGTERM");
  expect(storedEvents(folder)).toEqual({ events: items.length, verdict: "ok" });
  await start({ dataDir: folder });
});

test("what a killed server leaves is no damage, wherever it was killed", { timeout }, async () => {
  const folder = dataFolder();
  let acknowledged = 0;
  for (let kill = 0; kill < 5; kill += 1) {
    const server = await start({ dataDir: folder });
    let inThisLife = 0;
    const sending = Array.from({ length: 40 }, async () => {
      const answer = await sendOne(server.url, 20_000).catch(() => null);
      if (answer?.status !== 200) return;
      inThisLife += 1;
      // Amid the others, wherever their commits are.
      if (inThisLife === 10) server.child.signal("SIGKILL");
    });
    await Promise.all(sending);
    await server.child.ended;
    expect(inThisLife).toBeGreaterThanOrEqual(10);
    acknowledged += inThisLife;
  }
  const server = await start({ dataDir: folder });
  await readInfo(server.url);
  const { events, verdict } = storedEvents(folder);
  expect(events).toBeGreaterThanOrEqual(acknowledged);
  expect(verdict).toBe("ok");
});

test("a copy without the index of its log starts, too", { timeout }, async () => {
  const folder = await killed();
  const copy = dataFolder();
  for (const name of ["main.db", "main.db-wal"]) copyFileSync(join(folder, name), join(copy, name));
  await start({ dataDir: copy });
  expect(storedEvents(copy)).toEqual({ events: count, verdict: "ok" });
});

test("a page that is damaged under a running server ends all writing, and everybody is told", { timeout }, async () => {
  const folder = dataFolder();
  const first = await start({ dataDir: folder });
  await sendMany(first.url, 200, 3_000);
  await first.child.end("SIGTERM");
  const server = await start({ dataDir: folder });
  onTestFinished(async () => void (await server.child.end("SIGKILL")));
  expect(await readiness(server.url)).toBe("ready");
  change(
    join(folder, "main.db"),
    (bytes) => void bytes.fill(0xff, Math.floor(bytes.length * 0.6), Math.floor(bytes.length * 0.9)),
  );

  expect(codeOf(await request(`${server.url}/api/events?limit=100`))).toBe("503 STORAGE_DAMAGED");
  const refusal = await sendOne(server.url);
  expect(codeOf(refusal)).toBe("503 STORAGE_DAMAGED");
  expect(Number(refusal.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await readiness(server.url)).toContain("STORAGE_DAMAGED");
  await server.child.line(/the database is in trouble/);
  expect((await request(`${server.url}/health`)).status).toBe(200);
  expect(server.child.hasEnded).toBe(false);
});
