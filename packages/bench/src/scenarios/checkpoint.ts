// Checkpointed steps per second with 64 runs in flight: each run is one call, which stores its steps while it lasts. One step
// per request is what SDK v4 does unless it is told otherwise; ten is what a client may do that wants to be fast.
import type { Bed } from "../bed.ts";
import { createCheckpointClient } from "../checkpoint-client.ts";
import { rateBesideFloor } from "../compare-with-floor.ts";
import type { Figure } from "../figure.ts";
import type { Scenario, Size } from "../scenario.ts";
import { measureThroughput, type Throughput } from "../throughput.ts";
import { warmUpCount } from "../warm-up.ts";

const stepsPerRun = 100;
const inFlight = 64;
const shapes: readonly { readonly perRequest: number; readonly runs: Readonly<Record<Size, number>> }[] = [
  { perRequest: 1, runs: { smoke: 2, full: 400 } },
  { perRequest: 10, runs: { smoke: 4, full: 2_000 } },
];

export const checkpoint: Scenario = {
  name: "checkpoint",
  about: "Checkpointed steps per second with 64 runs in flight, one and ten steps per request.",
  async measure(context) {
    const figures: Figure[] = [];
    for (const { perRequest, runs } of shapes) {
      const given = {
        id: `checkpoint/${perRequest}`,
        title: `checkpointed steps, ${perRequest} per request`,
        per: "step",
      };
      figures.push(
        await rateBesideFloor(context, given, (bed) =>
          measureCheckpoints(bed, { perRequest, runs: runs[context.size], size: context.size }),
        ),
      );
    }
    return figures;
  },
};

/** Checkpointed steps per second of `runs` runs. */
export async function measureCheckpoints(
  bed: Bed,
  { perRequest, runs, size }: { readonly perRequest: number; readonly runs: number; readonly size: Size },
): Promise<Throughput> {
  const client = createCheckpointClient(bed.subject);
  try {
    const load = {
      event: { name: "bench/long", data: {} },
      warmUpRuns: warmUpCount(size, stepsPerRun / perRequest),
      runs,
      inFlight,
      unitsPerRun: stepsPerRun,
    };
    return await measureThroughput(bed, load, async (call) => {
      for (let from = 0; from < stepsPerRun; from += perRequest) await client.store(call, { from, count: perRequest });
    });
  } finally {
    await client.close();
  }
}
