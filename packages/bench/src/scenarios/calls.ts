// Calls per second with 64 runs in flight: runs of no step, of 3 and of 20 one after another, and of 10 side by side.
import { rateBesideFloor } from "../compare-with-floor.ts";
import type { Figure } from "../figure.ts";
import type { Scenario, Size } from "../scenario.ts";
import { measureThroughput } from "../throughput.ts";
import { warmUpCount } from "../warm-up.ts";

const inFlight = 64;
const callsWanted: Readonly<Record<Size, number>> = { smoke: 60, full: 20_000 };

const shapes = [
  { name: "0-steps", event: "bench/steps-0", callsPerRun: 1 },
  { name: "3-steps", event: "bench/steps-3", callsPerRun: 4 },
  { name: "20-steps", event: "bench/steps-20", callsPerRun: 21 },
  // The first plans, ten run, the last one ends; calls in between to look for new steps are the engine's own and not counted as needed.
  { name: "10-parallel", event: "bench/parallel-10", callsPerRun: 12 },
] as const;

export const calls: Scenario = {
  name: "calls",
  about: "Calls per second with 64 runs in flight, by the shape of the run.",
  async measure(context) {
    const figures: Figure[] = [];
    for (const { name, event, callsPerRun } of shapes) {
      const load = {
        event: { name: event, data: {} },
        warmUpRuns: warmUpCount(context.size, callsPerRun),
        runs: Math.ceil(callsWanted[context.size] / callsPerRun),
        inFlight,
        unitsPerRun: callsPerRun,
      };
      figures.push(
        await rateBesideFloor(
          context,
          { id: `calls/${name}`, title: `calls, runs of ${name.replace("-", " ")}`, per: "call" },
          (bed) => measureThroughput(bed, load),
        ),
      );
    }
    return figures;
  },
};
