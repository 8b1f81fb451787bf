// Throughput: keeps a number of runs in flight until all have ended, and measures from the end of the warm-up to the last call.
import type { Bed } from "./bed.ts";
import type { Measured } from "./measured-window.ts";
import type { SentEvent } from "./sender.ts";

/** What to run. */
export interface Load {
  readonly event: SentEvent;
  readonly runs: number;
  readonly inFlight: number;
  /** Calls that a run needs. Others that an engine makes are counted, but are no work done. */
  readonly callsPerRun: number;
}

/** What came of it. */
export interface Throughput extends Measured {
  readonly counts: { readonly calls: number; readonly runs: number; readonly ended: number };
}

// The first tenth of the runs fills caches and compiles code.
const warmUpPart = 0.1;

/** Measures needed calls per second. Throws when a run ends twice. */
export async function measureThroughput(bed: Bed, load: Load): Promise<Throughput> {
  const warmUp = Math.ceil(load.runs * warmUpPart);
  const seen = new Set<string>();
  const done = Promise.withResolvers<Throughput>();
  let calls = 0;
  let ended = 0;
  let started = 0;
  const startOne = (): void => {
    if (started === load.runs) return;
    started += 1;
    bed.send(load.event.name, load.event.data).catch(done.reject);
  };
  bed.app.onCall((call) => {
    calls += 1;
    seen.add(call.runId);
    if (!call.isLast) return;
    ended += 1;
    if (ended === warmUp) bed.window.open();
    startOne();
    if (ended < load.runs) return;
    if (ended > load.runs) throw new Error(`a run of ${load.event.name} ended twice`);
    const measured = bed.window.close((load.runs - warmUp) * load.callsPerRun);
    done.resolve({ ...measured, counts: { calls, runs: seen.size, ended } });
  });
  for (let index = 0; index < load.inFlight; index += 1) startOne();
  return done.promise;
}
