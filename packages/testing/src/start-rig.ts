// Puts a rig together as tests want it: nothing happens but by the test, and the same test gives the same twice.
import type { HttpServer, TestControls } from "@stepwright/http";
import type { Millis } from "@stepwright/protocol";
import {
  createAppClient,
  defaultSettings,
  type OutgoingRequest,
  type Runtime,
  type RuntimeSettings,
} from "@stepwright/runtime";
import type { Logger } from "pino";
import { createControls } from "./controls.ts";
import { createFunctionSlugs, type FunctionSlugs } from "./function-slugs.ts";
import { createInCallOrder } from "./in-call-order.ts";
import { createInProcessApps, type InProcessApps } from "./in-process-apps.ts";
import { createFaultPlan } from "./interference/faults.ts";
import { createInterferingApps } from "./interference/interfering-apps.ts";
import { createStepNames } from "./interference/step-names.ts";
import { createStubs } from "./interference/stubs.ts";
import { createQueueControl } from "./queue-control.ts";
import { createRig, type Rig } from "./rig.ts";
import { createRunReader, describeRow, type RunReader } from "./run-reader.ts";
import { unfinishedStatuses } from "./run-status.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { type ClockMover, createTestClock } from "./test-clock.ts";
import { createTurns, type Turns } from "./turns.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What a rig is started with. */
export interface StartOptions {
  readonly clock: VirtualClock;
  readonly seed: number;
  /** Beside what a virtual clock asks for. */
  readonly settings?: Partial<RuntimeSettings>;
  readonly log: Logger;
  readonly nativeBinding?: object | undefined;
  readonly buildRoutes: (runtime: Runtime, controls: TestControls, serves: "all" | "apps") => HttpServer;
  readonly jumpsMax: number;
  /** Real milliseconds that waiting for a run may take. */
  readonly patienceMs: number;
  readonly onTime?: (now: Date) => void;
  /** A handler in this process has not answered in time. Default: that is a failed attempt like others. */
  readonly onLate?: (request: OutgoingRequest) => void;
  /** As with `createRig`; default: nothing. */
  readonly onSettled?: () => void;
}

/** A rig, and the ways to handle it. */
export interface StartedRig {
  readonly rig: Rig;
  readonly clock: ClockMover;
  readonly turns: Turns;
  readonly apps: InProcessApps;
  readonly reader: RunReader;
  readonly slugs: FunctionSlugs;
  readonly controls: TestControls;
}

/** An SDK stamps events with the real time just before it sends them; slow machines take a while to get them here. */
const sdkStampToleranceMs = 5_000;

/** Starts the engine. */
export async function startRig(options: StartOptions): Promise<StartedRig> {
  const { clock, seed, jumpsMax, patienceMs } = options;
  const turns = createTurns();
  const names = createStepNames();
  const stubs = createStubs(names);
  const faults = createFaultPlan(names, seed);
  const inProcess = createInProcessApps(createAppClient(), {
    call: turns.asApp,
    onLate: options.onLate ?? (() => undefined),
  });
  const apps = createInterferingApps({
    apps: createInCallOrder(inProcess),
    clock,
    names,
    stubs,
    faults,
    appAt: (url) => appAt(rig.runtime, url),
    // Somebody may be waiting for the call, of which no more is to be had until the clock is moved.
    onAsleep: () => void rig.runtime.idle(),
  });
  const rig: Rig = await createRig({
    clock,
    random: createSeededRandom(seed),
    apps,
    settings: { ...defaultSettings, ...onlyByTheTest(clock), ...options.settings },
    log: options.log,
    nativeBinding: options.nativeBinding,
    buildRoutes: (runtime, serves) => options.buildRoutes(runtime, controls, serves),
    onSettled: options.onSettled ?? (() => undefined),
    onReplaced: (runtime) => queue.hold(runtime),
  });

  const reader = createRunReader(rig.routes);
  const slugs = createFunctionSlugs(() => rig.runtime);
  const mover = createTestClock({
    clock,
    turns,
    settle: rig.settle,
    jumpsMax,
    patienceMs,
    onTime: options.onTime ?? (() => undefined),
    async unfinished() {
      const rows = await reader.list({ status: unfinishedStatuses });
      const runs = rows.map((row) => ({ text: describeRow(row), isTimed: row.activity?.until != null }));
      return [...runs, ...(await gathering(rig.runtime))];
    },
  });
  const queue = createQueueControl({ rig, reader, turns });
  const controls: TestControls = createControls({ rig, clock: mover, turns, reader, slugs, queue, stubs, faults });
  return { rig, clock: mover, turns, apps: inProcess, reader, slugs, controls };
}

/** Starts that wait for more events: debounces and batches, which are no runs yet. */
async function gathering({ registry, storage }: Runtime): Promise<readonly { text: string; isTimed: boolean }[]> {
  const gatherers = registry().functions.filter(({ config }) => config.debounce !== null || config.batch !== null);
  const lines = await Promise.all(
    gatherers.map(async ({ id, slug }) => {
      const { windows, batchedEvents } = await storage.flow.gathering(id);
      const text = `${slug}: ${windows} debounced, ${batchedEvents} in batches`;
      return windows + batchedEvents === 0 ? [] : [{ text, isTimed: true }];
    }),
  );
  return lines.flat();
}

/** Settings under which the engine does nothing by itself, at no time of its own. */
function onlyByTheTest(clock: VirtualClock): Partial<RuntimeSettings> {
  return {
    discover: false,
    syncRetryMs: null,
    pollIntervalMs: null,
    retryJitter: false,
    syncInBand: true,
    countsAsNow: (ts: Millis) => Math.abs(ts - clock.wallNow()) <= sdkStampToleranceMs,
  };
}

/** The id of the app that is registered at a URL; a call has more in it than the app's own. */
function appAt(runtime: Runtime, url: string): string | null {
  const { origin, pathname } = new URL(url);
  const found = runtime.registry().apps.find((app) => {
    const registered = new URL(app.url);
    return registered.origin === origin && registered.pathname === pathname;
  });
  return found?.name ?? null;
}
