// `stepwright doctor` on running servers: why an app is not synced, why a run does not go on, and what to do about it.
import { createServer } from "node:http";
import { describe, expect, test, vi } from "vitest";
import { listen, portOf, serveApp, type AppOptions } from "../harness/app.ts";
import { runCommand } from "../harness/command.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import type { ServerApi } from "../harness/server-api.ts";

const key = "00112233445566778899aabbccddeeff";
const dev = useServer({ args: ["--no-poll", "--retry-interval", "3600"] });
const start = useServer({
  command: "start",
  args: ["--signing-key", key, "--event-key", "test", "--host", "127.0.0.1"],
  key,
});
// Every command is a process, which takes seconds while the machine is busy.
vi.setConfig({ testTimeout: 240_000 });
const cloud = { isDev: false, signingKey: `signkey-prod-${key}` };

/** The codes that are found, in order; and that the command ends as it says. */
async function found(server: ServerApi, target: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await runCommand(server, ["doctor", ...target, "--json"], { env });
  expect({ stderr, code: code === 0 || code === 1 }).toEqual({ stderr: "", code: true });
  const { findings } = JSON.parse(stdout) as {
    readonly findings: readonly { code: string; says: string; fix: string }[];
  };
  expect(code).toBe(findings.length === 0 ? 0 : 1);
  return findings;
}

const codes = async (...args: Parameters<typeof found>) => (await found(...args)).map((finding) => finding.code);

describe.each(sdks)("an app with SDK $name", (sdk) => {
  const serve = (server: ServerApi, options: AppOptions = {}) =>
    serveApp(server, sdk, ({ define, event }) => [define({ id: "one" }, { event: event("go") }, () => 1)], options);
  const withKey = { INNGEST_SIGNING_KEY: key };

  test("that is well is told so in a sentence", async () => {
    const app = await serve(dev);
    const sentence = `Nothing found: the app at ${app.url} is synced with ${dev.url}, 1 functions.\n`;
    expect(await runCommand(dev, ["doctor", app.url])).toEqual({ code: 0, stdout: sentence, stderr: "" });
    expect(await runCommand(dev, ["doctor", app.id])).toEqual({ code: 0, stdout: sentence, stderr: "" });
    const signed = await serve(start, { client: cloud });
    expect(await codes(start, [signed.url], withKey)).toEqual([]);
  });

  test("in production mode beside `dev`, and in development mode beside `start`", async () => {
    const production = await serve(dev, { client: cloud });
    expect(await found(dev, [production.url])).toEqual([
      {
        code: "APP_MODE",
        says: `the app at ${production.url} runs in production mode and refuses calls without a signature, and the server was started with "stepwright dev"`,
        fix: `In the app: INNGEST_DEV=${dev.url}`,
      },
    ]);
    const development = await serve(start);
    expect(development.synced.status).toBe("failed");
    expect(await codes(start, [development.url], withKey)).toEqual(["APP_MODE"]);
  });

  test("without a signing key, and with another one", async () => {
    const { signingKey: _, ...keyless } = cloud;
    const missing = await serve(start, { client: keyless });
    expect(await codes(start, [missing.url], withKey)).toEqual([
      sdk.name === "v4" ? "APP_KEY_MISSING" : "APP_KEY_DIFFERS",
    ]);
    const other = await serve(start, { client: { ...cloud, signingKey: "signkey-prod-ffee" } });
    expect(await codes(start, [other.url], withKey)).toEqual(["APP_KEY_DIFFERS"]);
  });

  test("whose clock is wrong", async () => {
    const app = await serve(start, {
      client: { ...cloud, signingKey: "signkey-prod-ffee" },
      wrap: (handler) => (request, response) => {
        response.setHeader("date", new Date(Date.now() - 3_600_000).toUTCString());
        handler(request, response);
      },
    });
    const [finding] = await found(start, [app.url], withKey);
    expect(finding).toMatchObject({ code: "APP_CLOCK", says: expect.stringContaining("is 1 h behind") });
  });

  test("that registers with another server, or that nobody has added", async () => {
    const elsewhere = await serve(dev, { client: { baseUrl: start.url } });
    expect(await codes(dev, [elsewhere.url])).toEqual(["APP_OTHER_SERVER"]);
    const other = await serve(start, { client: { ...cloud, baseUrl: dev.url } });
    expect(await codes(start, [other.url], withKey)).toEqual(["APP_OTHER_SERVER"]);
    const app = await serve(dev);
    expect(await runCommand(dev, ["apps", "remove", app.id])).toMatchObject({ code: 0 });
    const [finding] = await found(dev, [app.url]);
    expect(finding).toMatchObject({ code: "APP_NOT_ADDED", fix: `stepwright apps sync ${app.url}` });
    // What it says is what helps.
    expect(await runCommand(dev, finding?.fix.split(" ").slice(1) ?? [])).toMatchObject({ code: 0 });
    expect(await codes(dev, [app.url])).toEqual([]);
  });

  test("that tells the server to call it where nobody answers", async () => {
    const closed = await closedPort();
    const state = { isBehindProxy: false };
    const app = await serve(dev, {
      wrap: (handler) => (request, response) => {
        // The SDK tells the host that it was asked by: here a proxy has put another one in its place.
        if (state.isBehindProxy) request.headers.host = `localhost:${closed}`;
        handler(request, response);
      },
    });
    state.isBehindProxy = true;
    const expected = {
      code: "APP_WRONG_URL",
      says: `the server knows the app ${app.id} at http://localhost:${closed}/api/inngest, and does not reach it there`,
    };
    expect(await found(dev, [app.url])).toMatchObject([expected]);
    // Now the server knows it by the other address alone.
    expect(await found(dev, [app.url])).toMatchObject([expected]);
    state.isBehindProxy = false;
    expect(await runCommand(dev, ["apps", "sync", app.url])).toMatchObject({ code: 0 });
    expect(await codes(dev, [app.url])).toEqual([]);
  });

  test("whose configuration is refused", async () => {
    const app = await serve(dev);
    const { define } = app.client;
    await app.serve([define({ id: "bad" }, { cron: "every now and then" }, () => 1)]);
    const [finding, ...others] = await found(dev, [app.url]);
    expect(others).toEqual([]);
    expect(finding?.code).toBe("config_invalid");
    expect(finding?.says).toContain("every now and then");
  });

  test("that is served at another path, or does not listen", async () => {
    const inner = await serve(dev);
    const http = await listen((request, response) => {
      if (request.url !== "/x/inngest") return void response.writeHead(404).end();
      void fetch(inner.url).then(async (answer) =>
        response.writeHead(answer.status, { "x-inngest-sdk": "x" }).end(await answer.text()),
      );
    });
    const origin = `http://localhost:${portOf(http)}`;
    expect(await found(dev, [`${origin}/api/inngest`])).toMatchObject([
      { code: "APP_WRONG_PATH", fix: `stepwright apps sync ${origin}/x/inngest` },
    ]);
    expect(await codes(dev, [`http://localhost:${await closedPort()}/api/inngest`])).toEqual(["APP_NOT_RUNNING"]);
    expect(await codes(dev, [`${dev.url}/api/inngest`])).toEqual(["APP_NOT_SERVING"]);
  });
});

/** A port on which nobody listens any more. */
async function closedPort(): Promise<number> {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, resolve));
  const port = portOf(http);
  await new Promise((resolve) => http.close(resolve));
  return port;
}

test("runs, events and functions that stand still say why, and what is told helps", async () => {
  const [, sdk] = sdks;
  const app = await serveApp(dev, sdk, ({ define, event }) => [
    define({ id: "waits" }, { event: event("waits") }, ({ step }) =>
      step.waitForEvent("answer", { event: event("answered"), timeout: "1h" }),
    ),
    define({ id: "fails", retries: 1 }, { event: event("fails") }, ({ step }) =>
      step.run("risky", () => {
        throw new Error("not yet");
      }),
    ),
    define({ id: "limited", concurrency: [{ limit: 1 }] }, { event: event("limited") }, ({ step }) =>
      step.run("slow", () => new Promise(() => {})),
    ),
    define({ id: "picky" }, { event: event("picky"), if: "event.data.n > 1" }, () => 1),
    define({ id: "rare", rateLimit: { limit: 1, period: "1h" } }, { event: event("rare") }, () => 1),
  ]);

  const waits = await app.start("waits");
  await dev.waitForRun(waits.id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
  const [wait] = await found(dev, [waits.id]);
  expect(wait).toMatchObject({
    code: "RUN_WAITS_FOR_EVENT",
    fix: `stepwright send ${app.event("answered")} --data '{…}'`,
  });
  await runCommand(dev, ["send", app.event("answered")]);
  await dev.ended(waits.id);
  expect(await runCommand(dev, ["doctor", waits.id])).toMatchObject({
    code: 0,
    stdout: `Nothing found: run ${waits.id} has completed.\n`,
  });

  const fails = await app.start("fails");
  await dev.waitForRun(fails.id, ({ doing }) => doing.some(({ kind }) => kind === "retrying"));
  const [retry] = await found(dev, [fails.id]);
  expect(retry).toMatchObject({
    code: "RUN_RETRIES",
    says: expect.stringMatching(/attempt 2 of 2 \(step risky\), after Error: not yet$/),
  });

  const [first, second] = [await app.start("limited"), await app.start("limited")];
  await dev.waitForRun(second.id, ({ doing }) => doing.some(({ waitsFor }) => waitsFor !== null));
  const [limit] = await found(dev, [second.id]);
  expect(limit).toMatchObject({
    code: "RUN_WAITS_FOR_LIMIT",
    says: expect.stringContaining(`limit 1, held by ${first.id}`),
  });
  expect(await codes(dev, [`${app.id}-limited`])).toEqual(["FUNCTION_WAITS_FOR_LIMIT"]);
  expect(await codes(dev, [first.id])).toEqual([]);

  expect(await codes(dev, [await app.send("picky", { n: 1 })])).toEqual(["EVENT_NOT_MATCHED"]);
  expect(await codes(dev, [await app.send("picky", { n: 2 })])).toEqual([]);
  expect(await codes(dev, [await app.send("rare")])).toEqual([]);
  expect(await codes(dev, [await app.send("rare")])).toEqual(["EVENT_NOT_STARTED"]);
  const [unknown] = await found(dev, [await app.send("pickyy")]);
  expect(unknown).toMatchObject({ code: "EVENT_UNKNOWN", fix: `stepwright send ${app.event("picky")}` });

  await runCommand(dev, ["functions", "pause", `${app.id}-picky`]);
  expect(await codes(dev, [`${app.id}-picky`])).toEqual(["FUNCTION_PAUSED"]);
  const skipped = await app.send("picky", { n: 2 });
  expect(await codes(dev, [skipped])).toEqual(["RUN_SKIPPED"]);
  expect(await codes(dev, [])).toContain("FUNCTION_PAUSED");
  await runCommand(dev, ["functions", "resume", `${app.id}-picky`]);

  await runCommand(dev, ["apps", "pause", app.id]);
  expect(await codes(dev, [second.id])).toContain("APP_PAUSED");
  expect(await codes(dev, [app.url])).toEqual(["APP_PAUSED"]);
  await runCommand(dev, ["apps", "resume", app.id]);
});

test("a server that is not there is a finding, and what cannot be looked at ends with 2", async () => {
  const nobody = { url: "http://127.0.0.1:9" };
  expect(await runCommand(nobody, ["doctor"])).toEqual({
    code: 1,
    stdout: `SERVER_UNREACHABLE: No server answers at http://127.0.0.1:9.\n  Start one with "stepwright dev", or say where it is: --server URL\n`,
    stderr: "",
  });
  const keyless = await runCommand(start, ["doctor"]);
  expect(keyless).toMatchObject({ code: 1, stdout: expect.stringMatching(/^LOGIN_REQUIRED: /) });
  const unknown = await runCommand(dev, ["doctor", "01M854TGA40XKG4S13RJQ5G3J0"]);
  expect(unknown).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("neither a run nor an event") });
  expect(await runCommand(dev, ["doctor", "no-such-function"])).toMatchObject({ code: 2, stdout: "" });
  expect(await runCommand(nobody, ["doctor", "some-function"])).toMatchObject({ code: 2, stdout: "" });
});
