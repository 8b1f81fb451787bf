// Disks that fill up or fail under load: the server refuses, says so, keeps what apps have answered, loses nothing that was
// acknowledged, and goes on by itself once it can.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { request, sendEvents } from "../src/api.ts";
import { readLedger } from "../src/apps/ledger.ts";
import { openBed } from "../src/bed.ts";
import { untilQuiet } from "../src/round.ts";
import { type ServerOptions, startServerChild } from "../src/server.ts";
import { until } from "@stepwright/test-parts";
import { codeOf, nobody, readiness, sendMany, sendOne, start, storedEvents } from "./scene.ts";

const mebibyte = 1024 * 1024;
/** Root may mount, unless it is root of a container only. */
const mayMount = nobody !== null && canMount();

interface Disk {
  readonly folder: string;
  readonly hindrance: Pick<ServerOptions, "fileBlocksMax">;
  readonly code: string;
  makeRoom(serverPid: number): void;
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-full-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-mount-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "stepwright-faults", folder]);
  if (status === 0) execFileSync("umount", [folder]);
  rmSync(folder, { recursive: true });
  return status === 0;
}

/** A file system of its own, as small as can be. */
function smallDisk(): Disk {
  const folder = temporary();
  const mounted = join(folder, "data");
  mkdirSync(mounted);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "stepwright-faults", mounted]);
  onTestFinished(() => void execFileSync("umount", ["-l", mounted]));
  const makeRoom = (): void => void execFileSync("mount", ["-o", "remount,size=64m", mounted]);
  return { folder, hindrance: {}, code: "503 STORAGE_FULL", makeRoom };
}

/** A limit on the size of a file, for those who may not mount: the database cannot grow either. */
function smallFiles(): Disk {
  const folder = temporary();
  return {
    folder,
    hindrance: { fileBlocksMax: (3 * mebibyte) / 512 },
    code: "503 STORAGE_UNAVAILABLE",
    makeRoom: (pid) => void execFileSync("prlimit", ["--pid", String(pid), "--fsize=unlimited:"]),
  };
}

const disks = [
  { name: "a full file system", open: smallDisk, needsMount: true },
  { name: "files that may not grow", open: smallFiles, needsMount: false },
].filter(({ needsMount }) => mayMount || !needsMount);

test.each(disks)("$name: refused, nothing lost, and over by itself", { timeout: 120_000 }, async ({ open }) => {
  const disk = open();
  const bed = await openBed(disk.folder, { apps: ["raw"], hindrance: disk.hindrance });
  onTestFinished(() => bed.close());
  const { url, child } = await bed.server();
  const dataDir = join(disk.folder, "data");

  // These are asleep when the disk fills up, and wake while it is full; those are being called, and answered while it is full.
  const eventsOf = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({ id: `${kind}${index}`, name: `raw/${kind}`, data: {} }));
  expect((await sendEvents(url, eventsOf("sleepy", 5))).status).toBe(200);
  await until(() => (ledgerSteps(bed.ledgerFile).length === 5 ? true : null), { describe: () => "all go to sleep" });
  const asleepAt = Date.now();
  bed.app("raw").signal("SIGSTOP");
  expect((await sendEvents(url, eventsOf("sequence", 5))).status).toBe(200);
  let acknowledged = 0;
  let refusal = await sendOne(url, 100_000);
  while (refusal.status === 200) {
    acknowledged += 1;
    refusal = await sendOne(url, 100_000);
  }
  expect(acknowledged).toBeGreaterThan(5);
  expect(codeOf(refusal)).toBe(disk.code);
  expect(Number(refusal.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(JSON.stringify(refusal.json)).toMatch(/nothing was stored/);
  // What is smaller may still fit for a while; what is as large goes on being refused.
  for (let again = 0; again < 10; again += 1) expect(codeOf(await sendOne(url, 100_000))).toBe(disk.code);
  await child.line(/the database refuses writes/);
  bed.app("raw").signal("SIGCONT");
  await until(() => (ledgerSteps(bed.ledgerFile).length === 10 ? true : null), { describe: () => "the app answers" });
  await until(() => (Date.now() > asleepAt + 1_500 ? true : null), { describe: () => "the time to wake is over" });
  expect(codeOf(await sendOne(url, 100_000))).toBe(disk.code);
  expect(child.hasEnded).toBe(false);
  expect((await request(`${url}/health`)).status).toBe(200);

  disk.makeRoom(child.pid);
  await until(async () => ((await sendOne(url, 100_000)).status === 200 ? true : null), {
    describe: () => "the server takes events again by itself",
  });
  acknowledged += 1;
  await untilQuiet(bed);
  expect(await readiness(url)).toBe("ready");
  // The answers that came while it was full were kept: nobody was asked twice.
  const once = ["before", "after", "one", "two", "three"].flatMap((step) => Array.from({ length: 5 }, () => step));
  expect(ledgerSteps(bed.ledgerFile).toSorted()).toEqual(once.toSorted());

  await child.end("SIGKILL");
  expect(storedEvents(dataDir)).toEqual({ events: acknowledged, verdict: "ok" });
});

// A limit leaves room for what a start writes. After a crash the log may have room too: commits that were refused leave frames
// in it that are written over. Only a folder that was left in order, without a log, surely needs more than there is.
test.each(disks.filter(({ needsMount }) => needsMount))(
  "$name: a start is refused in one sentence until there is room",
  { timeout: 60_000 },
  async ({ open }) => {
    const disk = open();
    const dataDir = join(disk.folder, "data");
    const server = await start({ dataDir });
    await sendMany(server.url, 5, 100_000);
    expect(await server.child.end("SIGTERM")).toBe(0);
    expect(() => writeFileSync(join(dataDir, "filler"), Buffer.alloc(64 * mebibyte))).toThrow(/ENOSPC/);
    const refused = startServerChild({ dataDir });
    expect(await refused.ended).toBe(1);
    expect(refused.lines().join("\n")).toMatch(/cannot be used \(.*full\).* \(DATA_FOLDER_UNUSABLE\)/);
    disk.makeRoom(server.child.pid);
    await start({ dataDir });
    expect(storedEvents(dataDir)).toEqual({ events: 5, verdict: "ok" });
  },
);

test.each(disks.filter(({ needsMount }) => needsMount))(
  "$name: a server that was killed on it has all that was acknowledged once there is room",
  { timeout: 60_000 },
  async ({ open }) => {
    const disk = open();
    const dataDir = join(disk.folder, "data");
    const server = await start({ dataDir });
    let acknowledged = 0;
    while ((await sendOne(server.url, 100_000)).status === 200) acknowledged += 1;
    await server.child.end("SIGKILL");
    disk.makeRoom(server.child.pid);
    await start({ dataDir });
    expect(storedEvents(dataDir)).toEqual({ events: acknowledged, verdict: "ok" });
  },
);

/** A disk that takes writes and cannot say that they are kept; where there is a compiler to make one. */
const compilers = ["cc"].filter((name) => process.platform === "linux" && spawnSync(name, ["--version"]).status === 0);
const source = fileURLToPath(new URL("failing-sync.c", import.meta.url));

/** Makes the library; returns its file. */
function failingSyncs(compiler: string, folder: string): string {
  const library = join(folder, "failing-sync.so");
  execFileSync(compiler, ["-shared", "-fPIC", "-o", library, source]);
  return library;
}

test.each(compilers)(
  "failing syncs, by %s, of the database by a checkpoint: nothing is stored any more until a restart, and nothing lost",
  { timeout: 60_000 },
  async (compiler) => {
    const folder = temporary();
    const dataDir = join(folder, "data");
    const trouble = join(folder, "trouble");
    const env = { LD_PRELOAD: failingSyncs(compiler, folder), FAILING_SYNC: trouble, FAILING_SYNC_OF: "/main.db" };
    const server = await start({ dataDir, env });
    // No sync of the log fails, so commits go through until the log is moved into the database.
    writeFileSync(trouble, "");
    let acknowledged = 0;
    let refusal = await sendOne(server.url, 100_000);
    for (; refusal.status === 200; refusal = await sendOne(server.url, 100_000)) acknowledged += 1;
    expect(codeOf(refusal)).toBe("503 STORAGE_UNSYNCED");
    expect(acknowledged).toBeGreaterThan(20);
    // It was the thread that found out: the built server has found its program.
    expect(server.child.lines().join("\n")).not.toContain("CHECKPOINT_THREAD_LOST");
    // What the system could not write it may report only once.
    rmSync(trouble);
    expect(codeOf(await sendOne(server.url))).toBe("503 STORAGE_UNSYNCED");
    await server.child.end("SIGKILL");
    await start({ dataDir });
    const { events, verdict } = storedEvents(dataDir);
    expect(verdict).toBe("ok");
    expect(events).toBeGreaterThanOrEqual(acknowledged);
  },
);

test.each(compilers)(
  "failing syncs, by %s: nothing is stored any more until a restart, and nothing lost",
  { timeout: 60_000 },
  async (compiler) => {
    const folder = mkdtempSync(join(tmpdir(), "stepwright-sync-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const library = failingSyncs(compiler, folder);
    const trouble = join(folder, "trouble");
    const bed = await openBed(folder, {
      apps: ["raw"],
      hindrance: { env: { LD_PRELOAD: library, FAILING_SYNC: trouble } },
    });
    onTestFinished(() => bed.close());
    const { url, child } = await bed.server();
    const steps = () =>
      readLedger(bed.ledgerFile, 0).lines.flatMap((line) => (line.kind === "step" ? [line.step] : []));

    await sendMany(url, 20);
    bed.app("raw").signal("SIGSTOP");
    const runs = Array.from({ length: 5 }, (_, index) => ({ id: `s${index}`, name: "raw/sequence", data: {} }));
    expect((await sendEvents(url, runs)).status).toBe(200);
    writeFileSync(trouble, "");
    for (let refused = 0; refused < 10; refused += 1) expect(codeOf(await sendOne(url))).toBe("503 STORAGE_UNSYNCED");
    bed.app("raw").signal("SIGCONT");
    await until(() => (steps().length === 5 ? true : null), { describe: () => "the app answers" });
    await child.line(/the database refuses writes/);

    // What the system could not write it may report only once: a sync that succeeds later says nothing of what came before.
    rmSync(trouble);
    expect(codeOf(await sendOne(url))).toBe("503 STORAGE_UNSYNCED");
    await child.end("SIGKILL");
    await bed.crashServer();
    await untilQuiet(bed);
    // The answers that could not be kept are asked for again, and only they.
    const once = ["one", "two", "three"].flatMap((step) => runs.map(() => step));
    expect(steps().toSorted()).toEqual([...runs.map(() => "one"), ...once].toSorted());
    const { events, verdict } = storedEvents(join(folder, "data"));
    expect(verdict).toBe("ok");
    expect(events).toBeGreaterThanOrEqual(20);
  },
);

function ledgerSteps(file: string): readonly string[] {
  return readLedger(file, 0).lines.flatMap((line) => (line.kind === "step" ? [line.step] : []));
}
