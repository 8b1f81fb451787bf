// Throughput: keeps a number of runs in flight until all have ended, and measures from the end of the warm-up to the last one.
import type { Bed } from "./bed.ts";
import type { Measured, MeasuredWindow } from "./measured-window.ts";
import type { SeenCall } from "./raw-app.ts";
import type { SentEvent } from "./sender.ts";

/** Runs that are kept going. */
export interface Load {
  /** Runs that end before the measurement begins. */
  readonly warmUpRuns: number;
  /** Runs that are measured. */
  readonly runs: number;
  readonly inFlight: number;
  /** What a run is worth: calls or steps that it needs. Others that an engine makes are no work done. */
  readonly unitsPerRun: number;
  readonly window: Pick<MeasuredWindow, "open" | "close">;
  readonly startRun: () => Promise<void>;
}

/** Runs that are being kept going. */
export interface RunsInFlight {
  /** Tells that a run has ended. */
  ended(): void;
  /** Tells that a run cannot go on: there is nothing to measure then. */
  failed(error: unknown): void;
  /** Resolves when all have ended; rejects when one failed or could not be started. */
  readonly measured: Promise<Measured>;
}

/** Starts the first runs, and one more for each that ends. */
export function keepInFlight({ warmUpRuns, runs, inFlight, unitsPerRun, window, startRun }: Load): RunsInFlight {
  const all = warmUpRuns + runs;
  const done = Promise.withResolvers<Measured>();
  let ended = 0;
  let started = 0;
  const startOne = (): void => {
    if (started === all) return;
    started += 1;
    startRun().catch(done.reject);
  };
  for (let index = 0; index < inFlight; index += 1) startOne();
  return {
    measured: done.promise,
    failed: done.reject,
    ended() {
      ended += 1;
      if (ended === warmUpRuns) window.open();
      startOne();
      if (ended > all) done.reject(new Error("a run ended twice"));
      if (ended === all) done.resolve(window.close(runs * unitsPerRun));
    },
  };
}

/** What a load on the raw app came to. */
export interface Throughput extends Measured {
  readonly counts: { readonly calls: number; readonly runs: number; readonly ended: number };
}

/** Measures runs of the raw app. `work` is done in each call before it is answered. */
export async function measureThroughput(
  bed: Pick<Bed, "app" | "send"> & Pick<Load, "window">,
  load: Pick<Load, "warmUpRuns" | "runs" | "inFlight" | "unitsPerRun"> & { readonly event: SentEvent },
  work?: (call: SeenCall) => Promise<void>,
): Promise<Throughput> {
  const seen = new Set<string>();
  let calls = 0;
  let ended = 0;
  const { event } = load;
  const flight = keepInFlight({ ...load, window: bed.window, startRun: () => bed.send(event.name, event.data) });
  bed.app.onCall(async (call) => {
    calls += 1;
    seen.add(call.runId);
    try {
      await work?.(call);
    } catch (error) {
      flight.failed(error);
    }
    if (!call.isLast) return;
    ended += 1;
    flight.ended();
  });
  const measured = await flight.measured;
  return { ...measured, counts: { calls, runs: seen.size, ended } };
}
