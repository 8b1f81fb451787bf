// `stepwright doctor`, `backup` and `restore` as processes of their own, beside a server under load.
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
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

async function start(dataDir: string): Promise<SpawnedServer> {
  const server = await spawnServer(["dev", "--no-discovery", "--no-poll", "--port", "0", "--data-dir", dataDir], {
    cwd,
  });
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
