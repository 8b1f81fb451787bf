// `stepwright send` and `invoke` against a real server and an app with the published SDK.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { serveApp } from "../harness/app.ts";
import { program, runCommand, startCommand, whileDoing } from "../harness/command.ts";
import { useScope, useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer({ args: ["--no-poll"] });
const scope = useScope();
// Every command is a process, which takes seconds while the machine is busy.
vi.setConfig({ testTimeout: 240_000 });
const ulid = /[0-9A-HJKMNP-TV-Z]{26}/.source;
const command = (args: readonly string[], input?: string) =>
  runCommand(server, args, input === undefined ? {} : { input });

// The commands know nothing of SDKs: one major here, the other with `runs`.
describe.each(sdks.slice(0, 1))("SDK $name", (sdk) => {
  const serve = () =>
    serveApp(server, sdk, ({ define, event }) => [
      define({ id: "order" }, { event: event("ordered") }, async ({ event: { data, user = {} }, step }) => ({
        paid: await step.run("charge", () => data["amount"] ?? 0),
        ...user,
      })),
      define({ id: "broken", retries: 0 }, { event: event("broken") }, () => {
        throw new sdk.NonRetriableError("no\nstock");
      }),
      define({ id: "waits" }, { event: event("waits") }, ({ step }) =>
        step.waitForEvent("answer", { event: event("answered"), timeout: "1h" }),
      ),
    ]);

  test("send takes data from its flag, a file, standard input or a pipe, and prints ids or what was returned", async () => {
    const app = await serve();
    const plain = await command(["send", app.event("ordered"), "--data", '{"amount":7}']);
    expect(plain).toEqual({ code: 0, stdout: expect.stringMatching(new RegExp(`^${ulid}\n$`)), stderr: "" });
    expect((await server.event(plain.stdout.trim())).data).toEqual({ amount: 7 });

    const waited = await command(
      ["send", app.event("ordered"), "--data", "-", "--user", '{"id":"ada"}', "--wait"],
      '{"amount":8}',
    );
    expect(waited).toMatchObject({ code: 0, stderr: "" });
    expect(waited.stdout).toMatch(
      new RegExp(`^${ulid}\n${app.id}-order ${ulid} completed: \\{"id":"ada","paid":8\\}\n$`),
    );

    const folder = scope.folder();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, "data.json");
    writeFileSync(file, '{"amount":9}');
    const json = await command([
      "send",
      app.event("ordered"),
      "--data",
      `@${file}`,
      "--id",
      "once",
      "--ts",
      "1795469113390",
      "--wait",
      "--json",
    ]);
    expect(json.code).toBe(0);
    const { ids, runs, unfinished } = JSON.parse(json.stdout);
    expect({ runs, unfinished }).toMatchObject({
      runs: [{ functionSlug: `${app.id}-order`, status: "completed", output: { paid: 9 }, error: null }],
      unfinished: [],
    });
    expect(await server.event(ids[0])).toMatchObject({ id: "once", ts: 1795469113390 });

    const piped = await runCommand(server, ["send", app.event("ordered"), "--wait"], {
      program: ["/bin/sh", "-c", `echo '{"amount":10}' | "$0" "$@"`, ...program],
    });
    expect(piped.stdout).toMatch(/completed: \{"paid":10\}/);
  });

  test("send takes whole events, and waits for all that they start", async () => {
    const app = await serve();
    const events = [
      { name: app.event("ordered"), data: { amount: 1 } },
      { name: app.event("broken"), data: {} },
      { name: app.event("unheard"), data: {} },
    ];
    const sent = await command(["send", "-", "--wait"], JSON.stringify(events));
    expect(sent.code).toBe(2);
    const [first = "", , third = "", ...results] = sent.stdout.trimEnd().split("\n");
    expect(first).toMatch(new RegExp(`^${ulid}$`));
    expect(results).toEqual([
      expect.stringMatching(new RegExp(`^${app.id}-order ${ulid} completed: \\{"paid":1\\}$`)),
      expect.stringMatching(new RegExp(`^${app.id}-broken ${ulid} failed: .*no stock$`)),
    ]);
    expect(sent.stderr).toBe(`Event ${third} started no run: no function listens to "${app.event("unheard")}".\n`);
    expect(await command(["send", JSON.stringify(events[0])])).toMatchObject({ code: 0 });
  });

  test("invoke prints what a function returns, and fails as its run does", async () => {
    const app = await serve();
    expect(await command(["invoke", `${app.id}-order`, "--data", '{"amount":3}'])).toEqual({
      code: 0,
      stdout: '{"paid":3}\n',
      stderr: "",
    });
    const broken = await command(["invoke", `${app.id}-broken`]);
    expect(broken).toMatchObject({ code: 2, stdout: "" });
    expect(broken.stderr).toMatch(new RegExp(`^Run ${ulid} of ${app.id}-broken failed: .*no stock\\.\n$`));
    const json = await command(["invoke", `${app.id}-broken`, "--json"]);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "failed", output: null, error: { message: "no\nstock" } });
    const started = await command(["invoke", `${app.id}-waits`, "--no-wait"]);
    expect((await server.run(started.stdout.trim())).functionSlug).toBe(`${app.id}-waits`);
    const meant = await command(["invoke", `${app.id}-ordre`]);
    expect(meant).toMatchObject({ code: 1, stdout: "" });
    expect(meant.stderr).toContain(`did you mean ${app.id}-order?`);
  });

  test("a wait ends with --timeout and with Ctrl-C, says what goes on, and sees the end when it comes", async () => {
    const app = await serve();
    const late = await command(["send", app.event("waits"), "--wait", "--timeout", "50ms"]);
    expect(late).toMatchObject({ code: 3 });
    expect(late.stderr).toMatch(
      new RegExp(`^Run ${ulid} goes on; "stepwright doctor ${ulid}" says what it waits for\\.\n$`),
    );

    const given = startCommand(server, ["send", app.event("waits"), "--wait"]);
    await given.line();
    expect(await given.end("SIGINT")).toMatchObject({ code: 130, stderr: expect.stringContaining(" goes on; ") });

    const patient = startCommand(server, ["send", app.event("waits"), "--wait"]);
    const [run] = await server.runsOf(await patient.line());
    await server.waitForRun(run?.id ?? "", ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
    await app.send("answered", { yes: true });
    expect(await patient.line()).toContain(`${app.id}-waits ${run?.id} completed: {`);
  });
});

test("what cannot be sent is said in a sentence", async () => {
  const refusals = await Promise.all([
    command(["send", "a/b", "--data", "{amount:7}"]),
    command(["send", "a/b", "--data", "[1]"]),
    command(["send", "a/b", "--data", "@/nowhere.json"]),
    command(["send", "inngest/x"]),
    command(["send", "-"], ""),
    runCommand({ url: "http://127.0.0.1:9" }, ["send", "a/b"]),
  ]);
  expect(refusals.map(({ code, stdout }) => ({ code, stdout }))).toEqual(refusals.map(() => ({ code: 1, stdout: "" })));
  expect(refusals.map(({ stderr }) => stderr)).toEqual([
    `--data is no JSON: {amount:7}; quote it for the shell, as in '{"userId":"ada"}'.\n`,
    `--data must be an object such as {"userId":"ada"}.\n`,
    expect.stringMatching(/^\/nowhere\.json cannot be read: ENOENT/),
    expect.stringContaining("reserved"),
    `Standard input is empty; write JSON such as {"userId":"ada"}.\n`,
    "No server answers at http://127.0.0.1:9; start one, or say with --server URL where it is.\n",
  ]);
});

test("who waits or follows comes back to a server that was killed, and sees the end", async () => {
  const mortal = await scope.startServer({ args: ["--no-poll"] });
  const [sdk] = sdks;
  const app = await serveApp(mortal, sdk, ({ define, event }) => [
    define({ id: "waits" }, { event: event("waits") }, ({ step }) =>
      step.waitForEvent("answer", { event: event("answered"), timeout: "1h" }),
    ),
  ]);
  const waiter = startCommand(mortal, ["send", app.event("waits"), "--wait"]);
  const [run] = await mortal.runsOf(await waiter.line());
  await mortal.waitForRun(run?.id ?? "", ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
  const follower = startCommand(mortal, ["runs", "tail"]);
  await whileDoing(
    () => app.send("waits"),
    () => follower.line(),
  );
  await mortal.kill();
  const again = await scope.restart(mortal);
  await again.send({ name: app.event("answered"), data: { yes: true } });
  expect(await waiter.line()).toContain(`${app.id}-waits ${run?.id} completed: {`);
  await whileDoing(
    () => again.send({ name: app.event("waits") }),
    () => follower.line(),
  );
  expect(await follower.end("SIGINT")).toMatchObject({
    code: 0,
    stderr: "The connection is lost; it is tried again. What happens meanwhile is not shown.\n",
  });
});
