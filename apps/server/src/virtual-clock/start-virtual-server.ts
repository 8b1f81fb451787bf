// Starts a server on a virtual clock: the engine of `@stepwright/testing` with the routes, the pages and the door of every server.
import type { RequestListener } from "node:http";
import { buildServer, type TestControls } from "@stepwright/http";
import { createWallClock } from "@stepwright/runtime";
import { createVirtualClock, startRig, type Rig } from "@stepwright/testing";
import { chooseAddress, placeOf, tellStart } from "../address.ts";
import { type CompositionOptions, httpParts, runtimeSettings } from "../compose.ts";
import type { Config } from "../config.ts";
import { listen } from "../listen.ts";
import { loadAddon } from "../sea/addon.ts";
import type { RunningServer } from "../start-server.ts";
import { keepSyncing } from "./keep-syncing.ts";

/** A server whose clock stands still until it is moved. */
export interface VirtualServer extends RunningServer {
  /** Reads from its own API, as a page does. Throws with what it refuses. */
  ask<T>(path: string): Promise<T>;
}

/** How it is started. */
export interface VirtualServerOptions extends Omit<CompositionOptions, "discoverPorts"> {
  /** Called before everything is forgotten. */
  readonly beforeReset?: () => Promise<void>;
}

/** Jumps for one run that is to end: more is taken for a function that never does. */
const jumpsMax = 10_000;
/** Real time for one run that is to end: apps in other processes may be slow, and whoever asks has a limit of his own. */
const patienceMs = 600_000;
/** Chance of tests: the same ones each time. */
const seed = 1;

/** Starts it; resolves once it answers. Throws as `startServer` does. */
export async function startVirtualServer(config: Config, options: VirtualServerOptions): Promise<VirtualServer> {
  const { log, cacheDir, isTestMode = false } = options;
  const address = await chooseAddress(config);
  const clock = createVirtualClock(config.clockStart === null ? {} : { start: config.clockStart });
  const { rig } = await startRig({
    clock,
    seed,
    settings: settingsOf(config),
    log,
    nativeBinding: loadAddon(cacheDir)?.addon,
    buildRoutes: (runtime, testControls, serves) =>
      buildServer({
        ...httpParts(config, { runtime, clock: createWallClock(), log, isTestMode }),
        serves,
        testControls: lookingBeforeReset(testControls, options.beforeReset),
      }),
    jumpsMax,
    patienceMs,
  });
  const door = await listen(answerBy(rig), { address, config, log }).catch(async (error: unknown) => {
    await rig.close();
    throw error;
  });
  tellStart(log, { config, address, facts: { dataDir: null, clock: new Date(clock.now()).toISOString() } });
  const syncing = keepSyncing(config.appUrl, () => rig.runtime.apps);

  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    syncing.stop();
    await Promise.all([door.close(), rig.close()]);
    log.info({ component: "server" }, "server stopped");
  };
  return {
    ...placeOf(config, address),
    now: () => clock.now(),
    get runtime() {
      return rig.runtime;
    },
    async ask<T>(path: string): Promise<T> {
      const routes = await rig.routes(path);
      const response = await routes.inject({ url: path, headers: { host: "localhost" } });
      if (response.statusCode !== 200) throw new Error(`GET ${path} answered ${response.statusCode}: ${response.body}`);
      return response.json<T>();
    },
    stop: () => (stopping ??= stop()),
  };
}

/** What of the settings is about functions and their calls. All else is as tests want it: nothing happens on the server's own account. */
function settingsOf(config: Config): Partial<ReturnType<typeof runtimeSettings>> {
  const all = runtimeSettings(config, []);
  return {
    limits: all.limits,
    eventLimits: all.eventLimits,
    eventsWaitingMax: all.eventsWaitingMax,
    retrySchedule: all.retrySchedule,
    retryIntervalMs: all.retryIntervalMs,
    callsPerAppMax: all.callsPerAppMax,
    callTimeoutMs: all.callTimeoutMs,
    appWaitMs: all.appWaitMs,
    startupGraceMs: all.startupGraceMs,
  };
}

/** The engine behind the door is replaced by crashes and resets; who asks meanwhile is answered by the next one. */
function answerBy(rig: Rig): RequestListener {
  return (request, response) => {
    rig.routes(request.url ?? "/").then(
      (routes) => routes.routing(request, response),
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  };
}

function lookingBeforeReset(controls: TestControls, look: (() => Promise<void>) | undefined): TestControls {
  if (look === undefined) return controls;
  return {
    ...controls,
    async reset() {
      await look();
      await controls.reset();
    },
  };
}
