// Opens a runtime on a real database and real HTTP, with what a test wants to know of it.
import type { Run } from "@stepwright/engine";
import { type EventId, type IncomingEvent, type JsonObject, parseEvents, type RunId } from "@stepwright/protocol";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import {
  type AppClient,
  type Clock,
  createAppClient,
  createRandom,
  createRuntime,
  createWallClock,
  defaultSettings,
  type Runtime,
  type RuntimeSettings,
} from "../src/index.ts";
import { startTestApp, type TestApp, type TestFunction } from "./test-app.ts";
import { type WatchedStorage, watchStorage } from "./watched-storage.ts";

/** A runtime that works. */
export interface OpenRuntime {
  readonly runtime: Runtime;
  readonly storage: WatchedStorage;
  /** Messages of warnings and errors so far. */
  readonly complaints: readonly string[];
  send(name: string, fields?: JsonObject): Promise<EventId>;
  /** Sends an event that starts one run, and gives its id. */
  start(name: string, fields?: JsonObject): Promise<RunId>;
  /** Waits for the end of the run. */
  ended(runId: RunId): Promise<Run>;
}

/** How it is opened. */
export interface OpenOptions {
  readonly file?: string;
  readonly clock?: Clock;
  readonly settings?: Partial<RuntimeSettings>;
  readonly appClient?: AppClient;
  /** Changes the storage before the runtime starts. */
  readonly prepare?: (storage: WatchedStorage) => void | Promise<void>;
}

/** Opens and starts it; it is closed with the test. */
export async function openRuntime(options: OpenOptions = {}): Promise<OpenRuntime> {
  const clock = options.clock ?? createWallClock();
  const storage = watchStorage(
    openSqliteStorage({ file: options.file ?? ":memory:", synchronous: "normal", now: clock.now() }),
  );
  const complaints: string[] = [];
  const log = pino(
    { level: "warn", base: null },
    { write: (line: string) => complaints.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const runtime = createRuntime({
    ports: { clock, random: createRandom(), appClient: options.appClient ?? createAppClient(), storage },
    settings: { ...defaultSettings, syncRetryMs: null, retryJitter: false, ...options.settings },
    log,
  });
  onTestFinished(async () => {
    await runtime.stop({ graceMs: 0 });
    await storage.close();
  });
  await options.prepare?.(storage);
  await runtime.start();

  const send = async (name: string, fields: JsonObject = {}): Promise<EventId> => {
    const [id] = await runtime.ingest([incoming(name, fields)], { seed: null });
    if (id === undefined) throw new Error("an event has an id");
    return id;
  };

  return {
    runtime,
    storage,
    complaints,
    send,
    async start(name, fields) {
      const [run] = await storage.runs.startedBy(await send(name, fields));
      if (run === undefined) throw new Error(`${name} started no run`);
      return run.id;
    },
    ended: (runId) => runtime.waitForRun(runId),
  };
}

/** Opens a runtime with an app called `shop` that is synced. */
export async function openShop(
  functions: readonly TestFunction[],
  options: OpenOptions = {},
): Promise<OpenRuntime & { readonly app: TestApp }> {
  const opened = await openRuntime(options);
  return { ...opened, app: await addApp(opened, "shop", functions) };
}

/** Starts an app and syncs it. */
export async function addApp(
  { runtime }: OpenRuntime,
  name: string,
  functions: readonly TestFunction[],
): Promise<TestApp> {
  const app = await startTestApp(name, functions);
  app.registersAt(runtime);
  const { problem } = await runtime.apps.add(app.url);
  if (problem !== null) throw new Error(problem.message);
  return app;
}

/** An event as it comes in; `fields` are its `data`, `ts`, `id` and so on. */
export function incoming(name: string, fields: JsonObject = {}): IncomingEvent {
  const parsed = parseEvents(JSON.stringify({ name, data: {}, ...fields }));
  if (parsed.kind === "rejected") throw parsed.error;
  const [event] = parsed.events;
  if (event === undefined) throw new Error("an event was read");
  return event;
}
