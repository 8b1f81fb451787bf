// The faults of a simulated world: each kind is there or not by the seed, and each occurrence is drawn from it.
import type { Chance } from "@stepwright/test-parts";
import type { Coverage } from "./coverage.ts";

/** What becomes of one commit. */
export type CommitFault =
  | { readonly kind: "crashBefore" }
  /** It is durable, and nobody ever hears of it. */
  | { readonly kind: "crashAfter" }
  /** The store is busy or the disk full before anything is written. */
  | { readonly kind: "refused" }
  /** The disk is full when part of the transaction is written. */
  | { readonly kind: "refusedInside" }
  /** The disk fails when all of it is written. */
  | { readonly kind: "refusedAtEnd" }
  /** It is written, and the disk fails to keep it: nothing more is stored until somebody starts the server again. */
  | { readonly kind: "syncFails" }
  /** It is written, and the process dies while it waits for the disk. */
  | { readonly kind: "crashUnsynced" }
  /** One transition cannot be applied, now or ever. */
  | { readonly kind: "poisoned" }
  /** One transition cannot be applied at first, so that all are applied one by one. */
  | { readonly kind: "stumbled" }
  | { readonly kind: "slow"; readonly beforeMs: number; readonly afterMs: number };

/** What becomes of one piece of a sweep. */
export type SweepFault = "refused" | "crashAfter";

/** What becomes of one read. */
export type ReadFault =
  | { readonly kind: "refused" }
  /** The answer is as old as the wait was long, or as new as it can be. */
  | { readonly kind: "slow"; readonly ms: number; readonly isStale: boolean }
  | { readonly kind: "damaged" };

/** What goes wrong with one call of an app. */
export type CallFault =
  | "unreachable"
  /** The connection ends before the app has done anything, or when it has done all. */
  | "lostBefore"
  | "lostAfter"
  | "hangs"
  /** The app goes on when the call has timed out, and reports what it does. */
  | "late"
  /** The app reports its steps, and then once more. */
  | "twice"
  | "notJson"
  | "wrongOps"
  | "notSdk"
  | "partialBody"
  | "nothing"
  | "error500"
  | "proxy503";

const callFaults: readonly CallFault[] = [
  "unreachable",
  "lostBefore",
  "lostAfter",
  "hangs",
  "late",
  "twice",
  "notJson",
  "wrongOps",
  "notSdk",
  "partialBody",
  "nothing",
  "error500",
  "proxy503",
];

/** What goes wrong with one request of a step. */
export type FetchFault = "unreachable" | "lost" | "hangs" | "error";

const fetchFaults: readonly FetchFault[] = ["unreachable", "lost", "hangs", "error"];

/** Faults that happen at a time, to the world as a whole. */
export interface WorldFault {
  readonly atMs: number;
  readonly what:
    | { readonly kind: "kill" }
    | { readonly kind: "stop"; readonly graceMs: number }
    | { readonly kind: "jump"; readonly byMs: number }
    /** No app answers. */
    | { readonly kind: "appsAway"; readonly forMs: number }
    /** The store refuses everything. */
    | { readonly kind: "storeAway"; readonly forMs: number };
}

/** Every kind of fault: what never occurs is not tested. */
export const faultNames: readonly string[] = [
  "crashBefore",
  "crashAfter",
  "refused",
  "crashUnsynced",
  "crashInSweep",
  "powerLost",
  "unsyncedKept",
  "unsyncedLost",
  "refusedInside",
  "refusedAtEnd",
  "syncFails",
  "poisoned",
  "stumbled",
  "slow",
  "readRefused",
  "readSlow",
  "readDamaged",
  ...callFaults,
  ...fetchFaults.map((kind) => `fetch ${kind}`),
  "kill",
  "stop",
  "jumpForward",
  "jumpBack",
  "appsAway",
  "storeAway",
  "staleCheckpoint",
  "answerToDead",
];

/** Draws faults until it is stopped. */
export interface Faults {
  /** What becomes of the next commit; `canPoison` says that a decision about a run is among its transitions. */
  commit(canPoison: boolean): CommitFault | null;
  /** `isOfRun` says that a run's state is read. */
  read(isOfRun: boolean): ReadFault | null;
  sweep(): SweepFault | null;
  call(): CallFault | null;
  fetch(): FetchFault | null;
  /** Says whether a process that dies takes its power along. */
  losesPower(): boolean;
  /** How long an app takes for a call beyond its own work. */
  latencyMs(): number;
  readonly worldFaults: readonly WorldFault[];
  /** Whether apps never fail, so that how functions end is certain. */
  readonly areAppsReliable: boolean;
  appsAway: boolean;
  storeAway: boolean;
  stop(): void;
  readonly isStopped: boolean;
}

/** Process deaths per seed: more would only repeat the first moments of a boot. */
const crashesMax = 4;

/** What a process does not outlive. */
const endsProcess: ReadonlySet<CommitFault["kind"]> = new Set([
  "crashBefore",
  "crashAfter",
  "crashUnsynced",
  "syncFails",
]);

/** Makes the faults of a seed. */
export function createFaults(chance: Chance, coverage: Coverage): Faults {
  const rate = (probability: number, most: number) => (chance.hits(probability) ? chance.fraction() * most : 0);
  const rates = {
    crashBefore: rate(0.4, 0.06),
    crashAfter: rate(0.5, 0.06),
    refused: rate(0.2, 0.1),
    refusedInside: rate(0.3, 0.1),
    refusedAtEnd: rate(0.3, 0.1),
    syncFails: rate(0.2, 0.04),
    crashUnsynced: rate(0.3, 0.06),
    poisoned: rate(0.15, 0.08),
    stumbled: rate(0.25, 0.1),
    slow: rate(0.3, 0.3),
    readRefused: rate(0.15, 0.03),
    readSlow: rate(0.25, 0.15),
    readDamaged: rate(0.15, 0.1),
  };
  const calls = callFaults.map((kind) => ({ kind, rate: rate(0.3, 0.15) }));
  const sweepCrash = rate(0.3, 0.05);
  const fetchFails = rate(0.5, 0.8);
  const powerLost = chance.pick([0, 0.4, 1]);
  const areAppsReliable = chance.hits(0.35);
  const slowest = chance.pick([5, 50, 2_000]);
  const worldFaults = makeWorldFaults(chance, areAppsReliable);
  let crashesLeft = chance.between(0, crashesMax);
  let isStopped = false;
  const count = (name: string) => coverage.count(`fault ${name}`);

  return {
    worldFaults,
    areAppsReliable,
    appsAway: false,
    storeAway: false,
    commit(canPoison) {
      if (isStopped) return null;
      if (this.storeAway) return { kind: "refused" };
      const fault = drawCommit();
      if (fault === null || (fault.kind === "poisoned" && !canPoison)) return null;
      if (endsProcess.has(fault.kind)) {
        if (crashesLeft === 0) return null;
        crashesLeft -= 1;
      }
      count(fault.kind);
      return fault;
    },
    read(isOfRun) {
      if (isStopped) return null;
      if (this.storeAway || chance.hits(rates.readRefused)) {
        count("readRefused");
        return { kind: "refused" };
      }
      if (isOfRun && chance.hits(rates.readDamaged)) {
        count("readDamaged");
        return { kind: "damaged" };
      }
      if (!chance.hits(rates.readSlow)) return null;
      count("readSlow");
      return { kind: "slow", ms: chance.between(0, 40), isStale: chance.hits(0.5) };
    },
    call() {
      if (isStopped || areAppsReliable) return null;
      if (this.appsAway) return "unreachable";
      const fault = calls.find((one) => chance.hits(one.rate));
      if (fault === undefined) return null;
      count(fault.kind);
      return fault.kind;
    },
    sweep() {
      if (isStopped) return null;
      if (this.storeAway) return "refused";
      if (crashesLeft === 0 || !chance.hits(sweepCrash)) return null;
      crashesLeft -= 1;
      count("crashInSweep");
      return "crashAfter";
    },
    fetch() {
      if (isStopped || !chance.hits(fetchFails)) return null;
      const fault = chance.pick(fetchFaults);
      count(`fetch ${fault}`);
      return fault;
    },
    losesPower() {
      const isPowerLost = !isStopped && chance.hits(powerLost);
      if (isPowerLost) count("powerLost");
      return isPowerLost;
    },
    latencyMs: () => (isStopped ? 1 : chance.hits(0.9) ? chance.between(0, 5) : chance.between(0, slowest)),
    stop() {
      isStopped = true;
      this.appsAway = false;
      this.storeAway = false;
    },
    get isStopped() {
      return isStopped;
    },
  };

  function drawCommit(): CommitFault | null {
    for (const kind of [
      "crashBefore",
      "crashAfter",
      "refused",
      "crashUnsynced",
      "refusedInside",
      "refusedAtEnd",
      "syncFails",
      "poisoned",
      "stumbled",
    ] as const) {
      if (chance.hits(rates[kind])) return { kind };
    }
    if (!chance.hits(rates.slow)) return null;
    return { kind: "slow", beforeMs: chance.between(0, 30), afterMs: chance.between(0, 30) };
  }
}

function makeWorldFaults(chance: Chance, areAppsReliable: boolean): readonly WorldFault[] {
  return Array.from({ length: chance.between(0, 3) }, (): WorldFault => {
    const atMs = chance.between(0, 40_000);
    const roll = chance.fraction();
    if (roll < 0.25) return { atMs, what: { kind: "kill" } };
    if (roll < 0.4) return { atMs, what: { kind: "stop", graceMs: chance.pick([0, 100, 10_000]) } };
    if (roll < 0.6) return { atMs, what: { kind: "jump", byMs: chance.pick([30, 5_000, 3_600_000]) } };
    if (roll < 0.75) return { atMs, what: { kind: "jump", byMs: -chance.pick([1, 700, 60_000]) } };
    if (roll < 0.88 && !areAppsReliable)
      return { atMs, what: { kind: "appsAway", forMs: chance.between(100, 20_000) } };
    return { atMs, what: { kind: "storeAway", forMs: chance.between(10, 8_000) } };
  });
}
