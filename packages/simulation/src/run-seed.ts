// Runs one seed: a world, its load and its faults until nothing is left to do, with every checker looking on.
import type { Finding } from "./checkers/all.ts";
import { countFeatures } from "./count-features.ts";
import { createLife, type Defects, type Life } from "./life.ts";

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

/** Runs a seed. The same seed goes the same way, line by line. */
export async function runSeed(seed: number, defects: Defects = {}): Promise<SeedReport> {
  const life = createLife(seed, defects);
  try {
    await live(life);
  } finally {
    await life.data.close(life.server);
  }
  const { watch, counts, server, trace, coverage } = life;
  return {
    seed,
    finding: watch.finding,
    ...counts,
    boots: server.boot,
    hash: trace.hash(),
    trace: trace.lines,
    coverage: coverage.counts,
  };
}

/** How many worlds go on for a moment when all is over. */
const startedAgain = 0.25;
/** Starts that a run may need whose decisions could not be stored. */
const repairsMax = 3;

/** In so many hours as many sweeps: what ends of other runs have started is removed one after another. */
const sweepsMs = 8.5 * 3_600_000;

async function live(life: Life): Promise<void> {
  const { world, clock, faults, people, server, watch, say } = life;
  await life.begin();
  while (clock.elapsed < world.troubleMs && (await life.moment()));
  say("the faults are over");
  faults.stop();
  people.putInOrder();
  if (world.sweepsItself) {
    const endAt = clock.elapsed + sweepsMs;
    while (clock.elapsed < endAt && (await life.moment()));
    life.endSweeps();
  }
  await rest(life);
  // What could not be processed is taken up again by the next start, when nothing else goes on with its run.
  for (let starts = 0; hasDamagedLeft(life) && starts < repairsMax; starts += 1) {
    server.kill(1_000);
    await rest(life);
  }
  if (world.chance.hits(startedAgain)) {
    people.startAgain();
    await rest(life);
  }
  const unrest = watch.finding === null ? await life.unrest() : null;
  if (unrest !== null) watch.find(unrest);
  watch.tell((checker) => checker.rested?.());
  life.coverage.count("feature moved run", life.records.movedRuns.size);
  countFeatures(life.data.view(), world.functions, life.coverage);
}

async function rest(life: Life): Promise<void> {
  while (await life.moment());
}

function hasDamagedLeft({ data, records }: Life): boolean {
  const unfinished = data.view().all<{ id: string }>("SELECT id FROM runs WHERE status IN ('queued', 'running')");
  return unfinished.some(({ id }) => records.damagedRuns.has(id));
}
