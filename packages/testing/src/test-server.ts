// The real engine inside a test: runtime, HTTP server and SQLite in memory, on a clock that the test moves.
import { buildServer, noAssets } from "@stepwright/http";
import { parseEvents, type ApiRun, type ApiRunRow } from "@stepwright/protocol";
import { createAppClient, createRandom, createRuntime, defaultSettings, type Runtime } from "@stepwright/runtime";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { pino, type LevelWithSilent } from "pino";
import { createInProcessApps, type FetchHandler, type RouteHandlers } from "./in-process-apps.ts";
import { createRequestCount } from "./request-count.ts";
import { createRunReader, type RunFilter } from "./run-reader.ts";
import { createTestClock, type TestClock } from "./test-clock.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** How a test server starts. */
export interface TestServerOptions {
  /** What time it is at first; default is the time of the real world. */
  readonly start?: number | Date;
  /** Port on 127.0.0.1; default is any free one. */
  readonly port?: number;
  /** What the engine writes to stdout; default `"silent"`. */
  readonly logLevel?: LevelWithSilent;
  /** Real milliseconds that an app may take to answer one call; default 60,000. */
  readonly callTimeoutMs?: number;
}

/** An event to send. `ts` in milliseconds; one in the future starts its runs when the clock gets there. */
export interface TestEvent {
  readonly name: string;
  readonly data?: object;
  readonly id?: string;
  readonly ts?: number;
  readonly user?: object;
  readonly v?: string;
}

/** A run with its steps, attempts, output and error, as the dashboard shows it. */
export type TestRun = ApiRun;

/** The engine in a test. */
export interface TestServer {
  /** Where it listens, for apps outside this process and for plain HTTP. */
  readonly url: string;
  /** Options that make an SDK client talk to this server: `new Inngest({ id: "my-app", ...server.clientOptions })`. */
  readonly clientOptions: { readonly baseUrl: string; readonly isDev: true; readonly eventKey: string };
  readonly clock: TestClock;
  /**
   * Syncs an app: its URL, or what the SDK's `serve` returned. Syncing it again brings changed functions.
   *
   * A handler is called directly, without a port of its own. Throws with the reason when the app cannot be synced.
   */
  register(app: string | FetchHandler | RouteHandlers): Promise<void>;
  /** Sends one event or several; resolves with their ids once they are stored, in order. Throws for invalid ones. */
  send(events: TestEvent | readonly TestEvent[]): Promise<readonly string[]>;
  /** Waits, in real time, until the run has ended. After `timeoutMs` (default 5,000) it throws and says what the run is doing. */
  waitForRun(runId: string, options?: { readonly timeoutMs?: number }): Promise<TestRun>;
  /** Moves the clock from due time to due time until the run has ended. Throws when only something from outside can go on with it. */
  finishRun(runId: string): Promise<TestRun>;
  /** Reads one run as it is now. */
  run(runId: string): Promise<TestRun>;
  /** Runs that an event started, oldest first. */
  runsOf(eventId: string): Promise<readonly TestRun[]>;
  /** All runs that fit, newest first. */
  runs(filter?: RunFilter): Promise<readonly ApiRunRow[]>;
  /** Ends the server; nothing is kept. Handlers that are still at work are given up. */
  stop(): Promise<void>;
}

/**
 * Starts a server for one test or many.
 *
 * ```ts
 * const server = await startTestServer();
 * const inngest = new Inngest({ id: "shop", ...server.clientOptions });
 * const remind = inngest.createFunction(
 *   { id: "remind", triggers: [{ event: "cart/left" }] },
 *   async ({ event, step }) => {
 *     await step.sleep("wait", "3d");
 *     return step.run("send", () => `reminded ${event.data.email}`);
 *   },
 * );
 * await server.register(serve({ client: inngest, functions: [remind] }));
 *
 * const [eventId = ""] = await server.send({ name: "cart/left", data: { email: "ada@example.com" } });
 * await server.clock.advance("3d");
 *
 * const [run] = await server.runsOf(eventId);
 * expect(run?.output).toBe("reminded ada@example.com");
 * await server.stop();
 * ```
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const log = pino({ level: options.logLevel ?? "silent", base: null });
  const clock = createVirtualClock(options.start === undefined ? {} : { start: options.start });
  const storage = openSqliteStorage({ file: ":memory:", synchronous: "normal", now: clock.now() });
  const apps = createInProcessApps(createAppClient());
  const runtime = createRuntime({
    ports: { clock, random: createRandom(), appClient: apps, storage },
    settings: {
      ...defaultSettings,
      // The test decides when something happens, and the same test gives the same times twice.
      discover: false,
      syncRetryMs: null,
      pollIntervalMs: null,
      retryJitter: false,
      callTimeoutMs: options.callTimeoutMs ?? 60_000,
      countsAsNow: (ts) => Math.abs(ts - clock.wallNow()) <= sdkStampToleranceMs,
    },
    log,
  });
  const http = buildServer({
    runtime,
    clock,
    log,
    access: { kind: "open", isLoopback: true },
    assets: noAssets,
    info: { version: "test", mode: "dev", startedAt: clock.now(), dataDir: null },
  });
  const requests = createRequestCount(http.server);
  const url = await http.listen({ host: "127.0.0.1", port: options.port ?? 0 });
  await runtime.start();

  const reader = createRunReader(http);
  const settle = async (): Promise<void> => {
    do {
      await requests.none();
      await runtime.idle();
    } while (requests.inFlight > 0);
  };
  const testClock = createTestClock({ clock, settle, unfinishedRuns: reader.unfinished });

  return {
    url,
    clientOptions: { baseUrl: url, isDev: true, eventKey: "test" },
    clock: testClock,
    register: (app) => register(runtime, typeof app === "string" ? app : apps.add(app)),
    async send(events) {
      const parsed = parseEvents(JSON.stringify(events));
      if (parsed.kind === "rejected") throw parsed.error;
      return runtime.ingest(parsed.events, { seed: null });
    },
    waitForRun: (runId, { timeoutMs = 5_000 } = {}) => reader.ended(runId, { timeoutMs, feed: runtime.live }),
    async finishRun(runId) {
      await testClock.settle();
      for (let run = await reader.run(runId); ; run = await reader.run(runId)) {
        if (reader.isEnded(run)) return run;
        if ((await testClock.advanceToNext()) === null) throw new Error(reader.describe(run));
      }
    },
    run: reader.run,
    runsOf: reader.startedBy,
    runs: reader.list,
    async stop() {
      // A grace period on a clock that stands still would never end.
      await runtime.stop({ graceMs: 0 });
      http.server.closeAllConnections();
      await http.close();
      await storage.close();
    },
  };
}

/** An SDK stamps events with the real time just before it sends them; slow machines take a while to get them here. */
const sdkStampToleranceMs = 5_000;

async function register(runtime: Runtime, url: string): Promise<void> {
  const app = await runtime.apps.add(url);
  if (app.problem !== null) throw new Error(`the app at ${url} could not be synced: ${app.problem.message}`);
}
