// The people around a simulated server: they send events and signals, cancel, rerun and invoke, and have things tried again.
import { type EventId, millis, parseEvents, type RunId } from "@stepwright/protocol";
import { eventsPerCommitMax, type Runtime } from "@stepwright/runtime";
import type { Chance } from "@stepwright/test-parts";
import { annotate } from "./annotate.ts";
import { cancelMany } from "./cancel-many.ts";
import type { Coverage } from "./coverage.ts";
import type { Faults } from "./faults.ts";
import type { Limits } from "./limits.ts";
import type { LoadAction, SentEvent } from "./load.ts";
import { createOperators } from "./operators.ts";
import type { Records, StepRerun } from "./records.ts";
import { rerunFromStep } from "./rerun-from-step.ts";
import type { Server } from "./server.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import { strike } from "./strike.ts";
import { startSweeping } from "./sweeper.ts";
import type { View } from "./view.ts";
import type { World } from "./world.ts";

/** What people need of the world. */
export interface PeopleOptions {
  readonly world: World;
  readonly clock: SimulatedClock;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly records: Records;
  readonly limits: Limits;
  readonly coverage: Coverage;
  readonly server: Server;
  readonly view: () => View;
  readonly say: (line: string) => void;
  readonly onAcknowledged: (ids: readonly EventId[]) => void;
  /** The server said that it has cancelled a run. */
  readonly onCancelled: (runId: RunId) => void;
  readonly onRerunFromStep: (rerun: StepRerun & { readonly runId: string }) => void;
  /** The server said that it has attached something to a run, or taken it away. */
  readonly onAnnotated: (runId: string) => void;
}

/** The people. */
export interface People {
  /** Registers the apps; when all are, the load and the faults begin. */
  begin(): void;
  /** Ends what they have begun: nothing stays paused or away. */
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
  const operators = createOperators(options);

  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  const register = async (): Promise<void> => {
    await operators.register();
    say("the apps are registered");
    if (world.retention !== null && !world.sweepsItself)
      startSweeping({ policy: world.retention, clock, chance, server, goesOn: () => !faults.isStopped });
    for (const action of world.load) clock.after(action.atMs, () => void act(action.what));
    for (const fault of faults.worldFaults) clock.after(fault.atMs, () => strike(fault.what, options));
  };

  const act = async (what: LoadAction["what"]): Promise<void> => {
    switch (what.kind) {
      case "send":
        await send(what.events, what.isRepeated);
        return;
      case "signal":
        await signal();
        return;
      case "retrySetAside":
        await retrySetAside();
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
        await operators.pause(what.slug, what.forMs);
        return;
      case "remove":
        await operators.remove(what.slug, what.forMs);
        return;
      case "changeLimits":
        await operators.changeLimits(what.slug, what.to);
        return;
      case "moveBacklog":
        await operators.moveBacklog(what.slug, what.to);
        return;
      case "dropBacklog":
        await operators.dropBacklog(what.slug);
        return;
      case "pauseApp":
        await operators.pauseApp(what.app, what.forMs);
        return;
      case "cancelMany":
        await cancelMany(options, what);
        return;
      case "rerunFromStep":
        await rerunFromStep(options, what);
        return;
      case "annotate":
        await annotate(options, what);
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

  const retrySetAside = async (): Promise<void> => {
    let items: readonly { readonly id: string }[] = [];
    for (let looks = 0; items.length === 0 && looks < 8; looks += 1) {
      await wait(2_000);
      items = options.view().all<{ id: string }>("SELECT id FROM set_aside_items ORDER BY id");
    }
    if (items.length === 0) return;
    const { id } = chance.pick(items);
    const asked = await server.ask((runtime) => runtime.retryItem(id));
    say(`retry ${id}: ${asked.kind}`);
    if (asked.kind === "answered") coverage.count("feature retried item");
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

  return {
    begin: () => void register(),
    putInOrder() {
      operators.putInOrder();
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
