// The engine in a test: puts the parts together and shows them as a test wants them.
import process from "node:process";
import { buildServer, noAssets } from "@stepwright/http";
import { type IncomingEvent, parseEvents } from "@stepwright/protocol";
import { createWallClock, type OutgoingRequest } from "@stepwright/runtime";
import { pino } from "pino";
import { refuseFakeTimers } from "./fake-timers.ts";
import { faultsOf } from "./faults-of-test.ts";
import { createRunHandles } from "./run-handles.ts";
import { provideAsyncContext } from "./sdk/async-context.ts";
import { attachClient } from "./sdk/attach-client.ts";
import { createInProcessFetch } from "./sdk/in-process-fetch.ts";
import { serveFunctions } from "./sdk/serve-functions.ts";
import { type StartedRig, startRig } from "./start-rig.ts";
import { startedRunId } from "./started-run.ts";
import { stubbing } from "./stubbing.ts";
import { readTime } from "./test-clock.ts";
import type { AppRef, FunctionRef, SentEvents, TestEngine, TestEngineOptions } from "./test-engine.ts";
import type { TestRun } from "./test-run.ts";
import { toEngine, toRun, toSent } from "./unawaited.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** Less than what test runners give a test, so that the reason is told before they give up. */
const callTimeoutMsDefault = 4_000;
const waitTimeoutMsDefault = 4_000;
const jumpsMaxDefault = 10_000;
/** Never known to a name server (RFC 2606). */
const madeUpUrl = "http://stepwright.test";

/**
 * Starts the engine for one test or for many; each is by itself, so tests may run beside each other.
 *
 * ```ts
 * await using engine = await createTestEngine({ client: inngest, functions: [remind] });
 * const sent = await engine.send({ name: "cart/left", data: { email: "ada@example.com" } });
 * const run = await sent.run();
 * expect(await run.result()).toBe("reminded ada@example.com"); // three days later, in no time
 * ```
 *
 * Throws, with what to do about it: for an app that cannot be synced, a client that another engine has, functions that are not the
 * client's, timers that the test has faked.
 */
export function createTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  return toEngine("createTestEngine()", start(options));
}

async function start(options: TestEngineOptions): Promise<TestEngine> {
  refuseFakeTimers();
  const clock = createVirtualClock(options.now === undefined ? {} : { start: readTime(options.now) });
  const log = pino({ level: options.logLevel ?? "silent", base: null });
  const late: OutgoingRequest[] = [];
  // Whoever allows a time himself wants to see what the engine does when it is over.
  const refusesLate = options.callTimeoutMs === undefined;
  const started = await startRig({
    clock,
    seed: options.seed ?? 1,
    settings: {
      retryJitter: options.retryJitter ?? false,
      callTimeoutMs: options.callTimeoutMs ?? callTimeoutMsDefault,
    },
    log,
    buildRoutes: (runtime, testControls, serves) =>
      buildServer({
        runtime,
        clock: createWallClock(),
        log,
        access: { kind: "open", isLoopback: true },
        assets: noAssets,
        info: { version: "test", mode: "dev", startedAt: clock.now(), dataDir: null },
        testControls,
        serves,
      }),
    jumpsMax: options.jumpsMax ?? jumpsMaxDefault,
    patienceMs: options.waitTimeoutMs ?? waitTimeoutMsDefault,
    ...(options.onTime === undefined ? {} : { onTime: options.onTime }),
    onLate: (request) => late.push(request),
    onSettled() {
      if (refusesLate) refuseHanging(late);
    },
  });
  options.onTime?.(new Date(clock.now()));
  return assemble(started, options);
}

async function assemble(started: StartedRig, options: TestEngineOptions): Promise<TestEngine> {
  const { rig, clock, turns, apps, reader, slugs, controls } = started;
  const saveFailedRunsTo = options.saveFailedRunsTo ?? process.env["STEPWRIGHT_FAILED_RUNS"];
  let url = madeUpUrl;
  const detach: (() => void)[] = [];
  const inProcessFetch = createInProcessFetch({
    routes: rig.routes,
    isMine: (origin) => origin === madeUpUrl || origin === url,
    outside: globalThis.fetch,
  });
  const settle = (): Promise<void> => turns.take(rig.settle);
  const handles = createRunHandles({
    reader,
    waitForEnd: (runId) => (options.autoAdvance === false ? settle() : controls.finishRun(runId)),
    settle,
    runtime: () => rig.runtime,
    now: () => clock.now(),
    saveFailedRunsTo,
  });

  turns.afterEach(handles.refresh);

  const register = async (app: AppRef): Promise<void> => {
    const at = typeof app === "string" ? app : apps.add(app);
    // An app in another process answers to an address that is there.
    if (typeof app === "string") await engine.listen();
    const { problem } = await rig.runtime.apps.add(at);
    if (problem !== null) throw new Error(`the app at ${at} could not be synced: ${problem.message}`);
  };
  const startedBy = async (ids: readonly string[]): Promise<readonly TestRun[]> => {
    const runIds = await Promise.all(ids.map((id) => reader.startedBy(id)));
    return handles.all(runIds.flat());
  };
  const oneOf = async (ids: readonly string[], fn: FunctionRef | undefined): Promise<TestRun> => {
    const slug = fn === undefined ? null : slugs.of(fn);
    const runs = (await startedBy(ids)).filter((run) => slug === null || run.functionSlug === slug);
    return only(runs, slug);
  };
  const sentEvents = (ids: readonly string[]): SentEvents => ({
    ids,
    runs: () => startedBy(ids),
    run: (fn) => toRun("run()", oneOf(ids, fn)),
  });

  const send: TestEngine["send"] = async (events, { settle: settles = true } = {}) => {
    refuseFakeTimers();
    const parsed = parseEvents(JSON.stringify(events));
    if (parsed.kind === "rejected") throw parsed.error;
    const ids = await rig.runtime.ingest(parsed.events, { seed: null });
    // Within a function there is no waiting for the engine, which waits for the function.
    if (settles && !turns.isApp) await settle();
    return sentEvents(ids);
  };
  const invoke = async (fn: FunctionRef, data: object = {}): Promise<TestRun> => {
    refuseFakeTimers();
    const slug = slugs.of(fn);
    const became = await rig.runtime.invokeRun(slug, invokedEvent(data), { idempotencyKey: null });
    if (!turns.isApp) await settle();
    return handles.one(startedRunId(slug, became));
  };
  const cron = async (fn: FunctionRef): Promise<TestRun> => handles.one(await controls.cron(slugs.of(fn)));

  const engine: TestEngine = {
    clock,
    saveFailedRunsTo,
    queue: {
      pause: async (...fns) => controls.pauseQueue(fns.map(slugs.of)),
      resume: async (...fns) => controls.resumeQueue(fns.map(slugs.of)),
      drain: async ({ only: fns = [] } = {}) => controls.drainQueue([fns].flat().map(slugs.of)),
      clear: async (...fns) => controls.clearQueue(fns.map(slugs.of)),
      size: async (...fns) => (await controls.pending(fns.map(slugs.of))).length,
      pending: async (...fns) => controls.pending(fns.map(slugs.of)),
    },
    faults: faultsOf(controls, slugs),
    get url() {
      return url;
    },
    get clientOptions() {
      return { baseUrl: url, isDev: true as const, eventKey: "test", fetch: inProcessFetch };
    },
    register,
    send: (events, how) => toSent("engine.send()", send(events, how)),
    invoke: (fn, data) => toRun("engine.invoke()", invoke(fn, data)),
    cron: (fn) => toRun("engine.cron()", cron(fn)),
    run: (runId) => toRun("engine.run()", handles.one(runId)),
    async runs({ function: fn, event, status } = {}) {
      const rows = await reader.list({
        ...(fn === undefined ? {} : { functionSlugs: [slugs.of(fn)] }),
        ...(event === undefined ? {} : { event }),
        ...(status === undefined ? {} : { status: [status].flat() }),
      });
      return handles.all(rows.map(({ id }) => id));
    },
    async events({ name, internal = false } = {}) {
      const all = await reader.events({ ...(name === undefined ? {} : { name }), internal });
      return all.map(({ id, name: called, data, user, ts, receivedAt }) => ({
        id,
        name: called,
        data,
        user,
        ts,
        receivedAt,
      }));
    },
    stub: stubbing(controls, slugs),
    unstub: () => controls.unstub(),
    crash: () => controls.crash(),
    async reset() {
      handles.forget();
      await controls.reset();
    },
    async listen(port = 0) {
      if (url === madeUpUrl) url = await rig.listen({ host: "127.0.0.1", port });
      return url;
    },
    async stop() {
      turns.end({
        before:
          "the engine was stopped while the test was waiting for it; await every call of the engine before the test ends",
        after: "the engine has been stopped; make a new one, or stop it later",
      });
      for (const letGo of detach.splice(0)) letGo();
      refuseFakeTimers();
      await rig.close();
    },
    async [Symbol.asyncDispose]() {
      await engine.stop();
    },
  };

  try {
    const { client, functions, serve } = options;
    if (client !== undefined) {
      detach.push(attachClient(client, { url: madeUpUrl, fetch: inProcessFetch }));
      provideAsyncContext(client);
      await register(await serveFunctions({ client, functions, serve, fetch: inProcessFetch }));
    } else if (functions !== undefined) throw new Error("functions are served with their client; pass it as `client`");
    for (const app of options.apps ?? []) await register(app);
    return engine;
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

function only(runs: readonly TestRun[], slug: string | null): TestRun {
  const [one, ...others] = runs;
  if (one !== undefined && others.length === 0) return one;
  const of = slug === null ? "" : ` of ${slug}`;
  if (one === undefined)
    throw new Error(
      `the event has started no run${of}; look at the triggers of the function, or wait where a debounce or a batch gathers events`,
    );
  throw new Error(
    `the events have started ${runs.length} runs${of} (${runs.map(({ functionSlug }) => functionSlug).join(", ")}); say which function, or use runs()`,
  );
}

function invokedEvent(data: object): IncomingEvent {
  const parsed = parseEvents(JSON.stringify({ name: "invoked", data }));
  if (parsed.kind === "rejected") throw parsed.error;
  const [event] = parsed.events;
  if (event === undefined) throw new Error("broken invariant: one event was written");
  return event;
}

/** A function that waits for real time, or for ever, would be tried again and again, as long each time. */
function refuseHanging(late: OutgoingRequest[]): void {
  const [first] = late.splice(0);
  if (first === undefined) return;
  const { searchParams } = new URL(first.url);
  throw new Error(
    `the function ${searchParams.get("fnId") ?? first.url} has not answered for ${first.timeoutMs / 1_000} s of real time; the engine's clock does not move the timers of the code itself. Wait with step.sleep, stub the step that waits, or allow more with \`callTimeoutMs\``,
  );
}
