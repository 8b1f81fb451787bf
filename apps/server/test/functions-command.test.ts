// `stepwright functions` against a real server: what it does, what it prints, and how it ends.
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asRunId } from "@stepwright/protocol";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SettingKey } from "../src/config.ts";
import { runFunctions } from "../src/functions/run.ts";
import { readFunctions } from "../src/functions/request.ts";
import { readConfig, startServer, type Config, type RunningServer } from "../src/index.ts";
import { runCommand } from "./spawned-server.ts";

// Each command is a process from TypeScript sources, which takes a second or two on a busy machine.
const timeout = 60_000;
const key = "ab12cd34";

let dataDir = "";
let open: RunningServer;
let keyed: RunningServer;
/** An app that never answers a call, so that what is in flight stays there. */
const app = createServer(() => {});

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "stepwright-functions-"));
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  open = await start({ command: "dev", flags: { memory: true, noDiscovery: true, noPoll: true } });
  const flags = { host: "127.0.0.1", eventKey: ["ek"], signingKey: key, dataDir: join(dataDir, "keyed") };
  keyed = await start({ command: "start", flags });
  const names = ["charge", "refund"];
  const registered = await post("/fn/register", registration(names));
  expect(registered.status).toBe(200);
}, timeout);

afterAll(async () => {
  await Promise.all([open.stop(), keyed.stop()]);
  app.closeAllConnections();
  app.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function start(o: { readonly command: "dev" | "start"; readonly flags: Partial<Config> }): Promise<RunningServer> {
  const flags = new Map(Object.entries({ port: 0, shutdownGrace: 0, ...o.flags }) as [SettingKey, unknown][]);
  const config = readConfig({ command: o.command, flags, env: {}, configFile: null, cwd: dataDir });
  return startServer(config, { log: pino({ level: "silent" }), discoverPorts: [], cacheDir: null });
}

function registration(names: readonly string[]): object {
  const address = app.address();
  const url = `http://localhost:${typeof address === "object" && address !== null ? address.port : 0}/api/inngest`;
  return {
    url,
    deployType: "ping",
    framework: "test",
    appName: "shop",
    sdk: "test:v1",
    v: "0.1",
    functions: names.map((name) => ({
      id: `shop-${name}`,
      name,
      triggers: [{ event: `shop/${name}` }],
      concurrency: [{ limit: 1, key: "event.data.user" }],
      steps: {
        step: { id: "step", name: "step", runtime: { type: "http", url: `${url}?fnId=shop-${name}&stepId=step` } },
      },
    })),
  };
}

const urlOf = (server: RunningServer): string => server.urls[0] ?? "";
const post = (path: string, body: object) =>
  fetch(`${urlOf(open)}${path}`, { method: "POST", body: JSON.stringify(body) });
/** Sends an event for one user; returns its run. */
const startRun = async (user: string): Promise<string> => {
  const { ids } = (await (await post("/e/dev", { name: "shop/charge", data: { user } })).json()) as { ids: string[] };
  const event = (await (await fetch(`${urlOf(open)}/api/events/${ids[0]}`)).json()) as { runs: { runId: string }[] };
  return event.runs[0]?.runId ?? "";
};
/** Does what a command line says, in this process. */
const run = async (line: string, env: Readonly<Record<string, string>> = { STEPWRIGHT_SERVER: urlOf(open) }) => {
  const read = readFunctions(line.split(" "));
  if (read.kind !== "functions") throw new Error(`"${line}" is no request`);
  return runFunctions(read.request, env);
};

describe("stepwright functions", () => {
  it("lists functions, and what the server answered for scripts", async () => {
    expect(await run("list")).toEqual({
      kind: "done",
      text: [
        "FUNCTION     APP   STATE  TRIGGERS",
        "shop-charge  shop  works  shop/charge",
        "shop-refund  shop  works  shop/refund",
        "",
      ].join("\n"),
    });
    const json = await run("list --json");
    expect(json.kind === "done" && JSON.parse(json.text)).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ slug: "shop-charge" })]),
    });
  });

  it("pauses and resumes a function", async () => {
    expect(await run("pause shop-refund")).toMatchObject({ text: expect.stringMatching(/^shop-refund is paused/) });
    expect(await run("list")).toMatchObject({
      text: expect.stringMatching(/^shop-refund +shop +paused since 20.+Z +shop\/refund$/m),
    });
    expect(await run("resume shop-refund --json")).toEqual({ kind: "done", text: '{"paused":false}\n' });
  });

  it("shows what waits for what, and drops or moves what has not begun", async () => {
    await startRun("user-7");
    const waiting = [await startRun("user-7"), await startRun("user-7")];
    expect(await run("queue shop-charge")).toEqual({
      kind: "done",
      text: [
        "shop-charge: 1 in flight, 2 waiting, 0 later",
        "",
        "CALLS  KEY     WHY",
        "2      user-7  waiting for concurrency limit 1 on key user-7",
        "",
      ].join("\n"),
    });
    expect(await run("drop-backlog shop-charge")).toMatchObject({ kind: "done" });
    for (const id of waiting) {
      expect(await open.runtime.waitForRun(asRunId(id))).toMatchObject({ status: "cancelled" });
    }
    expect(await run("move-backlog shop-charge --to shop-refund")).toEqual({
      kind: "done",
      text: "The runs of shop-charge that have not begun are being given to shop-refund.\n",
    });
    expect(await run("queue shop-charge")).toMatchObject({ text: "shop-charge: 1 in flight, 0 waiting, 0 later\n" });
  });

  it.each([
    [
      "pause shop-chrage",
      'function "shop-chrage" does not exist; check its id and that its app is synced; did you mean shop-charge?',
    ],
    ["queue nothing-like-it", 'function "nothing-like-it" does not exist; check its id and that its app is synced'],
    [
      "move-backlog shop-charge --to shop-refnd",
      'function "shop-refnd" does not exist; check its id and that its app is synced; did you mean shop-refund?',
    ],
  ])("says about %j that there is no such function, and which may be meant", async (line, message) => {
    expect(await run(line)).toEqual({ kind: "failed", message });
  });

  it("asks for the key of a server that has one, and takes it with its prefix from where the apps have it", async () => {
    const env = { STEPWRIGHT_SERVER: `${urlOf(keyed)}/` };
    expect(await run("list", env)).toEqual({
      kind: "failed",
      message: `The server at ${urlOf(keyed)} asks for its signing key; give --signing-key HEX or set INNGEST_SIGNING_KEY`,
    });
    expect(await run("list --signing-key abcd", env)).toEqual({
      kind: "failed",
      message: `The server at ${urlOf(keyed)} has another signing key; give the one it was started with`,
    });
    expect(await run("list --signing-key Schlüssel", env)).toMatchObject({ kind: "failed" });
    const withKey = { ...env, INNGEST_SIGNING_KEY: `signkey-prod-${key}` };
    expect(await run("list", withKey)).toEqual({ kind: "done", text: "The server knows no function yet.\n" });
  });

  it("says when something else answers, and when a server's URL is none", async () => {
    const other = createServer((_request, response) => response.end("<html>")).listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    expect(await run(`list --server ${url}`)).toEqual({
      kind: "failed",
      message: `${url} answered HTTP 200, and not as Stepwright does; name its server with --server URL`,
    });
    other.close();
    expect(await run("list --server localhost:8288")).toMatchObject({
      kind: "failed",
      message: `"localhost:8288" is not the URL of a server such as http://localhost:8288`,
    });
  });

  it("ends with 0 when it is done, and with 1 and one sentence when it is not", { timeout }, async () => {
    const env = { STEPWRIGHT_SERVER: urlOf(open) };
    const [done, unreachable, mistake] = await Promise.all([
      runCommand(["functions", "resume", "shop-charge"], { cwd: dataDir, env }),
      runCommand(["functions", "list", "--server", "http://127.0.0.1:9"], { cwd: dataDir }),
      runCommand(["functions", "lsit"], { cwd: dataDir }),
    ]);
    expect(done).toEqual({ code: 0, stdout: "shop-charge works again.\n", stderr: "" });
    expect(unreachable).toEqual({
      code: 1,
      stdout: "",
      stderr: "No server answers at http://127.0.0.1:9; start one, or say with --server URL where it is.\n",
    });
    expect(mistake).toEqual({
      code: 1,
      stdout: "",
      stderr: `There is no command "functions lsit"; did you mean "functions list"? Run "stepwright functions --help" for all.\n`,
    });
  });
});
