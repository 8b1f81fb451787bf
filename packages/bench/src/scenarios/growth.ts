// Growth: the same measurements on databases of 10,000, 100,000 and 1,000,000 stored runs. Nothing on the way of a run may
// become dearer with what is stored.
import type { Bed } from "../bed.ts";
import type { Rate, TimedLatency } from "../compare-with-floor.ts";
import { type Figure, figure } from "../figure.ts";
import type { Latency } from "../latency.ts";
import type { Scenario, Size } from "../scenario.ts";
import { measureThroughput } from "../throughput.ts";
import { warmUpCount } from "../warm-up.ts";
import { measureCheckpoints } from "./checkpoint.ts";
import { measureFirstCalls } from "./first-call.ts";
import { measureIngest } from "./ingest.ts";
import { measureParallel } from "./parallel.ts";
import { measureSteps } from "./steps.ts";
import { measureResumes } from "./waiting.ts";

const storedRuns: Readonly<Record<Size, readonly number[]>> = {
  smoke: [200, 400],
  full: [10_000, 100_000, 1_000_000],
};
/** Of the counts below; a smoke run does little of everything. */
const parts: Readonly<Record<Size, number>> = { smoke: 0.01, full: 1 };

interface Probe {
  readonly name: string;
  readonly title: string;
  readonly per: string;
  measure(bed: Bed, size: Size): Promise<Rate | TimedLatency | Latency>;
}

const some = (count: number, size: Size): number => Math.max(2, Math.ceil(count * parts[size]));

const probes: readonly Probe[] = [
  {
    name: "ingest",
    title: "ingest, one event per post",
    per: "event",
    measure: (bed, size) =>
      measureIngest(bed, { event: "bench/nobody", perPost: 1, senders: 64 }, { count: some(10_000, size), size }),
  },
  {
    name: "calls",
    title: "calls, runs of 20 steps",
    per: "call",
    measure: (bed, size) =>
      measureThroughput(bed, {
        event: { name: "bench/steps-20", data: {} },
        warmUpRuns: warmUpCount(size, 21),
        runs: some(600, size),
        inFlight: 64,
        unitsPerRun: 21,
      }),
  },
  { name: "steps", title: "step to step", per: "step", measure: (bed, size) => measureSteps(bed, some(20, size)) },
  {
    name: "first-call",
    title: "event to first call",
    per: "run",
    measure: (bed, size) => measureFirstCalls(bed, some(600, size)),
  },
  {
    name: "parallel",
    title: "run of 10 parallel steps",
    per: "run",
    measure: (bed, size) => measureParallel(bed, some(200, size)),
  },
  {
    name: "checkpoint",
    title: "checkpointed steps, 1 per request",
    per: "step",
    measure: (bed, size) => measureCheckpoints(bed, { perRequest: 1, runs: some(200, size), size }),
  },
  {
    name: "resume",
    title: "event to resumed call",
    per: "run",
    measure: async (bed, size) =>
      (await measureResumes(bed, { count: some(1_000, size), resumed: some(300, size) })).latency,
  },
];

export const growth: Scenario = {
  name: "growth",
  about:
    "The figures of ingest, calls, steps, first calls, parallel runs, checkpoints and resumes by how many runs are stored.",
  async measure({ size, databases, on }) {
    const figures: Figure[] = [];
    for (const stored of storedRuns[size]) {
      await databases.withCopy(stored, (dataDir) =>
        on("server", `growth-${stored}`, (bed) => measureProbes(bed, { stored, size, figures }), {
          dataDir,
        }),
      );
    }
    return figures.toSorted((a, b) => orderOf(a) - orderOf(b));
  },
};

/** Figures of one probe stand together, the smallest database first. */
function orderOf({ id }: Figure): number {
  return probes.findIndex(({ name }) => id.startsWith(`growth/${name}/`));
}

async function measureProbes(
  bed: Bed,
  { stored, size, figures }: { readonly stored: number; readonly size: Size; readonly figures: Figure[] },
): Promise<void> {
  for (const { name, title, per, measure } of probes) {
    const measured = await measure(bed, size);
    const smallest = figures.find(({ id }) => id.startsWith(`growth/${name}/`));
    const isRate = "perSecond" in measured;
    figures.push(
      figure({
        id: `growth/${name}/${stored}`,
        title: `${title}, ${stored.toLocaleString("en")} stored`,
        value: isRate ? measured.perSecond : measured.p50,
        unit: isRate ? "per s" : "ms",
        p99: isRate ? null : measured.p99,
        cpuMicros: "cpuMicros" in measured ? measured.cpuMicros : null,
        cpuPer: per,
        reference: smallest === undefined ? null : { ...smallest, name: "smallest" },
        counts: isRate ? measured.counts : { measured: measured.count },
      }),
    );
  }
}
