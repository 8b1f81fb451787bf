// A world: everything that a seed decides before anything happens.
import type { RetentionPolicy } from "@stepwright/engine";
import { type Chance, createChance } from "@stepwright/test-parts";
import { makeFunctions, type SimulatedFunction } from "./functions.ts";
import { createEventSource, type EventSource, type LoadAction, makeLoad } from "./load.ts";

/** What a seed makes. */
export interface World {
  readonly functions: readonly SimulatedFunction[];
  readonly apps: readonly string[];
  readonly load: readonly LoadAction[];
  readonly source: EventSource;
  readonly callsPerAppMax: number;
  readonly callTimeoutMs: number;
  /** For how long calls of an app that nobody listens for are held; 0 counts each as an attempt. */
  readonly appWaitMs: number;
  /** How long what is over is kept; null keeps everything. */
  readonly retention: RetentionPolicy | null;
  /** The runtime looks for what is over by itself, once an hour; otherwise somebody sweeps every few seconds. */
  readonly sweepsItself: boolean;
  /** For how long there may be faults. */
  readonly troubleMs: number;
  /** For whatever is left to chance when things happen. */
  readonly chance: Chance;
}

const anHourMs = 3_600_000;

/** Times so short that runs go while others that came from them are under way. */
function makeRetention(chance: Chance): RetentionPolicy {
  const isAllRemoved = chance.hits(0.3);
  const keep = () => chance.pick(isAllRemoved ? [0, 500, 5_000, 30_000] : [0, 500, 5_000, 30_000, null]);
  return {
    runs: { completed: keep(), failed: keep(), cancelled: keep(), skipped: keep() },
    events: keep(),
  };
}

/** Makes the world of a seed. */
export function makeWorld(seed: number): World {
  const chance = createChance(seed);
  const functions = makeFunctions(chance.fork());
  const source = createEventSource(chance.fork());
  const retention = chance.hits(0.4) ? makeRetention(chance) : null;
  const sweepsItself = retention !== null && chance.hits(0.4);
  return {
    functions,
    apps: [...new Set(functions.map((fn) => fn.app))],
    load: makeLoad(chance.fork(), functions, source),
    source,
    callsPerAppMax: chance.hits(0.4) ? chance.between(1, 3) : 128,
    callTimeoutMs: chance.pick([8_000, 30_000]),
    appWaitMs: chance.pick([0, 0, 3_000, 60_000]),
    retention,
    sweepsItself,
    // A sweep of its own comes a minute after a start, and then once an hour.
    troubleMs: sweepsItself ? 1.2 * anHourMs : chance.pick([30_000, 120_000]),
    chance: chance.fork(),
  };
}
