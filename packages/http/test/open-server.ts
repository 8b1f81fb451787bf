// Opens a server on a real runtime and a database in memory.
import {
  createAppClient,
  createRandom,
  createRuntime,
  createWallClock,
  defaultSettings,
  type Observer,
  type Runtime,
} from "@stepwright/runtime";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { buildServer, noAssets, type ServerDeps } from "../src/index.ts";

/** A server that is not listening. */
export interface OpenServer {
  readonly app: FastifyInstance;
  readonly runtime: Runtime;
  close(): Promise<void>;
}

/** Opens a server; `overrides` replaces parts of what it is built from, `observer` hears what its runtime does. */
export async function openServer(
  overrides: Partial<Omit<ServerDeps, "runtime">> = {},
  observer?: Observer,
): Promise<OpenServer> {
  const clock = createWallClock();
  const log = pino({ level: "silent" });
  const storage = openSqliteStorage({ file: ":memory:", synchronous: "normal", now: clock.now() });
  const appClient = createAppClient();
  const isKeyed = overrides.access?.kind === "keyed";
  const runtime = createRuntime({
    ports: { clock, random: createRandom(), appClient, storage },
    settings: { ...defaultSettings, serverKind: isKeyed ? "cloud" : "dev" },
    log,
    ...(observer === undefined ? {} : { observer }),
  });
  await runtime.start();
  const app = buildServer({
    runtime,
    clock,
    log,
    access: { kind: "open", isLoopback: true },
    assets: noAssets,
    info: { version: "0.0.0", mode: isKeyed ? "start" : "dev", startedAt: clock.now(), dataDir: null },
    ...overrides,
  });
  await app.ready();
  return {
    app,
    runtime,
    async close() {
      await app.close();
      await runtime.stop({ graceMs: 0 });
      await storage.close();
    },
  };
}
