// `stepwright doctor`, `backup` and `restore` as processes of their own, beside a server under load.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startDataApp, type DataApp } from "./data-app.ts";
import { type CommandResult, runCommand, spawnServer, type SpawnedServer } from "./spawned-server.ts";

const timeout = 120_000;

let cwd = "";
let app: DataApp;
let running: SpawnedServer[] = [];

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), "stepwright-data-"));
  app = await startDataApp();
});

afterEach(async () => {
  await Promise.all(
    running
      .filter(({ process }) => process.exitCode === null && process.signalCode === null)
      .map((server) => server.end("SIGKILL")),
  );
  running = [];
  await app.close();
  rmSync(cwd, { recursive: true, force: true });
});

async function start(dataDir: string, args: readonly string[] = []): Promise<SpawnedServer> {
  const fixed = ["dev", "--no-discovery", "--no-poll", "--port", "0", "--data-dir", dataDir];
  const server = await spawnServer([...fixed, ...args], { cwd });
  running.push(server);
  return server;
}

const command = (...args: readonly string[]): Promise<CommandResult> => runCommand(args, { cwd });

async function send(url: string, n: number): Promise<string> {
  const response = await fetch(`${url}/e/dev`, {
    method: "POST",
    body: JSON.stringify({ name: "shop/ordered", data: { n } }),
  });
  const { ids } = (await response.json()) as { ids: readonly string[] };
  return ids[0] ?? "";
}

/** The status of the run that an event started; undefined while there is none. */
async function statusOf(url: string, eventId: string): Promise<string | undefined> {
  const response = await fetch(`${url}/api/events/${eventId}`);
  if (response.status === 404) return "lost";
  const { runs } = (await response.json()) as { runs: readonly { status: string }[] };
  return runs[0]?.status;
}

/** Waits until the runs of all events have completed; names those that are lost or have not. */
async function unfinished(url: string, eventIds: readonly string[]): Promise<readonly string[]> {
  const endAt = performance.now() + 60_000;
  let left = eventIds;
  while (left.length > 0 && performance.now() < endAt) {
    const statuses = await Promise.all(left.map(async (id) => [id, await statusOf(url, id)] as const));
    left = statuses.filter(([, status]) => status !== "completed").map(([id]) => id);
    if (left.length > 0) await pause(100);
  }
  return left;
}

/** Sends events one after another until it is told to stop, and keeps the ids of those that were acknowledged. */
function sendOn(url: string): { readonly acknowledged: readonly string[]; stop(): Promise<void> } {
  const acknowledged: string[] = [];
  const end = new AbortController();
  const send4 = async (): Promise<void> => {
    while (!end.signal.aborted) acknowledged.push(await send(url, acknowledged.length));
  };
  const all = Promise.all([send4(), send4(), send4(), send4()]);
  return {
    acknowledged,
    async stop() {
      end.abort();
      await all;
    },
  };
}

describe("beside a server under load", () => {
  it(
    "a backup holds every event that was acknowledged before it, and a new server finishes their runs",
    { timeout },
    async () => {
      const server = await start("data");
      await app.register(server.url);
      const load = sendOn(server.url);
      expect(await command("doctor", "--db", "data")).toMatchObject({ code: 0, stderr: "" });
      const before = [...load.acknowledged];
      expect(before.length).toBeGreaterThan(50);
      const backup = await command("backup", "--to", "backup.db", "--data-dir", "data");
      expect(backup).toMatchObject({ code: 0, stderr: "" });
      expect(backup.stdout).toMatch(
        /data\/main\.db copied to .+backup\.db: [\d.]+ [kM]B in [\d.]+ s and checked in [\d.]+ s\.\n$/,
      );
      // The doctor looks at the work in the middle of it, again and again.
      for (let look = 0; look < 3; look += 1) {
        const { code, stdout } = await command("doctor", "--db", "data/main.db", "--full", "--json");
        expect({ code, findings: JSON.parse(stdout).findings }).toEqual({ code: 0, findings: [] });
      }
      await load.stop();
      expect(load.acknowledged.length).toBeGreaterThan(before.length);
      await server.end("SIGKILL");

      expect(await command("doctor", "--db", "backup.db", "--full")).toMatchObject({ code: 0 });
      const restored = await command("restore", "--from", "backup.db", "--data-dir", "restored");
      expect(restored).toMatchObject({ code: 0, stderr: "" });
      expect(restored.stdout).toMatch(
        /restored into .+\n\n.+newest event was received at 20[\s\S]+What happens when a server starts/,
      );
      expect(statSync(join(cwd, "restored", "main.db")).mode & 0o077).toBe(0);
      const second = await start("restored");
      expect(await unfinished(second.url, before)).toEqual([]);
      await second.end("SIGTERM");
      expect(await command("doctor", "--db", "restored", "--full")).toMatchObject({ code: 0 });
    },
  );
});

describe("beside a server that sweeps", () => {
  const retained = ["--retain-completed", "1m", "--retain-events", "1m"];
  const sweepStatus = async (url: string): Promise<RetentionOfApi> =>
    (await (await fetch(`${url}/api/retention`)).json()) as RetentionOfApi;

  it("every backup is whole and has what nothing has removed", { timeout }, async () => {
    const first = await start("data");
    await app.register(first.url);
    const runs = await Promise.all(Array.from({ length: 40 }, (_, n) => send(first.url, n)));
    for (let list = 0; list < 20; list += 1) await sendList(first.url, 1_000);
    expect(await unfinished(first.url, runs)).toEqual([]);
    await first.end("SIGTERM");
    makeOld(join(cwd, "data", "main.db"));

    const server = await start("data", retained);
    await app.register(server.url);
    const load = sendOn(server.url);
    expect(storedIn(join(cwd, "data", "main.db"))).toBeGreaterThan(20_000);
    await fetch(`${server.url}/api/retention/sweep`, { method: "POST" });
    let copiesInSweep = 0;
    for (let copy = 0; copy < 3; copy += 1) {
      const before = [...load.acknowledged];
      const { isSweeping } = await sweepStatus(server.url);
      expect(await command("backup", "--to", `b${copy}.db`, "--data-dir", "data")).toMatchObject({
        code: 0,
        stderr: "",
      });
      if (isSweeping && (await sweepStatus(server.url)).isSweeping) copiesInSweep += 1;
      expect(await command("doctor", "--db", `b${copy}.db`, "--full")).toMatchObject({ code: 0 });
      expect(missingFrom(join(cwd, `b${copy}.db`), before)).toEqual([]);
    }
    expect(copiesInSweep).toBeGreaterThan(0);
    await load.stop();
    expect((await sweepStatus(server.url)).removed.events).toBeGreaterThan(0);
    await server.end("SIGKILL");
    // The last one as well: what a sweep had come to is gone, the rest is there to be gone on with.
    expect(await command("restore", "--from", "b2.db", "--data-dir", "restored")).toMatchObject({ code: 0 });
    const second = await start("restored", retained);
    expect(await unfinished(second.url, load.acknowledged.slice(0, 20))).toEqual([]);
  });
});

it("a restore over the data of a running server is refused, and the server goes on", { timeout }, async () => {
  const server = await start("data");
  await app.register(server.url);
  const first = await send(server.url, 1);
  expect(await command("backup", "--to", "b.db", "--data-dir", "data")).toMatchObject({ code: 0 });
  const later = await send(server.url, 2);
  const names = readdirSync(join(cwd, "data"));
  for (const flags of [[], ["--force"]]) {
    expect(await command("restore", "--from", "b.db", "--data-dir", "data", ...flags)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^Another server is using the data folder/i),
    });
  }
  expect(readdirSync(join(cwd, "data"))).toEqual(names);
  const latest = await send(server.url, 3);
  expect(await unfinished(server.url, [first, later, latest])).toEqual([]);
  await server.end("SIGKILL");
  // A killed server holds nothing any more.
  expect(await command("restore", "--from", "b.db", "--data-dir", "data", "--force")).toMatchObject({ code: 0 });
});

interface RetentionOfApi {
  readonly isSweeping: boolean;
  readonly removed: { readonly events: number };
}

async function sendList(url: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n) => ({ name: "shop/looked", data: { n } }));
  const { status } = await fetch(`${url}/e/dev`, { method: "POST", body: JSON.stringify(events) });
  expect(status).toBe(200);
}

/** Lets everything have come and ended an hour ago: nothing is kept for less than a minute, which is too long for a test. */
function makeOld(file: string): void {
  const db = new Database(file);
  db.exec("UPDATE runs SET ended_at = ended_at - 3600000; UPDATE events SET received_at = received_at - 3600000");
  db.close();
}

function storedIn(file: string): number {
  const db = new Database(file, { readonly: true });
  const count = db.prepare<[], number>("SELECT count(*) FROM events").pluck().get() ?? 0;
  db.close();
  return count;
}

/** Those of the events that a database does not have. */
function missingFrom(file: string, eventIds: readonly string[]): readonly string[] {
  const db = new Database(file, { readonly: true });
  const has = db.prepare<[string], number>("SELECT 1 FROM events WHERE internal_id = ?").pluck();
  const missing = eventIds.filter((id) => has.get(id) === undefined);
  db.close();
  return missing;
}

it("a full disk leaves nothing of a backup behind", { timeout }, async () => {
  const server = await start("data");
  await server.end("SIGTERM");
  // A limit on the size of files stands in for a full disk.
  const full = await runCommand(["backup", "--to", "b.db", "--data-dir", "data"], { cwd, fileBlocksMax: 100 });
  expect(full).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The backup failed: .+; nothing was written to/),
  });
  expect(readdirSync(cwd)).toEqual(["data"]);
  expect(await command("doctor", "--db", "none")).toMatchObject({ code: 2, stdout: "" });
  writeFileSync(join(cwd, "stepwright.json"), '{"data-dri": "data"}');
  expect(await command("backup", "--to", "b.db")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^(?!.* at ).+did you mean "data-dir"\?\n$/),
  });
  expect(await command("backup")).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Say where to/) });
});
