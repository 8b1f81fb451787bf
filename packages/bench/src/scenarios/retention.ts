// Retention: whether a sweep through a big database is felt by those who send events and by runs meanwhile, and what it costs.
import { setTimeout as delay } from "node:timers/promises";
import type { Bed } from "../bed.ts";
import type { TimedLatency } from "../compare-with-floor.ts";
import { type Figure, figure } from "../figure.ts";
import { latencyOf } from "../latency.ts";
import type { Context, Scenario, Size } from "../scenario.ts";
import { beginSweep, readSweeps, type Sweeps } from "../server-api.ts";
import { measureThroughput, type Throughput } from "../throughput.ts";
import { warmUp } from "../warm-up.ts";
import { measureSteps } from "./steps.ts";

const storedRuns: Readonly<Record<Size, number>> = { smoke: 200, full: 100_000 };
const posts: Readonly<Record<Size, number>> = { smoke: 5, full: 1_500 };
const stepRuns: Readonly<Record<Size, number>> = { smoke: 2, full: 40 };
const loadRuns: Readonly<Record<Size, number>> = { smoke: 5, full: 1_500 };
const inFlight: Readonly<Record<Size, number>> = { smoke: 1, full: 64 };
const lookEveryMs = 20;
// The history of the database is of thirty days; what the load makes is of today and stays.
const keptArgs = ["completed", "failed", "cancelled", "skipped", "events"].flatMap((kind) => [
  `--retain-${kind}`,
  "1d",
]);

/** The load, once without a sweep and once beside one. */
interface Felt {
  /** From sending an event that starts nothing to its acknowledgement: one commit, one after the other. */
  readonly commits: TimedLatency;
  readonly steps: TimedLatency;
  readonly calls: Throughput;
}

export const retention: Scenario = {
  name: "retention",
  about: "Commits, steps and calls beside a sweep that removes 100,000 runs; rows and CPU time of the sweep.",
  measure: (context) =>
    context.databases.withCopy(storedRuns[context.size], (dataDir) =>
      context.on("server", "retention", (bed) => measure(bed, context), { dataDir, serverArgs: keptArgs }),
    ),
};

async function measure(bed: Bed, { size }: Context): Promise<readonly Figure[]> {
  await warmUp(bed, size);
  const without = await feel(bed, size);
  await beginSweep(bed.subject);
  const beside = await feel(bed, size);
  const afterLoad = await readSweeps(bed.subject);
  // A sweep that is over before the load would have been beside nothing.
  if (size === "full" && !afterLoad.isSweeping) throw new Error("the sweep has ended before the load: store more runs");
  bed.window.open();
  const end = await sweepEnd(bed);
  const rows = rowsOf(end) - rowsOf(afterLoad);
  // Runs go before events: what is left counts as many runs as so many rows are on the whole.
  const { seconds, cpuMicros } = bed.window.close(rows / (rowsOf(end) / end.removed.runs));
  return [
    ...feltFigures(without, beside),
    figure({
      id: "retention/rows",
      title: "rows removed by a sweep with nothing else to do",
      value: rows / seconds,
      unit: "per s",
      cpuMicros,
      cpuPer: "run",
      counts: { ...end.removed },
    }),
    figure({
      id: "retention/file",
      title: "size of the database after the sweep",
      value: end.bytes / 1e6,
      unit: "MB",
      counts: { freeBytes: end.freeBytes },
    }),
  ];
}

function feltFigures(without: Felt, beside: Felt): readonly Figure[] {
  return [
    figure({
      id: "retention/commit",
      title: "event to acknowledgement, beside a sweep",
      value: beside.commits.p50,
      unit: "ms",
      p99: beside.commits.p99,
      reference: { name: "without", value: without.commits.p50, p99: without.commits.p99, cpuMicros: null },
      counts: { measured: beside.commits.count },
    }),
    figure({
      id: "retention/delay",
      title: "what a sweep adds to the slowest of 100 commits",
      value: beside.commits.p99 - without.commits.p99,
      unit: "ms",
    }),
    figure({
      id: "retention/steps",
      title: "step to step, beside a sweep",
      value: beside.steps.p50,
      unit: "ms",
      p99: beside.steps.p99,
      reference: { name: "without", value: without.steps.p50, p99: without.steps.p99, cpuMicros: null },
      counts: { measured: beside.steps.count },
    }),
    figure({
      id: "retention/calls",
      title: "calls, runs of 3 steps, beside a sweep",
      value: beside.calls.perSecond,
      unit: "per s",
      cpuMicros: beside.calls.cpuMicros,
      cpuPer: "call",
      reference: { name: "without", value: without.calls.perSecond, p99: null, cpuMicros: without.calls.cpuMicros },
      counts: beside.calls.counts,
    }),
  ];
}

async function feel(bed: Bed, size: Size): Promise<Felt> {
  const commits = await measureCommits(bed, posts[size]);
  const steps = await measureSteps(bed, stepRuns[size]);
  const calls = await measureThroughput(bed, {
    event: { name: "bench/steps-3", data: {} },
    warmUpRuns: inFlight[size],
    runs: loadRuns[size],
    inFlight: inFlight[size],
    unitsPerRun: 4,
  });
  return { commits, steps, calls };
}

async function measureCommits(bed: Bed, count: number): Promise<TimedLatency> {
  const latencies: number[] = [];
  bed.window.open();
  for (let index = 0; index < count; index += 1) {
    const sentAt = performance.now();
    await bed.send("bench/nobody");
    latencies.push(performance.now() - sentAt);
  }
  return { ...latencyOf(latencies), cpuMicros: bed.window.close(count).cpuMicros };
}

async function sweepEnd(bed: Bed): Promise<Sweeps> {
  for (;;) {
    const sweeps = await readSweeps(bed.subject);
    if (!sweeps.isSweeping) return sweeps;
    await delay(lookEveryMs);
  }
}

function rowsOf({ removed }: Sweeps): number {
  return Object.values(removed).reduce((sum, count) => sum + count, 0);
}
