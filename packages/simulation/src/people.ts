// The people around a simulated server: they register apps, send events and signals, cancel and rerun, and let faults happen.
import { type EventId, millis, parseEvents, type RunId } from "@stepwright/protocol";
import { eventsPerCommitMax, type Runtime } from "@stepwright/runtime";
import type { Chance } from "./chance.ts";
import type { Coverage } from "./coverage.ts";
import type { Faults, WorldFault } from "./faults.ts";
import type { LoadAction, SentEvent } from "./load.ts";
import type { Records } from "./records.ts";
import { registrationOf } from "./registration.ts";
import type { Asked, Server } from "./server.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import type { View } from "./view.ts";
import type { World } from "./world.ts";

/** What people need of the world. */
export interface PeopleOptions {
  readonly world: World;
  readonly clock: SimulatedClock;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly records: Records;
  readonly coverage: Coverage;
  readonly server: Server;
  readonly view: () => View;
  readonly say: (line: string) => void;
  readonly onAcknowledged: (ids: readonly EventId[]) => void;
  /** The server said that it has cancelled a run. */
  readonly onCancelled: (runId: RunId) => void;
}

/** The people. */
export interface People {
  /** Registers the apps; when all are, the load and the faults begin. */
  begin(): void;
  /** Ends what they have begun: nothing stays paused, and what was damaged gets another start. */
  putInOrder(): void;
  /** A day later, starts every function once more: nothing of what is over may be in its way. */
  startAgain(): void;
  /** Sends an event as a step does; false when it was not acknowledged. */
  sendFromStep(name: string, user: string): Promise<boolean>;
}

const aDayMs = 25 * 3_600_000;

/** Makes them. */
export function createPeople(options: PeopleOptions): People {
  const { world, clock, chance, faults, records, coverage, server, say } = options;
  const paused = new Set<string>();
  const removed = new Set<string>();

  /** Asks until it is answered. */
  const insist = async <T>(what: (runtime: Runtime) => Promise<T>): Promise<T> => {
    for (;;) {
      const asked = await server.ask(what);
      if (asked.kind === "answered") return asked.value;
      await wait(chance.between(100, 2_000));
    }
  };
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  const register = async (): Promise<void> => {
    for (const app of world.apps) await insist((runtime) => runtime.register(registrationOf(app, world.functions)));
    say("the apps are registered");
    for (const action of world.load) clock.after(action.atMs, () => void act(action.what));
    for (const fault of faults.worldFaults) clock.after(fault.atMs, () => happen(fault.what));
  };

  const act = async (what: LoadAction["what"]): Promise<void> => {
    switch (what.kind) {
      case "send":
        await send(what.events, what.isRepeated);
        return;
      case "signal":
        await signal();
        return;
      case "cancelRun":
        await cancelRun();
        return;
      case "rerun":
        await rerun();
        return;
      case "invoke":
        await invoke(what.slug, what.user);
        return;
      case "pause":
        await pause(what.slug, what.forMs);
        return;
      case "remove":
        await remove(what.slug, what.forMs);
        return;
      case "dropBacklog":
        await dropBacklog(what.slug);
        return;
      case "cancelAll":
        await cancelAll(what.slug);
    }
  };

  const send = async (events: readonly SentEvent[], isRepeated: boolean): Promise<boolean> => {
    const body = events.map(({ aheadMs, ...event }) => ({
      ...event,
      ...(aheadMs === undefined ? {} : { ts: clock.now() + aheadMs }),
    }));
    const parsed = parseEvents(JSON.stringify(body));
    if (parsed.kind === "rejected") throw parsed.error;
    for (const event of events) records.events.set(event.data.n, { event, acknowledged: [] });
    if (events.length > 2) coverage.count("feature burst");
    if (events.length > eventsPerCommitMax) coverage.count("feature burst of several commits");
    const entropy = Uint8Array.from({ length: 10 }, () => chance.between(0, 255));
    const seed = isRepeated ? { at: millis(clock.now()), entropy } : null;
    for (;;) {
      const asked = await server.ask((runtime) => runtime.ingest(parsed.events, { seed }));
      say(`send ${events.map((event) => `${event.name} #${event.data.n}`).join(", ")}: ${asked.kind}`);
      if (asked.kind === "answered") {
        acknowledge(events, asked.value);
        return true;
      }
      if (!isRepeated) return false;
      coverage.count("feature repeated request");
      await wait(chance.between(50, 3_000));
    }
  };

  const acknowledge = (events: readonly SentEvent[], ids: readonly EventId[]): void => {
    for (const [index, event] of events.entries()) {
      const id = ids[index];
      if (id !== undefined) records.events.get(event.data.n)?.acknowledged.push(id);
    }
    options.onAcknowledged(ids);
  };

  const signal = async (): Promise<void> => {
    const waiting = options
      .view()
      .all<{ signal: string }>("SELECT signal FROM pauses WHERE signal IS NOT NULL ORDER BY seq");
    if (waiting.length === 0) return;
    const { signal: name } = chance.pick(waiting);
    const n = records.signals.size + 1;
    const asked = await server.ask((runtime) =>
      runtime.sendSignal(name, String(n) as Parameters<Runtime["sendSignal"]>[1]),
    );
    say(`signal ${name}: ${asked.kind}`);
    if (asked.kind !== "answered" || asked.value === null) return;
    records.signals.set(name, n);
    coverage.count("feature signal");
  };

  const anyRun = (statuses: string): RunId | null => {
    const runs = options.view().all<{ id: RunId }>(`SELECT id FROM runs WHERE status IN (${statuses}) ORDER BY row`);
    return runs.length === 0 ? null : chance.pick(runs).id;
  };

  const cancelRun = async (): Promise<void> => {
    const runId = anyRun("'queued', 'running'");
    if (runId === null) return;
    records.cancelRequests.add(runId);
    const asked = await server.ask((runtime) => runtime.cancelRun(runId));
    say(`cancel ${runId}: ${asked.kind}`);
    if (asked.kind === "answered" && asked.value) options.onCancelled(runId);
  };

  const rerun = async (): Promise<void> => {
    const runId = anyRun("'completed', 'failed', 'cancelled'");
    if (runId === null) return;
    const asked = await server.ask((runtime) => runtime.rerun(runId));
    say(`rerun ${runId}: ${asked.kind}`);
    if (asked.kind !== "answered") return;
    records.reruns.add(asked.value);
    coverage.count("feature rerun");
  };

  const invoke = async (slug: string, user: string): Promise<void> => {
    const parsed = parseEvents(JSON.stringify([{ name: "sim/invoked", data: { user } }]));
    const event = parsed.kind === "events" ? parsed.events[0] : undefined;
    if (event === undefined) throw new Error("an event was read");
    const asked = await server.ask((runtime) => runtime.invoke(slug, event));
    say(`invoke ${slug}: ${asked.kind}`);
    if (asked.kind !== "answered") return;
    options.onAcknowledged([asked.value]);
    coverage.count("feature invocation from outside");
  };

  const pause = async (slug: string, forMs: number): Promise<void> => {
    records.paused.add(slug);
    paused.add(slug);
    const asked: Asked<void> = await server.ask((runtime) => runtime.functions.pause(slug));
    say(`pause ${slug}: ${asked.kind}`);
    coverage.count("feature pause");
    await wait(forMs);
    await resume(slug);
  };

  const resume = async (slug: string): Promise<void> => {
    await insist((runtime) => runtime.functions.resume(slug));
    paused.delete(slug);
    say(`resume ${slug}`);
  };

  const remove = async (slug: string, forMs: number): Promise<void> => {
    await takeAway(slug);
    coverage.count("feature removed function");
    await wait(forMs);
    await bringBack(slug);
  };

  const takeAway = async (slug: string): Promise<void> => {
    records.removed.add(slug);
    removed.add(slug);
    await registerWhatIsLeft(slug);
  };

  const bringBack = async (slug: string): Promise<void> => {
    removed.delete(slug);
    await registerWhatIsLeft(slug);
  };

  /** Registers the app of a function with what it has at that moment. */
  const registerWhatIsLeft = async (slug: string): Promise<void> => {
    const app = world.functions.find((fn) => fn.slug === slug)?.app ?? "";
    await insist((runtime) => {
      const left = world.functions.filter((fn) => !removed.has(fn.slug));
      return runtime.register(registrationOf(app, left));
    });
    say(`${app} is registered${removed.size === 0 ? "" : ` without ${[...removed].join(", ")}`}`);
  };

  const dropBacklog = async (slug: string): Promise<void> => {
    records.droppedBacklogs.add(slug);
    const asked: Asked<void> = await server.ask((runtime) => runtime.functions.dropBacklog(slug));
    say(`drop backlog of ${slug}: ${asked.kind}`);
  };

  const cancelAll = async (slug: string): Promise<void> => {
    const startedBefore = millis(clock.now());
    records.cancelledAll.set(slug, Math.max(startedBefore, records.cancelledAll.get(slug) ?? 0));
    const asked = await server.ask((runtime) =>
      runtime.cancellations.ask({ functionSlug: slug, startedAfter: null, startedBefore, if: null }),
    );
    say(`cancel all of ${slug}: ${asked.kind}`);
  };

  const happen = (what: WorldFault["what"]): void => {
    if (faults.isStopped) return;
    switch (what.kind) {
      case "kill":
        coverage.count("fault kill");
        server.kill(chance.between(1, 5_000));
        return;
      case "stop":
        coverage.count("fault stop");
        say("stop");
        server.stop({ graceMs: what.graceMs, downMs: chance.between(1, 5_000) });
        return;
      case "jump":
        coverage.count(what.byMs > 0 ? "fault jumpForward" : "fault jumpBack");
        if (what.byMs < 0) records.hasClockGoneBack = true;
        say(`the clock jumps by ${what.byMs} ms`);
        clock.jump(what.byMs);
        return;
      case "appsAway":
        coverage.count("fault appsAway");
        say("the apps are away");
        faults.appsAway = true;
        clock.after(what.forMs, () => {
          faults.appsAway = false;
        });
        return;
      case "storeAway":
        coverage.count("fault storeAway");
        say("the store is away");
        faults.storeAway = true;
        clock.after(what.forMs, () => {
          faults.storeAway = false;
        });
    }
  };

  return {
    begin: () => void register(),
    putInOrder() {
      for (const slug of removed) void bringBack(slug);
      // A world with a clock in it never comes to rest.
      for (const { slug, trigger } of world.functions) if (trigger.kind === "cron") void takeAway(slug);
      for (const slug of paused) void resume(slug);
      // A run with a decision that could not be stored is taken up again by the next start.
      if (records.isDamaged) server.kill(1_000);
      if (!server.isUp) clock.after(0, () => undefined);
    },
    startAgain() {
      clock.jump(aDayMs);
      say("a day later");
      for (const { trigger } of world.functions) {
        if (trigger.kind === "event") void send([world.source.make(trigger.event)], true);
      }
    },
    sendFromStep: (name, user) => send([world.source.make(name, user)], false),
  };
}
