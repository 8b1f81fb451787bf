// Wires the parts together: storage and the other ports into the runtime, the runtime into the HTTP server.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  buildServer,
  createMetrics,
  noAssets,
  type Access,
  type GraphqlApi,
  type HttpServer,
  type ServerDeps,
} from "@stepwright/http";
import { checkpointBodyBytesMax, dataFolderUnusable, defaultEventLimits, type Millis } from "@stepwright/protocol";
import {
  createAppClient,
  createRandom,
  createRuntime,
  createWallClock,
  defaultSettings,
  type Clock,
  type Runtime,
  type RuntimeSettings,
} from "@stepwright/runtime";
import type { Storage } from "@stepwright/storage";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { openAssets } from "./dashboard-files.ts";
import { loadAddon } from "./sea/addon.ts";
import { checkpointThreadParts } from "./sea/checkpoint-program.ts";
import { version } from "./version.ts";

/** The parts of a server that is not started yet. */
export interface Composition {
  readonly runtime: Runtime;
  readonly app: HttpServer;
  /** Closes the storage, after the runtime was stopped and the HTTP server closed. */
  close(): Promise<void>;
}

/** What the environment adds to the settings. */
export interface CompositionOptions {
  readonly log: Logger;
  /** Ports to look for apps on besides the usual ones. */
  readonly discoverPorts: readonly number[];
  /** Where the user keeps caches; null for the usual place. */
  readonly cacheDir: string | null;
  /** Adds the routes that test suites of the peer ask for. Default false. */
  readonly isTestMode?: boolean;
}

/**
 * Opens the storage and builds the parts. Throws DATA_FOLDER_LOCKED, DATA_FOLDER_NEWER, DATA_DAMAGED, DATA_LOG_DAMAGED or
 * DATA_FOLDER_UNUSABLE.
 */
export function compose(
  config: Config,
  { log, discoverPorts, cacheDir, isTestMode = false }: CompositionOptions,
): Composition {
  const clock = createWallClock();
  const storage = openStorage(config, { now: clock.now(), cacheDir, log });
  const appClient = createAppClient();
  const metrics = createMetrics();
  const runtime = createRuntime({
    ports: { clock, random: createRandom(), appClient, storage },
    settings: runtimeSettings(config, discoverPorts),
    log,
    observer: metrics.observer,
  });
  const app = buildServer({ ...httpParts(config, { runtime, clock, log, isTestMode }), metrics });
  return { runtime, app, close: () => storage.close() };
}

/** What the HTTP server of any clock is built of. */
export function httpParts(
  config: Config,
  o: { readonly runtime: Runtime; readonly clock: Clock; readonly log: Logger; readonly isTestMode: boolean },
): ServerDeps {
  const { runtime, clock, log, isTestMode } = o;
  return {
    runtime,
    clock,
    log,
    access: accessOf(config),
    ...(config.noUi ? { assets: noAssets } : { assets: openAssets(), graphql: () => loadGraphql(runtime, log) }),
    info: { version, mode: config.command, startedAt: runtime.now(), dataDir: config.memory ? null : config.dataDir },
    isTestMode,
    bodyBytesMax: config.bodyLimit,
    // What comes in checkpoints may as well come with the answer.
    checkpointBytesMax: Math.max(checkpointBodyBytesMax, config.responseLimit),
    intake: {
      bodiesBytesMax: Math.max(config.bodiesLimit, config.bodyLimit, config.responseLimit),
      requestsMax: config.requestsLimit,
      eventsMax: config.eventsLimit,
      eventKeyShare: config.eventKeyShare / 100,
    },
  };
}

async function loadGraphql(runtime: Runtime, log: Logger): Promise<GraphqlApi> {
  const { createGraphql } = await import("@stepwright/graphql");
  return createGraphql({
    runtime,
    onUnforeseen: (err) => log.error({ component: "graphql", err }, "query failed"),
  });
}

function openStorage(
  config: Config,
  { now, cacheDir, log }: { readonly now: Millis; readonly cacheDir: string | null; readonly log: Logger },
): Storage {
  const loaded = loadAddon(cacheDir);
  const { memory, dataDir, synchronous, acceptDamage } = config;
  if (!memory) makeDataDir(dataDir);
  return openSqliteStorage({
    file: memory ? ":memory:" : join(dataDir, "main.db"),
    synchronous,
    now,
    acceptDamage,
    onTrouble: (err) => log.error({ component: "storage", err }, "the database is in trouble"),
    nativeBinding: loaded?.addon,
    checkpointThread: checkpointThreadParts(loaded),
  });
}

/** Only this user may look into the folder: it holds the data of every run. */
function makeDataDir(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw dataFolderUnusable({ folder, reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}

function accessOf({ command, host, eventKey, signingKey, signingKeyFallback }: Config): Access {
  if (command === "start" && signingKey !== null)
    return { kind: "keyed", eventKeys: eventKey, signingKey, fallbackKey: signingKeyFallback };
  return { kind: "open", isLoopback: host === null || host === "localhost" || host === "127.0.0.1" || host === "::1" };
}

/** Shorter than what a person sees, longer than most calls. */
const shownRunningAfterMs = 25;

/** The settings of the engine. */
export function runtimeSettings(config: Config, discoverPorts: readonly number[]): RuntimeSettings {
  return {
    ...defaultSettings,
    serverKind: config.command === "dev" ? "dev" : "cloud",
    signingKey: config.signingKey,
    signingKeyFallback: config.signingKeyFallback,
    syncInBand: config.syncInBand,
    limits: {
      stepOutputBytesMax: config.stepOutputLimit,
      runStateBytesMax: config.runStateLimit,
      stepsPerRunMax: config.stepsLimit,
      responseBytesMax: config.responseLimit,
      callBodyBytesMax: config.callBodyLimit,
      sleepMaxMs: config.sleepLimit,
    },
    eventLimits: {
      ...defaultEventLimits,
      eventsMax: config.eventListLimit,
      eventBytesMax: config.eventSizeLimit,
    },
    retrySchedule: config.retrySchedule,
    retryIntervalMs: config.retryInterval === 0 ? null : config.retryInterval * 1000,
    retryJitter: !config.noRetryJitter,
    appUrls: config.appUrl,
    discover: config.command === "dev" && !config.noDiscovery,
    discoverPorts,
    pollIntervalMs: config.noPoll || config.pollInterval === 0 ? null : config.pollInterval * 1000,
    cronMissedTick: config.cronMissedTick,
    callsPerAppMax: config.callsPerApp,
    callTimeoutMs: config.callTimeout * 1000,
    eventsWaitingMax: config.eventsLimit,
    appWaitMs: config.appWait * 1000,
    startupGraceMs: config.startupGrace * 1000,
    shownRunningAfterMs,
    retention: {
      runs: {
        completed: config.retainCompleted,
        failed: config.retainFailed,
        cancelled: config.retainCancelled,
        skipped: config.retainSkipped,
      },
      events: config.retainEvents,
    },
    indexesTexts: !config.noSearchIndex,
  };
}
