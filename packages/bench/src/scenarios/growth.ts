// Growth: the same measurements on databases of 10,000, 100,000 and 1,000,000 stored runs. Nothing on the way of a run may
// become dearer with what is stored.
import type { Bed } from "../bed.ts";
import type { Rate, TimedLatency } from "../compare-with-floor.ts";
import { type Figure, figure } from "../figure.ts";
import type { Latency } from "../latency.ts";
import type { Scenario, Size } from "../scenario.ts";
import { measureThroughput } from "../throughput.ts";
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
/** Everything is this part of what the scenario of its own does. */
const parts: Readonly<Record<Size, number>> = { smoke: 0.01, full: 1 };

interface Probe {
  readonly name: string;
  readonly title: string;
  readonly per: string;
  measure(bed: Bed, part: number): Promise<Rate | TimedLatency | Latency>;
}

const some = (count: number, part: number): number => Math.max(2, Math.ceil(count * part));

const probes: readonly Probe[] = [
  {
    name: "ingest",
    title: "ingest, one event per post",
    per: "event",
    measure: (bed, part) => measureIngest(bed, { event: "bench/nobody", perPost: 1, senders: 64 }, some(10_000, part)),
  },
  {
    name: "calls",
    title: "calls, runs of 20 steps",
    per: "call",
    measure: (bed, part) =>
      measureThroughput(bed, {
        event: { name: "bench/steps-20", data: {} },
        runs: some(600, part),
        inFlight: 64,
        unitsPerRun: 21,
      }),
  },
  { name: "steps", title: "step to step", per: "step", measure: (bed, part) => measureSteps(bed, some(20, part)) },
  {
    name: "first-call",
    title: "event to first call",
    per: "run",
    measure: (bed, part) => measureFirstCalls(bed, some(600, part)),
  },
  {
    name: "parallel",
    title: "run of 10 parallel steps",
    per: "run",
    measure: (bed, part) => measureParallel(bed, some(200, part)),
  },
  {
    name: "checkpoint",
    title: "checkpointed steps, 1 per request",
    per: "step",
    measure: (bed, part) => measureCheckpoints(bed, { perRequest: 1, runs: some(200, part) }),
  },
  {
    name: "resume",
    title: "event to resumed call",
    per: "run",
    measure: async (bed, part) =>
      (await measureResumes(bed, { count: some(1_000, part), resumed: some(300, part) })).latency,
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
        on("server", `growth-${stored}`, (bed) => measureProbes(bed, { stored, part: parts[size], figures }), {
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
  { stored, part, figures }: { readonly stored: number; readonly part: number; readonly figures: Figure[] },
): Promise<void> {
  for (const { name, title, per, measure } of probes) {
    const measured = await measure(bed, part);
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
