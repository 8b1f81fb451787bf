// Wires the shell: what is committed is dispatched, what is dispatched is worked on, what is worked on is committed.
import {
  type App,
  cancel,
  checkpoint,
  type EventRef,
  isEnded,
  type LeasedItem,
  type NewEvent,
  redrive,
  resumeItemId,
  type Run,
  startRun,
} from "@stepwright/engine";
import {
  asEventId,
  asQueueItemId,
  canonicalJson,
  dispatchStale,
  type EventId,
  eventJson,
  functionNotFound,
  type IncomingEvent,
  type JsonText,
  millis,
  parseAsyncCheckpoint,
  parseJsonText,
  runGone,
  type RunId,
  runNotFound,
  shuttingDown,
  storageUnavailable,
} from "@stepwright/protocol";
import { eventNames } from "@stepwright/engine";
import type { TransitionOutcome } from "@stepwright/storage";
import type { Logger } from "pino";
import { createAppWatch } from "./app-watch.ts";
import { createApps } from "./apps.ts";
import { type CallsInFlight, findFunction } from "./call-app.ts";
import { createCommitter } from "./committer.ts";
import { eventPayload, eventText, runEvents } from "./event-payload.ts";
import { createIngest } from "./ingest.ts";
import { createLanes } from "./lanes.ts";
import { gatewayRequestsMax, orphansPerRead, storageRetryMs, systemItemsMax } from "./limits.ts";
import { createLiveFeed } from "./live-feed.ts";
import { createMatcher } from "./matcher.ts";
import type { Ports } from "./ports.ts";
import { createRunBox } from "./run-box.ts";
import type { Runtime, RuntimeSettings } from "./runtime.ts";
import { createShell } from "./shell.ts";
import { createTimer } from "./timer.ts";
import { workOn } from "./work.ts";

/** Makes a runtime on these ports. It does nothing before `start`. */
export function createRuntime(options: {
  readonly ports: Ports;
  readonly settings: RuntimeSettings;
  readonly log: Logger;
}): Runtime {
  const { ports, settings } = options;
  const { storage, clock } = ports;
  const log = options.log.child({ component: "runtime" });
  const abort = new AbortController();
  const shell = createShell({ ports, settings, log, signal: abort.signal });
  const live = createLiveFeed((error) => log.error({ err: error }, "live feed listener failed"));
  const calls: CallsInFlight = new Map();
  let isStopping = false;

  const lanes = createLanes({
    maxOf: (lane) => (lane === "system" ? systemItemsMax : lane === "gateway" ? gatewayRequestsMax : settings.callsPerAppMax),
    onLeased: (item) => void begin(item),
  });
  const timer = createTimer({ clock, nextAt: () => lanes.nextAt(), onDue: () => committer.wake() });
  const committer = createCommitter({
    storage,
    now: clock.now,
    leaseFor: (transitions, now) => lanes.roomFor(transitions, now),
    hasDueWork: (now) => lanes.hasDue(now),
    accept(result) {
      lanes.accept(result);
      timer.update();
    },
    committed: (transitions, outcomes) => live.publish(transitions, outcomes),
  });
  const box = createRunBox({
    storage,
    committer,
    loadEvents: (loaded) => runEvents(storage, loaded.events),
    async beforeRetry(error) {
      if (abort.signal.aborted) throw error;
      log.error({ err: error }, "the database refused a write; trying again");
      await clock.sleepUntil(millis(clock.now() + storageRetryMs), abort.signal);
      if (abort.signal.aborted) throw error;
    },
  });
  const matcher = createMatcher({ storage, registry: shell.registry, now: clock.now, newId: shell.newId });
  const ingest = createIngest({
    committer,
    matcher,
    refreshRegistry: shell.refreshRegistry,
    countsAsNow: settings.countsAsNow,
    now: clock.now,
    newId: shell.newId,
  });
  const apps = createApps(shell, committer);
  const watch = createAppWatch(shell, apps);

  const begin = async (item: LeasedItem) => {
    await workOn(shell, { box, committer, matcher, calls }, item);
    lanes.release(item.lane);
    if (lanes.hasDue(clock.now())) committer.wake();
    else timer.update();
    settleIdle();
  };

  const isIdle = () =>
    committer.isIdle && box.isIdle && lanes.itemsInHand === 0 && !lanes.hasDue(clock.now());
  let idleWaiters: (() => void)[] = [];
  const settleIdle = () => {
    if (idleWaiters.length === 0 || !isIdle()) return;
    const waiters = idleWaiters;
    idleWaiters = [];
    for (const resolve of waiters) resolve();
  };
  committer.onIdle(settleIdle);

  const refuseWhenStopping = () => {
    if (isStopping) throw shuttingDown({});
  };

  const startDirectly = async (start: {
    readonly event: NewEvent & { readonly data: JsonText };
    readonly slug: string;
    readonly moreEvents?: readonly EventRef[];
  }): Promise<RunId> => {
    const fn = shell.registry().functionsBySlug.get(start.slug);
    if (fn === undefined) throw functionNotFound({ functionSlug: start.slug });
    const text = eventJson(start.event);
    const started = startRun({
      fn,
      trigger: {
        ref: { kind: "inTransition", index: 0 },
        internalId: start.event.internalId,
        name: start.event.name,
        ts: start.event.ts,
        value: parseJsonText(text),
        length: text.length,
      },
      idempotencyKey: null,
      cron: null,
      invokedBy: null,
      originalRunId: null,
      now: clock.now(),
      newId: shell.newId,
    });
    const outcome = await committer.submit({
      guards: [],
      effects: [{ kind: "putEvent", event: start.event }, ...started.transition.effects],
    });
    refuseFailed(outcome);
    return started.runId;
  };

  return {
    storage,
    live,
    now: clock.now,
    apps,
    get isDiscovering() {
      return watch.isDiscovering;
    },
    registry() {
      const { apps: known, functions } = shell.registry();
      return { apps: [...known.values()] satisfies App[], functions: [...functions.values()] };
    },

    async start() {
      await shell.refreshRegistry();
      await redriveOrphans();
      lanes.note(await storage.queue.lanes());
      committer.wake();
      timer.update();
      for (const url of settings.appUrls) void addQuietly(url);
      watch.start();
    },

    async stop({ graceMs }) {
      isStopping = true;
      lanes.close();
      timer.stop();
      const deadline = new AbortController();
      await Promise.race([
        drained(),
        clock.sleepUntil(millis(clock.now() + graceMs), deadline.signal),
      ]);
      deadline.abort();
      const callsAbandoned = calls.size;
      abort.abort();
      await ports.appClient.close();
      return { callsAbandoned };
    },

    async ingest(events, { seed }) {
      refuseWhenStopping();
      return ingest.accept(events, seed);
    },

    async invoke(slug, event) {
      refuseWhenStopping();
      const stored = invokedEvent(event, slug);
      await startDirectly({ event: stored, slug });
      return stored.internalId;
    },

    register: (request) => apps.register(request),

    async checkpoint(runId, body) {
      const parsed = parseAsyncCheckpoint(typeof body === "string" ? body : JSON.stringify(body));
      if (parsed.kind === "rejected") throw parsed.error;
      const { queueItemRef, generationId, ops } = parsed.checkpoint;
      const call = calls.get(asQueueItemId(queueItemRef));
      if (call === undefined || (generationId !== null && generationId !== call.item.generation)) {
        throw (await storage.runs.get(runId)) === null ? runNotFound({ runId }) : dispatchStale({ runId });
      }
      const refused: { error: Error | null } = { error: null };
      const decided = await box.decide(runId, (state) => {
        const made = checkpoint(state, shell.context(), call, ops);
        if (made.kind === "decision") return made.decision;
        refused.error = made.error;
        return null;
      });
      if (refused.error !== null) throw refused.error;
      if (decided.kind === "nothing") throw runGone({ runId });
      if (decided.kind === "leaseLost") throw dispatchStale({ runId });
      if (decided.kind === "refused") throw storageUnavailable({ reason: decided.error.message }, { cause: decided.error });
      // Progress was made: a failure of this call from here on has a full set of attempts (sdk-protocol.md §13).
      calls.set(call.item.id, { ...call, item: { ...call.item, attempt: 0 } });
    },

    runActions: (runId) =>
      box.read(runId, (state) => {
        const entries = [...state.steps.values()].map((step) => `${JSON.stringify(step.id)}:${step.memo}`);
        return `{${entries.join(",")}}` as JsonText;
      }),
    runBatch: (runId) => box.read(runId, (state) => `[${state.events.map((event) => event.full).join(",")}]` as JsonText),

    async sendSignal(signal, data) {
      refuseWhenStopping();
      const pause = await storage.pauses.bySignal(signal);
      if (pause === null || pause.stepId === null || isExpired(pause.expiresAt)) return null;
      const outcome = await committer.submit({
        guards: [{ kind: "pauseOpen", pauseId: pause.id }],
        effects: [
          {
            kind: "resolvePause",
            pauseId: pause.id,
            item: {
              id: resumeItemId(pause.runId, pause.stepId),
              lane: "system",
              at: clock.now(),
              attempt: 0,
              work: { kind: "resume", runId: pause.runId, stepId: pause.stepId, outcome: { kind: "signal", signal, data } },
            },
          },
        ],
      });
      refuseFailed(outcome);
      return outcome.kind === "committed" ? pause.runId : null;
    },

    async cancelRun(runId) {
      const run = await storage.runs.get(runId);
      if (run === null) throw runNotFound({ runId });
      const decided = await box.decide(runId, (state) => cancel(state, shell.context(), { kind: "request" }, null));
      return decided.kind === "committed";
    },

    async rerun(runId) {
      refuseWhenStopping();
      const loaded = await storage.runs.load(runId);
      const first = loaded?.events[0];
      if (loaded === null || first === undefined) throw runNotFound({ runId });
      const fn = await findFunction(shell, loaded.run.functionId);
      if (fn === null) throw functionNotFound({ functionSlug: loaded.run.functionSlug });
      const text = await eventText(storage, first);
      const started = startRun({
        fn,
        trigger: {
          ref: { kind: "stored", seq: first.seq },
          internalId: first.internalId,
          name: first.name,
          // A run again is for now, whenever its event was meant for.
          ts: clock.now(),
          value: parseJsonText(text),
          length: text.length,
        },
        moreEvents: loaded.events.slice(1).map((event) => ({ kind: "stored", seq: event.seq })),
        idempotencyKey: null,
        cron: loaded.run.cron,
        invokedBy: null,
        originalRunId: loaded.run.originalRunId ?? runId,
        now: clock.now(),
        newId: shell.newId,
      });
      refuseFailed(await committer.submit(started.transition));
      return started.runId;
    },

    eventPayload: (event) => eventPayload(storage, event),

    idle: () =>
      new Promise((resolve) => {
        idleWaiters.push(resolve);
        // Not at once: what the caller has just set off may not have reached a queue yet.
        setImmediate(settleIdle);
      }),

    waitForRun: (runId) => endOf(runId),
  };

  function invokedEvent(event: IncomingEvent, slug: string): NewEvent & { readonly data: JsonText } {
    const internalId = asEventId(shell.newId()) satisfies EventId;
    const now = clock.now();
    const data = parseJsonText(event.data);
    return {
      internalId,
      id: event.id ?? internalId,
      name: eventNames.invoked,
      data: canonicalJson({ ...(data as object), _inngest: { fn_id: slug } }),
      user: event.user,
      ts: event.ts ?? now,
      v: event.v,
      meta: event.meta,
      receivedAt: now,
      lifecycleOf: null,
    };
  }

  function isExpired(expiresAt: number | null): boolean {
    return expiresAt !== null && expiresAt <= clock.now();
  }

  async function addQuietly(url: string): Promise<void> {
    try {
      await apps.add(url);
    } catch (error) {
      log.error({ err: error, url }, "app could not be added");
    }
  }

  /** Runs without work or waits: a bug or a repaired database. They are asked again rather than left for ever. */
  async function redriveOrphans(): Promise<void> {
    for (;;) {
      const orphans = await storage.runs.orphans(orphansPerRead);
      for (const runId of orphans) {
        log.warn({ runId }, "unfinished run had neither work nor a wait; asking its function again");
        await box.decide(runId, (state) => redrive(state, shell.context()));
      }
      if (orphans.length < orphansPerRead) return;
    }
  }

  function drained(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (lanes.itemsInHand > 0 || !committer.isIdle) idleWaiters.push(look);
        else resolve();
      };
      look();
    });
  }

  function endOf(runId: RunId): Promise<Run> {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const unsubscribe = live.subscribe((change) => {
        if (change.runs.some((run) => run.id === runId && isEnded(run.status))) void look();
      });
      const look = async () => {
        try {
          const run = await storage.runs.get(runId);
          if (run === null || !isEnded(run.status) || isSettled) return;
          isSettled = true;
          unsubscribe();
          resolve(run);
        } catch (error) {
          unsubscribe();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      void look();
    });
  }
}

function refuseFailed(outcome: TransitionOutcome): void {
  if (outcome.kind === "failed") throw storageUnavailable({ reason: outcome.error.message }, { cause: outcome.error });
}
