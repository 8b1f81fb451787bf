// `stepwright queue` against a real server with items that it could not process.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asQueueItemId, asRunId, asStepId, millis } from "@stepwright/protocol";
import Database from "better-sqlite3";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig, startServer, type RunningServer } from "../src/index.ts";
import { readQueue } from "../src/queue/request.ts";
import { runQueue } from "../src/queue/run.ts";
import { runCommand } from "./spawned-server.ts";

// A command is a process from TypeScript sources, which takes a second or two on a busy machine.
const timeout = 60_000;
const runId = asRunId("01JAAAAAAAAAAAAAAAAAAAAAAA");

let dataDir = "";
let server: RunningServer;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "stepwright-queue-"));
  const flags = new Map<never, unknown>(
    Object.entries({ port: 0, shutdownGrace: 0, dataDir, noDiscovery: true, noPoll: true }) as [never, unknown][],
  );
  const config = readConfig({ command: "dev", flags, env: {}, configFile: null, cwd: dataDir });
  server = await startServer(config, { log: pino({ level: "silent" }), discoverPorts: [], cacheDir: null });
}, timeout);

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const url = (): string => server.urls[0] ?? "";

/** Does what a command line says, in this process. */
async function run(...words: readonly string[]) {
  const read = readQueue(words);
  if (read.kind !== "queue") throw new Error(`"${words.join(" ")}" is no request`);
  return runQueue(read.request, { STEPWRIGHT_SERVER: url() });
}

/** Sets items aside, at these milliseconds. */
async function setAside(names: readonly string[], at: number): Promise<void> {
  const work = { kind: "wake", runId, stepId: asStepId("z") } as const;
  const transitions = names.map((name) => {
    const itemId = asQueueItemId(name);
    const item = { id: itemId, lane: "system", at: millis(at), attempt: 0, work } as const;
    const reason = "nobody can\n read it";
    return {
      guards: [],
      effects: [{ kind: "enqueue", item } as const, { kind: "setAside", itemId, reason, at: millis(at) } as const],
    };
  });
  await server.runtime.storage.commit({ transitions, now: server.runtime.now(), lease: [] });
}

it("lists what is set aside page by page, and puts back one item or all of them", async () => {
  expect(await run("list", "--set-aside")).toEqual({ kind: "done", text: "Nothing is set aside.\n" });
  const at = Date.UTC(2026, 10, 26, 12, 30, 1);
  const many = Array.from({ length: 119 }, (_, number) => `${runId}:step ${number}:wake`);
  await setAside(many, at);
  await setAside([`${runId}:last:wake`], at + 5_000);

  const listed = await run("list", "--set-aside");
  if (listed.kind !== "done") throw new Error(listed.message);
  expect(listed.text.split("\n").slice(0, 2)).toEqual([
    "ID                                        KIND  SINCE                 REASON",
    `${runId}:last:wake      wake  2026-11-26T12:30:06Z  nobody can read it`,
  ]);
  const cursor = /^There are more: stepwright queue list --set-aside --after (\S+)$/m.exec(listed.text)?.[1] ?? "";
  const rest = await run("list", "--set-aside", "--after", cursor, "--json");
  expect(rest.kind === "done" && JSON.parse(rest.text)).toMatchObject({ items: { length: 20 }, nextCursor: null });

  expect(await run("retry", `${runId}:last:wake`)).toEqual({
    kind: "done",
    text: `${runId}:last:wake was put back into the queue.\n`,
  });
  expect(await run("retry", `${runId}:last:wake`)).toEqual({
    kind: "failed",
    message: `queue item ${runId}:last:wake is not set aside; it may have been tried again meanwhile`,
  });
  expect(await run("retry", "--all")).toEqual({
    kind: "done",
    text: "119 items were put back into the queue; what fails again is set aside again.\n",
    exitCode: 0,
  });
});

it("names what cannot be put back, and ends with 1", { timeout }, async () => {
  await setAside(["damaged", "whole"], Date.now());
  const db = new Database(join(dataDir, "main.db"));
  db.prepare("UPDATE set_aside_items SET work = '{', run_id = NULL WHERE id = 'damaged'").run();
  db.close();
  const args = ["queue", "retry", "--all", "--server", url()];
  const { code, stdout, stderr } = await runCommand(args, { cwd: dataDir });
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  // Runs that are not there cannot go on: the items of the test before may be set aside again.
  const [head, ...told] = stdout.split("\n");
  expect(head).toMatch(/^\d+ items? w(?:as|ere) put back into the queue; what fails again is set aside again\.$/);
  expect(told).toEqual([
    "1 item was not tried again:",
    "",
    "ID       WHY",
    "damaged  queue item damaged cannot be tried again: what it was for cannot be read, and it belongs to no run",
    "",
  ]);
  const [json, mistake] = await Promise.all([
    runCommand([...args, "--json"], { cwd: dataDir }),
    runCommand(["queue", "retry"], { cwd: dataDir }),
  ]);
  expect(json).toMatchObject({ code: 1, stderr: "" });
  expect(JSON.parse(json.stdout)).toMatchObject({
    refused: [{ id: "damaged", code: "QUEUE_ITEM_UNREADABLE" }],
  });
  expect(mistake).toEqual({
    code: 1,
    stdout: "",
    stderr: `Say which item: stepwright queue retry ID, or --all. Run "stepwright queue --help" for all.\n`,
  });
});
