// How much is done before anything is measured. What is measured is a process that has been at work for a while: V8 compiles what
// runs often, and until then everything takes a multiple.
import type { Bed } from "./bed.ts";
import { closedWindow } from "./measured-window.ts";
import type { Size } from "./scenario.ts";
import { measureThroughput } from "./throughput.ts";

/**
 * Calls, requests or events until the code is compiled. CPU time per call, counted by the 2,000: the floor begins with 190 µs
 * and needs 60 to 70 from the 20,000th call on, the server begins with 300 and needs 120 to 150.
 */
const operationsUntilCompiled = 20_000;

/**
 * How many runs, or posts, come before those that count, when each has this many operations. A smoke run measures nothing:
 * one shows that the warm-up works.
 */
export function warmUpCount(size: Size, operationsEach: number): number {
  return size === "smoke" ? 1 : Math.ceil(operationsUntilCompiled / operationsEach);
}

const stepsPerRun = 20;
const inFlight = 64;

/** Brings a process to where its code is compiled. For what is measured one at a time, which would take minutes to get there. */
export async function warmUp(bed: Bed, size: Size): Promise<void> {
  await measureThroughput(
    { app: bed.app, send: bed.send, window: closedWindow },
    {
      event: { name: `bench/steps-${stepsPerRun}`, data: {} },
      warmUpRuns: warmUpCount(size, stepsPerRun + 1),
      runs: 1,
      inFlight,
      unitsPerRun: stepsPerRun + 1,
    },
  );
}
