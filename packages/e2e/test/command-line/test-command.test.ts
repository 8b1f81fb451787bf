// `stepwright test -- <command>`: the command has a server, its environment, our signals and streams, and its own exit code.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { runCommand, startCommand } from "../harness/command.ts";
import { useScope } from "../harness/scope.ts";

useScope();
const nowhere = { url: "http://localhost:1" };
const inngest = (path: string): string => pathToFileURL(createRequire(import.meta.url).resolve(path)).href;

/** A folder with a program in it; the program may use the SDK. */
function programWith(code: string): { readonly folder: string; readonly file: string } {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-test-command-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "program.mjs");
  writeFileSync(file, code);
  return { folder, file };
}

/** Serves an app whose function fails or sleeps as it is told, as a user would do it in a test of his own. */
const appCode = `
import { createServer } from "node:http";
import { Inngest } from ${JSON.stringify(inngest("inngest"))};
import { serve } from ${JSON.stringify(inngest("inngest/node"))};
const client = new Inngest({ id: "shop" });
const pay = client.createFunction({ id: "pay", retries: 1, triggers: [{ event: "pay" }] }, async ({ event, step }) => {
  await step.run("check", () => "checked");
  if (event.data.sleeps) await step.sleep("wait", "2d");
  if (event.data.fails) throw new Error("no money left");
  return "paid";
});
const app = createServer(serve({ client, functions: [pay] })).listen(0, "127.0.0.1");
await new Promise((resolve) => app.once("listening", resolve));
const url = process.env.STEPWRIGHT_URL;
const post = async (path, body = {}) => {
  const response = await fetch(url + path, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return response.status === 204 ? null : response.json();
};
await post("/api/apps", { url: \`http://127.0.0.1:\${app.address().port}/api/inngest\` });
const pays = async (data) => {
  await client.send({ name: "pay", data });
  await post("/api/test/clock/settle");
};
const end = (code) => {
  app.close();
  app.closeAllConnections();
  process.exitCode = code;
};
`;

test("it shows the runs that failed, those of before a reset as well, and exits as the command did", async () => {
  const { file, folder } = programWith(`${appCode}
    await pays({ fails: true });
    await post("/api/test/clock/advance", { by: "1m" });
    await post("/api/test/reset");
    await pays({});
    await pays({ sleeps: true });
    console.log("tests are done");
    end(3);
  `);
  const saved = join(folder, "failed");
  const args = ["test", "--save-failed", saved, "--", process.execPath, file];
  const { code, stdout, stderr } = await runCommand(nowhere, args);
  expect({ code, stdout, stderr }).toMatchObject({ code: 3, stdout: "tests are done\n" });
  expect(stderr).toMatch(/shop-pay/);
  expect(stderr).toMatch(/no money left/);
  expect(stderr).toMatch(/Not ended.*\n {2}shop-pay \w+ sleeps until .*wait/);
  expect(stderr).toMatch(/3 runs: 1 completed, 1 failed, 1 not ended/);
  expect(stderr).not.toMatch(/paid/);
  expect(stderr).not.toMatch(/"level"/);
  const [name = ""] = readdirSync(saved);
  expect(name).toMatch(/^shop-pay-\w{26}\.json$/);
  expect(JSON.parse(readFileSync(join(saved, name), "utf8"))).toMatchObject({
    run: { status: "failed", error: { message: "no money left" } },
  });
  expect(stderr).toContain(join(saved, name));
});

test("with --verbose it shows all runs", async () => {
  const { file } = programWith(`${appCode} await pays({}); end(0);`);
  const { code, stderr } = await runCommand(nowhere, ["test", "--verbose", "--", process.execPath, file]);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/shop-pay[^]*paid/) });
  expect(stderr).toMatch(/1 run: 1 completed/);
});

test("the command has the variables of the SDKs, and our standard input", async () => {
  const { file } = programWith(`
    import { text } from "node:stream/consumers";
    const { INNGEST_DEV, INNGEST_BASE_URL, INNGEST_EVENT_KEY, STEPWRIGHT_URL, STEPWRIGHT_SERVER } = process.env;
    console.log(JSON.stringify({ INNGEST_DEV, INNGEST_BASE_URL, INNGEST_EVENT_KEY, STEPWRIGHT_SERVER, url: STEPWRIGHT_URL }));
    console.log(process.argv.slice(2).join("|") + (await text(process.stdin)));
    const { now } = await (await fetch(STEPWRIGHT_URL + "/api/test/clock")).json();
    console.log(new Date(now).toISOString());
  `);
  const args = ["test", "--clock-start", "2031-01-01", "--", process.execPath, file, "--verbose", "--", "x"];
  const { code, stdout, stderr } = await runCommand(nowhere, args, { input: " from outside" });
  const [variables = "", words, time] = stdout.split("\n");
  const { url, INNGEST_EVENT_KEY, ...others } = JSON.parse(variables);
  expect(url).toMatch(/^http:\/\/localhost:\d+$/);
  expect(others).toEqual({ INNGEST_DEV: url, INNGEST_BASE_URL: url, STEPWRIGHT_SERVER: url });
  expect([INNGEST_EVENT_KEY, words, time]).toEqual(["test", "--verbose|--|x from outside", "2031-01-01T00:00:00.000Z"]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^\nNo run was made\. No app is registered: name it with -u URL/);
});

test("a signal goes on to the command, which may take its time", async () => {
  const { file } = programWith(`
    process.once("SIGTERM", () => setTimeout(() => { console.log("tidied up"); process.exit(9); }, 100));
    setInterval(() => {}, 1000);
    console.log("ready");
  `);
  const command = startCommand(nowhere, ["test", "--", process.execPath, file]);
  expect(await command.line()).toBe("ready");
  const { code, stdout } = await command.end("SIGTERM");
  expect({ code, stdout }).toEqual({ code: 9, stdout: "ready\ntidied up\n" });
});

test("a command that a signal has ended is told of as shells do", async () => {
  const { file } = programWith(`process.kill(process.pid, "SIGKILL");`);
  expect(await runCommand(nowhere, ["test", "--", process.execPath, file])).toMatchObject({ code: 137 });
});

test.each([
  [["test"], 1, /^Say what to run behind "--", such as: stepwright test -- pytest\. Run "stepwright test --help"/],
  [["test", "pytest", "-q"], 1, /^Say what to run behind "--"/],
  [["test", "--"], 1, /^Say what to run behind "--"/],
  [["test", "--save-failed", "--", "x"], 1, /^--save-failed needs a value/],
  [["test", "--data-dir", "x", "--", "x"], 1, /"data-dir".*does not go with --virtual-clock/],
  [
    ["test", "--", "stepwright-no-such-command"],
    127,
    /^There is no command "stepwright-no-such-command" on the PATH\.\n$/,
  ],
  [["test", "--", "/no/such/file"], 127, /^There is no command "\/no\/such\/file" at that path\.\n$/],
  [["test", "--", tmpdir()], 126, /cannot be run: it may not be executed\.\n$/],
] as const)("%j exits with %i and a sentence", async (args, code, sentence) => {
  const result = await runCommand(nowhere, args);
  expect(result).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(sentence) });
});

test("an app that never answers is told of when no run was made", async () => {
  const args = ["test", "-u", "http://127.0.0.1:1/api/inngest", "--", process.execPath, "-e", "0"];
  const { code, stderr } = await runCommand(nowhere, args);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/could not be synced: .*127\.0\.0\.1:1/),
  });
});

test("an app that starts after the server is synced as soon as it answers", async () => {
  const { file } = programWith(`
    import { createServer } from "node:http";
    import { Inngest } from ${JSON.stringify(inngest("inngest"))};
    import { serve } from ${JSON.stringify(inngest("inngest/node"))};
    const client = new Inngest({ id: "late" });
    const fn = client.createFunction({ id: "hello", triggers: [{ event: "hello" }] }, () => "hello");
    const app = createServer(serve({ client, functions: [fn] })).listen(Number(process.argv[2]), "127.0.0.1");
    const names = async () => (await (await fetch(process.env.STEPWRIGHT_URL + "/api/functions")).json()).items.map(({ slug }) => slug);
    while (!(await names()).includes("late-hello")) await new Promise((resolve) => setTimeout(resolve, 20));
    app.close();
    app.closeAllConnections();
  `);
  const port = await freePort();
  const args = ["test", "-u", `http://127.0.0.1:${port}/api/inngest`, "--", process.execPath, file, String(port)];
  const { code, stderr } = await runCommand(nowhere, args);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/No run was made\. The apps are registered/),
  });
});

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a server that listens has an address");
  return address.port;
}
