import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig, startServer, type Config, type RunningServer } from "../src/index.ts";
import { choosePort } from "../src/ports.ts";

let dataDir = "";
const closers: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "stepwright-server-"));
});

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(o: Partial<Config>): Promise<RunningServer> {
  const config = readConfig({
    command: "dev",
    flags: new Map(Object.entries({ port: 0, noDiscovery: true, dataDir, shutdownGrace: 30, ...o }) as never),
    env: {},
    configFile: null,
    cwd: dataDir,
  });
  const server = await startServer(config, { log: pino({ level: "silent" }), discoverPorts: [], cacheDir: null });
  closers.push(() => server.stop());
  return server;
}

interface TestApp {
  readonly url: string;
  /** Resolves with the status of its first registration. */
  readonly registered: Promise<number>;
  /** Resolves when the first call has arrived. */
  readonly called: Promise<void>;
  /** Lets calls be answered. */
  answer(): void;
}

/** An app with one function, which registers when it is asked to and answers calls when it is told to. */
async function openApp(base: string): Promise<TestApp> {
  const firstRegistration = Promise.withResolvers<number>();
  const called = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void (async () => {
      if (request.method === "PUT") {
        const answer = await fetch(`${base}/fn/register`, {
          method: "POST",
          body: JSON.stringify(registration(url)),
        }).catch(() => null);
        response.writeHead(answer?.status ?? 500, { "x-inngest-sdk": "test:v1" }).end();
        firstRegistration.resolve(answer?.status ?? 0);
        return;
      }
      await drain(request);
      called.resolve();
      await answered.promise;
      response.writeHead(200, { "x-inngest-sdk": "test:v1" }).end(`"done"`);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://localhost:${typeof address === "object" && address !== null ? address.port : 0}/api/inngest`;
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return { url, registered: firstRegistration.promise, called: called.promise, answer: () => answered.resolve() };
}

async function drain(request: IncomingMessage): Promise<void> {
  for await (const _ of request) void _;
}

function registration(url: string): object {
  const step = { id: "step", name: "step", runtime: { type: "http", url: `${url}?fnId=app-slow&stepId=step` } };
  return {
    url,
    deployType: "ping",
    framework: "test",
    appName: "app",
    sdk: "test:v1",
    v: "0.1",
    functions: [{ id: "app-slow", name: "slow", triggers: [{ event: "app/slow" }], steps: { step } }],
  };
}

const post = (server: RunningServer, path: string, body: unknown) =>
  fetch(`${server.urls[0]}${path}`, { method: "POST", body: JSON.stringify(body) });

describe("a server", () => {
  it("syncs the apps it is told about at its first try, although they call back at once", async () => {
    const port = await choosePort({ wanted: 0, hosts: ["127.0.0.1"], mayMove: false });
    const app = await openApp(`http://localhost:${port}`);
    const server = await start({ port, appUrl: [app.url] });
    expect(await app.registered).toBe(200);
    expect(server.runtime.registry()).toMatchObject({
      apps: [{ name: "app", status: "synced" }],
      functions: [{ slug: "app-slow" }],
    });
  });

  it("lets a call in flight finish when it stops, and takes nothing new meanwhile", async () => {
    const server = await start({});
    const app = await openApp(server.urls[0] ?? "");
    await post(server, "/api/apps", { url: app.url });
    const { ids } = (await (await post(server, "/e/dev", { name: "app/slow" })).json()) as { ids: string[] };
    await app.called;

    const stopped = server.stop();
    expect((await post(server, "/e/dev", { name: "app/slow" })).status).toBe(503);
    expect((await fetch(`${server.urls[0]}/health`)).status).toBe(200);
    expect((await fetch(`${server.urls[0]}/ready`)).status).toBe(503);
    const figures = await (await fetch(`${server.urls[0]}/metrics`)).text();
    expect(figures).toContain("\nstepwright_calls_in_flight 1\n");
    expect(figures).toContain("\nstepwright_events_accepted_total 1\n");
    app.answer();
    await stopped;
    await expect(fetch(`${server.urls[0]}/health`)).rejects.toThrow("fetch failed");

    const next = await start({});
    const event = await (await fetch(`${next.urls[0]}/api/events/${ids[0]}`)).json();
    expect(event).toMatchObject({ runs: [{ functionSlug: "app-slow", status: "completed" }] });
  });

  it("gives up on calls after its grace, and makes them again after the next start", async () => {
    const first = await start({ shutdownGrace: 0 });
    const port = first.port;
    const app = await openApp(first.urls[0] ?? "");
    await post(first, "/api/apps", { url: app.url });
    const { ids } = (await (await post(first, "/e/dev", { name: "app/slow" })).json()) as { ids: string[] };
    await app.called;
    await first.stop();

    app.answer();
    const second = await start({ port });
    const { runs } = (await (await fetch(`${second.urls[0]}/api/events/${ids[0]}`)).json()) as {
      runs: { runId: string }[];
    };
    const run = await second.runtime.waitForRun(
      (runs[0]?.runId ?? "") as Parameters<typeof second.runtime.waitForRun>[0],
    );
    expect(run).toMatchObject({ status: "completed", output: `"done"` });
  });

  it("stops only once, however often it is asked to", async () => {
    const server = await start({ memory: true });
    await Promise.all([server.stop(), server.stop()]);
  });

  it("serves neither a page nor GraphQL with --no-ui, and everything else", async () => {
    const [plain, bare] = await Promise.all([start({ memory: true }), start({ memory: true, noUi: true })]);
    const ask = async ({ urls }: RunningServer, path: string, init: RequestInit = {}) => {
      const response = await fetch(`${urls[0]}${path}`, { headers: { accept: "text/html" }, ...init });
      return { status: response.status, text: await response.text() };
    };
    const query = { method: "POST", body: JSON.stringify({ query: "{ __typename }" }) };
    expect(await ask(plain, "/v0/gql", query)).toMatchObject({ status: 200 });
    expect(await ask(bare, "/v0/gql", query)).toMatchObject({ status: 404 });
    expect((await ask(bare, "/runs")).text).toContain("It has no dashboard");
    expect(await ask(bare, "/api/info")).toMatchObject({ status: 200 });
    expect(await ask(bare, "/health")).toMatchObject({ status: 200 });
  });
});
