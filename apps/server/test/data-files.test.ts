// What `stepwright doctor`, `backup` and `restore` refuse, keep and say.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asFunctionId, asQueueItemId } from "@stepwright/protocol";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SettingKey } from "../src/config.ts";
import { missingSpace } from "../src/data/backup.ts";
import type { DataOutcome } from "../src/data/outcome.ts";
import { type DataCommand, readData } from "../src/data/request.ts";
import { readDoctor } from "../src/doctor/request.ts";
import { perform } from "../src/data/run.ts";
import { readConfig, startServer, type RunningServer } from "../src/index.ts";

let cwd = "";
let server: RunningServer;
let firstEvent = "";

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "stepwright-files-"));
  server = await start("data");
  firstEvent = await send();
});

afterEach(async () => {
  await server.stop();
  rmSync(cwd, { recursive: true, force: true });
});

function start(dataDir: string): Promise<RunningServer> {
  const values = { port: 0, noDiscovery: true, noPoll: true, shutdownGrace: 0, dataDir };
  const flags = new Map(Object.entries(values) as [SettingKey, unknown][]);
  const config = readConfig({ command: "dev", flags, env: {}, configFile: null, cwd });
  return startServer(config, { log: pino({ level: "silent" }), discoverPorts: [], cacheDir: null });
}

async function send(): Promise<string> {
  const response = await fetch(`${server.urls[0]}/e/dev`, { method: "POST", body: JSON.stringify({ name: "a/b" }) });
  const { ids } = (await response.json()) as { ids: readonly string[] };
  return ids[0] ?? "";
}

/** Starts a server on a folder and says whether it has the event. */
async function has(dataDir: string, eventId: string): Promise<boolean> {
  await server.stop();
  server = await start(dataDir);
  return (await fetch(`${server.urls[0]}/api/events/${eventId}`)).status === 200;
}

const tools = () => ({
  cwd,
  processId: 1,
  nativeBinding: undefined,
  now: () => Date.now(),
  dataDirDefault: () => join(cwd, "data"),
  progress: () => {},
});

/** Does what a command line says. */
function run(command: DataCommand | "doctor", ...args: readonly string[]): DataOutcome {
  const read = command === "doctor" ? readDoctor(args) : readData(command, args);
  if (read.kind !== "data") throw new Error(`"${args.join(" ")}" is no request`);
  return perform(read.request, tools());
}

/** The sentence with which a command fails. */
function refusal(command: DataCommand | "doctor", ...args: readonly string[]): string {
  const outcome = run(command, ...args);
  return outcome.kind === "failed" ? outcome.message : `done: ${outcome.text}`;
}

const done = { kind: "done", exitCode: 0 };

function damaged(name: string): string {
  const bytes = readFileSync(join(cwd, "b.db"));
  writeFileSync(join(cwd, name), bytes.fill(0xff, bytes.length - 4096));
  return name;
}

describe("stepwright backup", () => {
  it("does not overwrite a file unless it is told to, and leaves nothing else behind", () => {
    writeFileSync(join(cwd, "b.db"), "precious");
    expect(refusal("backup", "--to", "b.db")).toBe(
      `${join(cwd, "b.db")} exists already; choose another name, or give --force to replace it`,
    );
    expect(readFileSync(join(cwd, "b.db"), "utf8")).toBe("precious");
    expect(run("backup", "--to", "b.db", "--force", "--no-verify")).toMatchObject({
      ...done,
      text: expect.stringContaining(", not checked"),
    });
    expect(run("doctor", "--db", "b.db")).toMatchObject(done);
    expect(readdirSync(cwd).toSorted()).toEqual(["b.db", "data"]);
  });

  it("says why it cannot be made", () => {
    expect(refusal("backup", "--to", "b.db", "--data-dir", "none")).toMatch(/^there is no database in .+none; name/);
    expect(refusal("backup", "--to", "none/b.db")).toMatch(/^the folder .+none does not exist$/);
    expect(refusal("backup", "--to", "data")).toMatch(/data is a folder; name a file in it/);
    for (const name of ["main.db", "main.db-wal", "main.db-shm", "lock.db"])
      expect(refusal("backup", "--to", `data/${name}`, "--force")).toMatch(/cannot take the place of the database/);
  });

  it("asks for room on the disk before it begins", () => {
    expect(missingSpace(cwd, 1_000)).toBeNull();
    expect(missingSpace(cwd, 1e18)).toMatch(/^the disk of .+ has [\d.]+ [GT]B left, and 1000000 TB are needed$/);
  });

  it("tells what the doctor found in it, and is complete all the same", async () => {
    const { storage } = server.runtime;
    const now = server.runtime.now();
    const itemId = asQueueItemId("i");
    const work = { kind: "cron", functionId: asFunctionId("f"), cron: "c", tick: now } as const;
    const effects = [
      { kind: "enqueue", item: { id: itemId, lane: "system", at: now, attempt: 0, work } },
      { kind: "setAside", itemId, reason: "no", at: now },
    ] as const;
    await storage.commit({ transitions: [{ guards: [], effects }], now, lease: [] });
    expect(run("backup", "--to", "b.db")).toMatchObject({
      ...done,
      text: expect.stringMatching(/The backup is complete[\s\S]+SET_ASIDE: 1 × /),
    });
    expect(run("doctor", "--db", "b.db", "--json")).toMatchObject({ kind: "done", exitCode: 1 });
  });
});

describe("stepwright restore", () => {
  beforeEach(() => {
    expect(run("backup", "--to", "b.db")).toMatchObject(done);
  });

  it("refuses the folder of a running server, with --force as well", () => {
    expect(refusal("restore", "--from", "b.db", "--data-dir", "data")).toMatch(
      /^another server is using the data folder/,
    );
    expect(refusal("restore", "--from", "b.db", "--data-dir", "data", "--force")).toMatch(/^another server is using/);
  });

  it("keeps what was there before, and takes its place only when it is told to", async () => {
    const later = await send();
    // As a kill would leave it: the newest commits are in the log beside the database.
    cpSync(join(cwd, "data"), join(cwd, "killed"), { recursive: true });
    expect(existsSync(join(cwd, "killed", "main.db-wal"))).toBe(true);
    expect(refusal("restore", "--from", "b.db", "--data-dir", "killed")).toMatch(
      /killed is not empty \(main\.db.+give --force to move what is there aside/,
    );
    expect(run("restore", "--from", "b.db", "--data-dir", "killed", "--force")).toMatchObject({
      ...done,
      text: expect.stringContaining("What was there before is kept in"),
    });
    const former = readdirSync(join(cwd, "killed")).filter((name) => name.startsWith("former-"));
    expect(await has("killed", firstEvent)).toBe(true);
    expect(await has("killed", later)).toBe(false);
    expect(await has(join("killed", former[0] ?? ""), later)).toBe(true);
    // A second time: what is kept already stays where it is.
    expect(run("restore", "--from", "b.db", "--data-dir", "killed", "--force")).toMatchObject(done);
    expect(readdirSync(join(cwd, "killed")).filter((name) => name.startsWith("former-"))).toHaveLength(2);
  });

  it("leaves a backup that lies in the folder where it is", async () => {
    mkdirSync(join(cwd, "beside"));
    cpSync(join(cwd, "b.db"), join(cwd, "beside", "b.db"));
    expect(run("restore", "--from", "beside/b.db", "--data-dir", "beside")).toMatchObject(done);
    expect(run("restore", "--from", "beside/b.db", "--data-dir", "beside", "--force")).toMatchObject(done);
    expect(readdirSync(join(cwd, "beside"))).toContain("b.db");
    // The data itself, written anew without free pages: what it was is kept as always.
    expect(run("restore", "--from", "beside", "--data-dir", "beside", "--force")).toMatchObject(done);
    expect(await has("beside", firstEvent)).toBe(true);
  });

  it("makes the folder, and takes a data folder as well as a file", async () => {
    const later = await send();
    expect(run("restore", "--from", "data", "--data-dir", "a/new/folder")).toMatchObject(done);
    expect(await has("a/new/folder", later)).toBe(true);
  });

  it("restores nothing that is damaged or no backup", () => {
    writeFileSync(join(cwd, "letter.db"), "Dear Ada,\n".repeat(1_000));
    mkdirSync(join(cwd, "empty"));
    const of = (from: string) => refusal("restore", "--from", from, "--data-dir", "new");
    expect(of(damaged("damaged.db"))).toMatch(/damaged\.db cannot be restored:\nFILE_DAMAGED/);
    expect(of("letter.db")).toMatch(/^the backup could not be restored: file is not a database/);
    expect(of("empty")).toMatch(/^there is no backup at/);
    expect(of("none.db")).toMatch(/^there is no backup at/);
    expect(existsSync(join(cwd, "new"))).toBe(false);
  });
});

describe("stepwright doctor", () => {
  it("says in its exit code whether it found something, or could not look", () => {
    expect(run("doctor", "--db", "data")).toMatchObject({
      ...done,
      text: expect.stringMatching(
        /main\.db: \d+ kB, of which .+ are free; schema \d+\n\d+ checks made, nothing found\.\n$/,
      ),
    });
    run("backup", "--to", "b.db");
    expect(run("doctor", "--db", damaged("damaged.db"))).toMatchObject({
      kind: "done",
      exitCode: 1,
      text: expect.stringMatching(/FILE_DAMAGED: \d+ × places in which .+\n {4}.+\n[\s\S]+restore the newest backup/),
    });
    writeFileSync(join(cwd, "letter.db"), "Dear Ada,\n".repeat(1_000));
    for (const db of ["none", "letter.db"])
      expect(run("doctor", "--db", db)).toMatchObject({ kind: "failed", exitCode: 2 });
  });

  it("prints what it found for scripts", () => {
    const outcome = run("doctor", "--db", "data", "--json");
    expect(outcome.kind === "done" && JSON.parse(outcome.text)).toMatchObject({
      file: join(cwd, "data", "main.db"),
      findings: [],
    });
  });
});
