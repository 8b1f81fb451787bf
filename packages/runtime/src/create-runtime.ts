// Wires the shell: what is committed is dispatched, what is dispatched is worked on, what is worked on is committed.
import {
  type App,
  appOfLane,
  cancel,
  functionOfLane,
  type FunctionRecord,
  isEnded,
  type Lane,
  laneKind,
  type LeasedItem,
  pausedSince,
  type Registry,
} from "@stepwright/engine";
import { appUnreachable, runNotFound, serverBusy, shuttingDown } from "@stepwright/protocol";
import type { Logger } from "pino";
import { acceptCheckpoint } from "./accept-checkpoint.ts";
import { createAppReach } from "./app-reach.ts";
import { createAppWatch } from "./app-watch.ts";
import { createApps } from "./apps.ts";
import type { CallsInFlight } from "./call-app.ts";
import { createCancellationControl } from "./cancellations.ts";
import { createWriteCheck } from "./check-writes.ts";
import { createCommitter } from "./committer.ts";
import { eventPayload, runEvents } from "./event-payload.ts";
import { createFirstCalls } from "./first-calls.ts";
import { createAppPause, createFunctionControl } from "./function-control.ts";
import { createIdleness } from "./idleness.ts";
import { createIngest } from "./ingest.ts";
import { createLanes } from "./lanes.ts";
import { busyRetrySeconds, gatewayRequestsMax, systemItemsMax } from "./limits.ts";
import { createLiveFeed } from "./live-feed.ts";
import { createMatcher } from "./matcher.ts";
import { nobody, type Observer } from "./observer.ts";
import type { Ports } from "./ports.ts";
import { putAppSpans } from "./put-app-spans.ts";
import { putMetadata } from "./put-metadata.ts";
import { repairOrphans } from "./repair.ts";
import { rerun } from "./rerun.ts";
import { createRetention } from "./retention.ts";
import { createRunBox } from "./run-box.ts";
import { createSearchIndexing } from "./search-index.ts";
import { retryItem } from "./retry-item.ts";
import { runActions, runBatch } from "./run-state-json.ts";
import type { Runtime, RuntimeSettings } from "./runtime.ts";
import { sendSignal } from "./send-signal.ts";
import { createShell } from "./shell.ts";
import { invoke, invokeRun, tickNow } from "./start-directly.ts";
import { asStorageTrouble } from "./storage-trouble.ts";
import { startedRuns } from "./started-runs.ts";
import { tellFailedChildren } from "./tell-failed-children.ts";
import { createTimer } from "./timer.ts";
import { waitForRun } from "./wait-for-run.ts";
import { workOn } from "./work.ts";

/** Makes a runtime on these ports. It does nothing before `start`. */
export function createRuntime(options: {
  readonly ports: Ports;
  readonly settings: RuntimeSettings;
  readonly log: Logger;
  /** Default: nobody. */
  readonly observer?: Observer;
}): Runtime {
  const parts = wire(options);
  const {
    shell,
    live,
    committer,
    box,
    calls,
    ingest,
    apps,
    functions,
    cancellations,
    checkWrites,
    reach,
    watch,
    retention,
    indexing,
    lanes,
    timer,
    idleness,
    abort,
  } = parts;
  const { storage, clock, appClient } = shell.ports;
  let phase: Runtime["phase"] = "new";
  const refuseWhenStopping = () => {
    if (phase === "stopping") throw shuttingDown({});
  };

  const checkRoom = () => {
    refuseWhenStopping();
    const { eventsWaitingMax: max } = options.settings;
    if (ingest.waiting >= max)
      throw serverBusy({ what: "events waiting for the database", max, seconds: busyRetrySeconds });
  };

  return {
    storage,
    live,
    checkRoom,
    now: clock.now,
    apps,
    functions,
    cancellations: {
      async ask(request) {
        refuseWhenStopping();
        return cancellations.ask(request);
      },
      preview: cancellations.preview,
      remove: cancellations.remove,
    },
    limits: shell.limits,
    eventLimits: options.settings.eventLimits,
    get phase() {
      return phase;
    },
    checkWrites,
    get isDiscovering() {
      return watch.isDiscovering;
    },
    registry() {
      const { apps: known, functions } = shell.registry();
      const asKnown = (app: App): App => unreached(apps.asTried(app), reach.heldBecause(app.id));
      return { apps: [...known.values()].map(asKnown), functions: [...functions.values()].map(parts.withHold) };
    },

    async start() {
      shell.begin();
      await shell.refreshRegistry();
      await repairOrphans(shell, box);
      lanes.note(await storage.queue.lanes());
      committer.wake();
      timer.update();
      watch.start();
      retention.start();
      indexing.start();
      phase = "working";
    },

    async stop({ graceMs }) {
      phase = "stopping";
      watch.stop();
      retention.stop();
      indexing.stop();
      lanes.close();
      timer.stop();
      const grace = new AbortController();
      await Promise.race([idleness.wait(), clock.sleep(graceMs, grace.signal)]);
      grace.abort();
      const callsAbandoned = calls.size;
      abort.abort();
      await appClient.close();
      // Whoever was cut short lets go of the storage, which its owner may close as soon as we return.
      await idleness.wait();
      return { callsAbandoned };
    },

    async ingest(events, { seed }) {
      checkRoom();
      const ids = await ingest.accept(events, seed);
      shell.observer.eventsAccepted(ids.length);
      return ids;
    },
    async invoke(slug, event) {
      checkRoom();
      return invoke(shell, committer, slug, event);
    },
    async invokeRun(slug, incoming, { idempotencyKey }) {
      checkRoom();
      return invokeRun(shell, committer, { slug, incoming, idempotencyKey });
    },
    async tick(slug) {
      checkRoom();
      return tickNow(shell, committer, slug);
    },
    async sendSignal(signal, data) {
      refuseWhenStopping();
      return sendSignal(shell, committer, signal, data);
    },
    async rerun(runId, how = {}) {
      refuseWhenStopping();
      return rerun(shell, committer, runId, how);
    },
    async cancelRun(runId) {
      const decided = await box.decideOnce(runId, (state) => cancel(state, shell.context(), { kind: "request" }, null));
      if (decided.kind === "refused") throw asStorageTrouble(decided.error);
      if (decided.kind === "nothing" && (await storage.runs.get(runId)) === null) throw runNotFound({ runId });
      return decided.kind === "committed";
    },

    async putMetadata(runId, changes) {
      refuseWhenStopping();
      await putMetadata(shell, committer, runId, changes);
      const run = await storage.runs.get(runId);
      if (run !== null) live.tell({ runs: [run], hasNewEvents: false, haveAppsChanged: false });
    },
    async putAppSpans(runId, spans) {
      refuseWhenStopping();
      return putAppSpans(shell, committer, runId, spans);
    },
    async retryItem(itemId) {
      refuseWhenStopping();
      return retryItem(shell, { committer, box }, itemId);
    },
    async register(request) {
      const answer = await apps.register(request);
      reach.heardFrom(answer.appId);
      return answer;
    },
    checkpoint: (runId, body) => acceptCheckpoint(shell, { box, calls }, runId, body),
    runActions: (runId) => box.read(runId, runActions),
    runBatch: (runId) => box.read(runId, runBatch),
    eventPayload: (event) => eventPayload(storage, event),
    inMemory: () => ({
      items: lanes.itemsInHand,
      calls: calls.size,
      mailboxes: box.mailboxes,
      cachedRuns: box.cachedRuns,
      transitions: committer.waiting,
      lanes: lanes.known,
    }),
    retention: () => retention.status(),
    sweepNow() {
      refuseWhenStopping();
      return retention.sweepNow();
    },
    holdCalls: parts.holdCalls,
    idle: () => idleness.wait(),
    indexed: () => indexing.whenCurrent(),
    waitForRun: (runId) => waitForRun(storage, live, runId),
  };
}

/** Says whether nothing of a lane is to be called. Runs of a function that its app has taken out are paused with the app. */
function isHeld(registry: Registry, lane: Lane, isHeldBack: (functionSlug: string) => boolean): boolean {
  const functionId = functionOfLane(lane);
  const appId = appOfLane(lane);
  if (functionId === null || appId === null) return false;
  const fn = registry.functions.get(functionId);
  if (fn !== undefined && isHeldBack(fn.slug)) return true;
  return fn === undefined ? (registry.apps.get(appId)?.pausedAt ?? null) !== null : pausedSince(fn) !== null;
}

/** The record of an app whose calls are held says why. It is not stored: a server that starts finds out for itself. */
function unreached(app: App, reason: string | null): App {
  if (reason === null) return app;
  const { code, message } = appUnreachable({ url: app.url, reason });
  return { ...app, status: "failed", problem: { code, message, httpStatus: null, bodyExcerpt: null } };
}

/** Makes the parts and connects them. */
function wire({ ports, settings, log: parent, observer = nobody }: Parameters<typeof createRuntime>[0]) {
  const { storage, clock } = ports;
  const log = parent.child({ component: "runtime" });
  const abort = new AbortController();
  const { signal } = abort;
  const shell = createShell({ ports, settings, log, observer, signal });
  const live = createLiveFeed((error) => log.error({ err: error }, "live feed listener failed"));
  const calls: CallsInFlight = new Map();
  const idleness = createIdleness(
    () =>
      committer.isIdle &&
      box.isIdle &&
      lanes.itemsInHand === (ports.appClient.asleep ?? 0) &&
      !lanes.hasDue(clock.now()),
  );

  let isHeldBack: (functionSlug: string) => boolean = () => false;
  const laneMax = { system: systemItemsMax, gateway: gatewayRequestsMax, call: settings.callsPerAppMax };
  const lanes = createLanes({
    maxOf(lane) {
      const appId = appOfLane(lane);
      return appId === null ? laneMax[laneKind(lane)] : reach.roomFor(appId);
    },
    isHeld: (lane) => isHeld(shell.registry(), lane, isHeldBack),
    onLeased: (item) => void begin(item),
  });
  const timer = createTimer({ clock, nextAt: () => lanes.nextAt(), onDue: () => committer.wake() });
  const committer = createCommitter({
    storage,
    clock,
    log,
    observer,
    signal,
    leaseFor: (transitions, now) => lanes.roomFor(transitions, now),
    hasDueWork: (now) => lanes.hasDue(now),
    accept(result, transitions) {
      for (const { run, events } of startedRuns(transitions, result.leased)) box.prime(run, events);
      lanes.accept(result);
    },
    committed(transitions, outcomes) {
      for (const outcome of outcomes) tellFailedChildren(log, outcome);
      live.publish(transitions, outcomes);
      if (transitions.length > 0) indexing.wake();
    },
    onIdle() {
      // Whether the last commit was written or refused: nobody else asks for the next one.
      timer.update();
      idleness.check();
    },
  });
  const box = createRunBox({
    storage,
    committer,
    loadEvents: (loaded) => runEvents(storage, loaded.events),
    rest: shell.rest,
    signal,
    onIdle: () => idleness.check(),
    onDecided({ run, newSteps }) {
      for (const { status } of newSteps) observer.stepEnded(status);
      if (isEnded(run.status)) observer.runEnded(run.status);
    },
  });
  const firstCalls = createFirstCalls(shell, box);
  const matcher = createMatcher({ storage, registry: shell.registry, now: clock.now, newId: shell.newId });
  const ingest = createIngest({
    committer,
    matcher,
    refreshRegistry: shell.refreshRegistry,
    gate: shell.gate,
    countsAsNow: settings.countsAsNow,
    now: clock.now,
    newId: shell.newId,
  });
  const registrations = createApps(shell, committer);
  /** A lane has room again, or none any more. */
  const lookAgain = () => {
    if (lanes.hasDue(clock.now())) committer.wake();
    timer.update();
  };
  const holdCalls = (isHeldNow: typeof isHeldBack): void => {
    isHeldBack = isHeldNow;
    lookAgain();
  };
  const withHold = (fn: FunctionRecord): FunctionRecord => (isHeldBack(fn.slug) ? { ...fn, isHeldBack: true } : fn);
  const functions = createFunctionControl(shell, committer, lookAgain);
  const apps = { ...registrations, ...createAppPause(shell, committer, lookAgain) };
  const cancellations = createCancellationControl(shell, committer);
  const checkWrites = createWriteCheck(committer, clock.now);
  const reach = createAppReach({
    clock,
    log,
    signal,
    fraction: ports.random.fraction,
    isReachable: (url) => ports.appClient.isReachable(url),
    callsMax: settings.callsPerAppMax,
    waitMs: settings.appWaitMs,
    onRoom: lookAgain,
  });
  const watch = createAppWatch(shell, registrations);
  const isBusy = () => lanes.itemsInHand > 0 || !committer.isIdle;
  const retention = createRetention(shell, { isBusy, commitsBegun: () => committer.begun });
  const indexing = createSearchIndexing(shell, { isBusy });

  const begin = async (item: LeasedItem) => {
    await workOn(shell, { box, committer, matcher, calls, firstCalls, reach }, item);
    lanes.release(item.lane);
    if (lanes.hasDue(clock.now())) committer.wake();
    else timer.update();
    idleness.check();
  };

  return {
    shell,
    live,
    committer,
    box,
    calls,
    ingest,
    apps,
    functions,
    cancellations,
    checkWrites,
    reach,
    watch,
    retention,
    indexing,
    lanes,
    timer,
    idleness,
    holdCalls,
    withHold,
    abort,
  };
}
