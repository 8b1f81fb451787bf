// A life: the world of a seed with everything wired up, moved on moment by moment.
import type { Runtime } from "@stepwright/runtime";
import type { CommitBatch } from "@stepwright/storage";
import { createApps } from "./apps.ts";
import { createChance } from "@stepwright/test-parts";
import type { Finding } from "./checkers/all.ts";
import { createCoverage } from "./coverage.ts";
import { createData } from "./data-folder.ts";
import { createDisk } from "./disk.ts";
import { createFaults } from "./faults.ts";
import { createLimits } from "./limits.ts";
import { createOrigins } from "./origins.ts";
import { createPeople } from "./people.ts";
import { createRecords } from "./records.ts";
import { createServer, type ServerOptions } from "./server.ts";
import { settle, turn } from "./settle.ts";
import { createSimulatedClock } from "./simulated-clock.ts";
import { createSimulatedRandom } from "./simulated-random.ts";
import { createStoragePort, type Mutation } from "./storage-port.ts";
import { watchSweep } from "./sweeps.ts";
import { createTrace } from "./trace.ts";
import { createWatch } from "./watch.ts";
import type { SeenCommit } from "./witness.ts";
import { makeWorld } from "./world.ts";

/** A world that does not come to rest in so many moments never will. */
const momentsMax = 20_000;

/** What is told of the end of a run is read from its row: the runs that handle the end need it. */
const toldOfEndSql = "SELECT run_id FROM run_events JOIN events ON seq = event_seq WHERE lifecycle_of = ?";

/** Defects that are put in on purpose. */
export interface Defects {
  readonly mutation?: Mutation;
  /** The disk says that it has kept what it has not. */
  readonly isDiskLying?: boolean;
}

/** The life of a seed. */
export type Life = ReturnType<typeof createLife>;

/** Wires a life up; nothing happens before its first moment. */
export function createLife(seed: number, options: Defects) {
  const world = makeWorld(seed);
  const { chance } = world;
  const clock = createSimulatedClock();
  const trace = createTrace();
  const coverage = createCoverage();
  const records = createRecords();
  const limits = createLimits(world.functions);
  const origins = createOrigins(() => data.view());
  const faults = createFaults(createChance(seed ^ 0x5eed), coverage);
  const data = createData();
  /** Counts everything that reaches a port. */
  let activity = 0;
  const counts = { moments: 0, commits: 0 };
  const say = (line: string) => trace.add(clock.elapsed, line);

  const bySlug = new Map(world.functions.map((fn) => [fn.slug, fn]));
  const watch = createWatch(
    {
      functions: world.functions,
      functionOf(slug) {
        const fn = bySlug.get(slug);
        if (fn === undefined) throw new Error(`there is no function ${slug}`);
        return fn;
      },
      originOf: origins.of,
      limits,
      records,
      view: data.view,
      clock,
      coverage,
      memory: () => server.runtime?.inMemory() ?? null,
      boot: () => server.boot,
      areAppsReliable: faults.areAppsReliable,
      retention: world.retention,
      callsPerAppMax: world.callsPerAppMax,
    },
    say,
  );

  /** The last commit, when nobody knows whether it is kept. */
  let unsynced: CommitBatch | null = null;
  const disk = createDisk(data.file, { chance: chance.fork(), isLying: options.isDiskLying ?? false });
  const die = () => server.kill(chance.between(1, 3_000), { isPowerLost: faults.losesPower() });
  const committed = (commitOf: Omit<SeenCommit, "number">): void => {
    counts.commits += 1;
    const commit = { number: counts.commits, ...commitOf };
    origins.look();
    for (const { effects } of commit.batch.transitions)
      for (const effect of effects) if (effect.kind === "moveRun") records.movedRuns.add(effect.run.id);
    watch.tell((checker) => checker.committed?.(commit));
  };
  /** What is there after a process has ended counts, although nobody has heard what came of it. */
  const settleUnsynced = (boot: number, isKept: boolean): void => {
    const batch = unsynced;
    unsynced = null;
    if (batch === null) return;
    coverage.count(isKept ? "fault unsyncedKept" : "fault unsyncedLost");
    say(`the last commit is ${isKept ? "kept" : "lost"}`);
    const result = { outcomes: [], leased: [], lanes: [], hasMore: false };
    if (isKept) committed({ boot, batch, result, isUnheard: true });
  };

  const storageOf: ServerOptions["storageOf"] = (inner, process) =>
    createStoragePort(inner, {
      process,
      clock,
      faults,
      records,
      mutation: options.mutation,
      say,
      onCall: () => (activity += 1),
      disk,
      die,
      // Until somebody looks after it.
      onSyncFailed: () => clock.after(chance.between(10, 8_000), () => process.isDead || die()),
      onUnsynced(batch) {
        unsynced = batch;
      },
      onSweep({ expired }) {
        const lookAgain = watchSweep(data.view(), expired);
        return () => {
          const sweep = lookAgain();
          if (sweep.runs.length + sweep.events.length + sweep.steps.length === 0) return;
          say(`swept ${sweep.runs.map(({ id }) => id).join(", ")} and ${sweep.events.length} events`);
          origins.swept();
          watch.tell((checker) => checker.swept?.(sweep));
        };
      },
      onDamaged(runId) {
        records.damagedRuns.add(runId);
        for (const { run_id } of data.view().all<{ run_id: string }>(toldOfEndSql, runId))
          records.damagedRuns.add(run_id);
      },
      onCommitted: (batch, result) => committed({ boot: process.boot, batch, result, isUnheard: false }),
    });
  /** A runtime that sweeps by itself never comes to rest: the last process of a life does not. */
  let isSweptOut = false;
  const server = createServer({
    file: data.file,
    disk,
    closeViews: data.closeView,
    clock,
    callsPerAppMax: world.callsPerAppMax,
    callTimeoutMs: world.callTimeoutMs,
    appWaitMs: world.appWaitMs,
    retention: () => (world.sweepsItself && !isSweptOut ? world.retention : null),
    random: () => createSimulatedRandom(chance.fork()),
    storageOf,
    clientOf: (process) => apps.clientOf(process),
    onComplaint(complaint) {
      say(`log: ${complaint.message} (${complaint.reason})`);
      watch.tell((checker) => checker.complained?.(complaint));
    },
    onStarted(boot) {
      say(`process ${boot} is up`);
      watch.tell((checker) => checker.booted?.());
    },
    onEnded(boot, how, isAllKept) {
      say(`process ${boot} ${how}`);
      settleUnsynced(boot, isAllKept);
      apps.processDied(boot);
    },
  });
  const shared = { clock, faults, records, limits, coverage, say };
  const people = createPeople({
    ...shared,
    world,
    chance: chance.fork(),
    server,
    view: data.view,
    onAcknowledged: (ids) => watch.tell((checker) => checker.acknowledged?.(ids)),
    onCancelled: (runId) => watch.tell((checker) => checker.cancelled?.(runId)),
    onRerunFromStep: (rerun) => watch.tell((checker) => checker.rerun?.(rerun)),
    onAnnotated: (runId) => watch.tell((checker) => checker.annotated?.(runId)),
  });
  const apps = createApps({
    ...shared,
    functions: world.functions,
    appWaitMs: world.appWaitMs,
    chance: chance.fork(),
    onActivity: () => (activity += 1),
    ask: server.ask,
    send: people.sendFromStep,
    onFetch: (fetch) => watch.tell((checker) => checker.fetched?.(fetch)),
    onCall: (call, inFlight) => watch.tell((checker) => checker.called?.(call, inFlight)),
    onCheckpoint: (call, ops, wasOver) => watch.tell((checker) => checker.checkpointed?.(call, ops, wasOver)),
  });

  /** How often the next thing happens while the server is still at work on the last one. */
  const haste = chance.hits(0.5) ? chance.fraction() / 2 : 0;
  const settled = () => settle(() => activity);

  return {
    ...shared,
    world,
    counts,
    trace,
    data,
    watch,
    server,
    people,
    /** Begins with a new process and people who register their apps. */
    async begin(): Promise<void> {
      server.start();
      people.begin();
      await settled();
    },
    /** Lets one thing happen. False when nothing is left to happen, or something is wrong. */
    async moment(): Promise<boolean> {
      if (watch.finding !== null) return false;
      if (!clock.step()) {
        await settled();
        if (!clock.step()) return false;
      }
      counts.moments += 1;
      await (chance.hits(haste) ? turn() : settled());
      if (counts.moments < momentsMax) return true;
      watch.find(restless(`it has not after ${momentsMax} moments`));
      return false;
    },
    /** Ends the sweeps of the runtime: everything that is over had its time to go. */
    endSweeps(): void {
      watch.tell((checker) => checker.sweptOut?.());
      isSweptOut = true;
      server.kill(1);
    },
    /** Says what keeps a world from being at rest in which nothing happens any more; null when nothing does. */
    async unrest(): Promise<Finding | null> {
      const { runtime } = server;
      if (runtime === null) return restless("no process is up, and none will be");
      return (await isIdle(runtime)) ? null : restless("the runtime does not find itself idle");
    },
  };
}

function restless(message: string): Finding {
  return { checker: "the world comes to rest", message };
}

/** Says whether a runtime that has nothing to do knows that: whoever stops it waits for this. */
async function isIdle(runtime: Runtime): Promise<boolean> {
  let isKnown = false;
  void runtime.idle().then(() => {
    isKnown = true;
  });
  await settle(() => 0);
  return isKnown;
}
