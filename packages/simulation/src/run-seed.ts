// Runs one seed: a world, its load and its faults until nothing is left to do, with every checker looking on.
import { createChance } from "./chance.ts";
import { createCheckers, type Finding } from "./checkers/all.ts";
import { countFeatures } from "./count-features.ts";
import { createCoverage } from "./coverage.ts";
import { createData } from "./data-folder.ts";
import { createFaults } from "./faults.ts";
import { createPeople } from "./people.ts";
import { createApps } from "./apps.ts";
import { createRecords } from "./records.ts";
import { createServer } from "./server.ts";
import { settle, turn } from "./settle.ts";
import { createSimulatedClock } from "./simulated-clock.ts";
import { createSimulatedRandom } from "./simulated-random.ts";
import { createStoragePort, type Mutation } from "./storage-port.ts";
import { createTrace } from "./trace.ts";
import type { View } from "./view.ts";
import type { Checker } from "./witness.ts";
import { makeWorld } from "./world.ts";

/** What came of a seed. */
export interface SeedReport {
  readonly seed: number;
  /** The first thing that was wrong; null when nothing was. */
  readonly finding: Finding | null;
  /** The number of the moment at which it was found, or of the last one. */
  readonly moments: number;
  readonly commits: number;
  readonly boots: number;
  readonly hash: string;
  readonly trace: readonly string[];
  readonly coverage: ReadonlyMap<string, number>;
}

/** A world that does not come to rest in so many moments never will. */
const momentsMax = 20_000;

/** Runs a seed. The same seed goes the same way, line by line. A mutation is a defect put in on purpose. */
export async function runSeed(seed: number, options: { readonly mutation?: Mutation } = {}): Promise<SeedReport> {
  const world = makeWorld(seed);
  const clock = createSimulatedClock();
  const trace = createTrace();
  const coverage = createCoverage();
  const records = createRecords();
  const faults = createFaults(createChance(seed ^ 0x5eed), coverage);
  const data = createData();
  const chance = world.chance;
  let activity = 0;
  let moments = 0;
  let commits = 0;
  let finding: Finding | null = null;

  const say = (line: string) => trace.add(clock.elapsed, line);
  const onFinding = (found: Finding) => {
    if (finding !== null) return;
    finding = found;
    say(`WRONG (${found.checker}): ${found.message}`);
  };
  const bySlug = new Map(world.functions.map((fn) => [fn.slug, fn]));
  const checkers = createCheckers(
    {
      functions: world.functions,
      functionOf(slug) {
        const fn = bySlug.get(slug);
        if (fn === undefined) throw new Error(`there is no function ${slug}`);
        return fn;
      },
      records,
      view: data.view,
      clock,
      coverage,
      memory: () => server.runtime?.inMemory() ?? null,
      areAppsReliable: faults.areAppsReliable,
      callsPerAppMax: world.callsPerAppMax,
    },
    onFinding,
  );
  const tell = (what: (checker: Checker) => void) => {
    for (const checker of checkers) {
      if (finding !== null) return;
      try {
        what(checker);
      } catch (error) {
        // The runtime must not take it for a fault of its storage.
        onFinding({
          checker: checker.name,
          message: `cannot go on: ${error instanceof Error ? error.stack : String(error)}`,
        });
      }
    }
  };

  const server = createServer({
    file: data.file,
    clock,
    callsPerAppMax: world.callsPerAppMax,
    callTimeoutMs: world.callTimeoutMs,
    random: () => createSimulatedRandom(chance.fork()),
    storageOf: (inner, process) =>
      createStoragePort(inner, {
        process,
        clock,
        faults,
        records,
        mutation: options.mutation,
        say,
        onCall: () => (activity += 1),
        die: () => server.kill(chance.between(1, 3_000)),
        onCommitted(batch, result) {
          commits += 1;
          tell((checker) => checker.committed?.({ number: commits, boot: process.boot, batch, result }));
        },
      }),
    clientOf: (process) => apps.clientOf(process),
    onComplaint(message, reason) {
      say(`log: ${message} (${reason})`);
      tell((checker) => checker.complained?.(message, reason));
    },
    onStarted(boot) {
      say(`process ${boot} is up`);
      tell((checker) => checker.booted?.());
    },
    onEnded(boot, how) {
      say(`process ${boot} ${how}`);
      apps.processDied(boot);
    },
  });
  const people = createPeople({
    world,
    clock,
    chance: chance.fork(),
    faults,
    records,
    coverage,
    server,
    view: data.view,
    say,
    onAcknowledged: (ids) => tell((checker) => checker.acknowledged?.(ids)),
  });
  const apps = createApps({
    functions: world.functions,
    clock,
    chance: chance.fork(),
    faults,
    records,
    coverage,
    trace: say,
    onActivity: () => (activity += 1),
    ask: server.ask,
    send: people.sendFromStep,
    onCall: (call, inFlight) => tell((checker) => checker.called?.(call, inFlight)),
    onCheckpoint: (call, ops, wasOver) => tell((checker) => checker.checkpointed?.(call, ops, wasOver)),
  });

  /** How often the next thing happens while the server is still at work on the last one. */
  const haste = chance.hits(0.5) ? chance.fraction() / 2 : 0;
  const pass = () => (chance.hits(haste) ? turn() : settle(() => activity));

  /** Lets one thing happen. False when nothing is left to happen, or something is wrong. */
  const moment = async (): Promise<boolean> => {
    if (finding !== null) return false;
    if (!clock.step()) {
      await settle(() => activity);
      if (!clock.step()) return false;
    }
    moments += 1;
    await pass();
    if (moments < momentsMax) return true;
    onFinding({ checker: "the world comes to rest", message: `it has not after ${momentsMax} moments` });
    return false;
  };

  try {
    server.start();
    data.open();
    people.begin();
    await settle(() => activity);
    while (clock.elapsed < world.troubleMs && (await moment()));
    say("the faults are over");
    faults.stop();
    people.putInOrder();
    while (await moment());
    // What could not be processed is taken up again by the next start, when nothing else goes on with its run.
    for (let starts = 0; records.isDamaged && hasUnfinished(data.view()) && starts < 3; starts += 1) {
      server.kill(1_000);
      while (await moment());
    }
    if (finding === null && server.runtime === null)
      onFinding({ checker: "the world comes to rest", message: "no process is up, and none will be" });
    tell((checker) => checker.rested?.());
    countFeatures(data.view(), world.functions, coverage);
  } finally {
    await data.close(server);
  }
  return {
    seed,
    finding,
    moments,
    commits,
    boots: server.boot,
    hash: trace.hash(),
    trace: trace.lines,
    coverage: coverage.counts,
  };
}

function hasUnfinished(view: View): boolean {
  return view.get("SELECT 1 FROM runs WHERE status IN ('queued', 'running')") !== undefined;
}
