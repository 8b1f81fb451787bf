// The storage as one process of a world gets it: with the world's faults, and in tests with a defect put in on purpose.
import type { Storage } from "@stepwright/runtime";
import type { CommitBatch, CommitResult, SweepRequest } from "@stepwright/storage";
import { short } from "./apps.ts";
import type { Disk } from "./disk.ts";
import type { CommitFault, Faults } from "./faults.ts";
import { createFaultyStorage, decidesAboutRun } from "./faulty-storage.ts";
import type { Records } from "./records.ts";
import type { ServerProcess } from "./server.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

/** A defect: a storage that does not do what the runtime relies on. */
export type Mutation = (inner: Storage) => Storage;

/** What the port needs of the world. */
export interface StoragePortOptions {
  readonly process: ServerProcess;
  readonly clock: SimulatedClock;
  readonly faults: Faults;
  readonly records: Records;
  readonly mutation: Mutation | undefined;
  readonly say: (line: string) => void;
  readonly onCall: () => void;
  readonly disk: Disk;
  readonly die: () => void;
  readonly onUnsynced: (batch: CommitBatch) => void;
  readonly onSyncFailed: () => void;
  readonly onSweep: (request: SweepRequest) => () => void;
  /** A run could not be read, or a decision about it not be stored. */
  readonly onDamaged: (runId: string) => void;
  readonly onCommitted: (batch: CommitBatch, result: CommitResult) => void;
}

/** Makes the port. */
export function createStoragePort(inner: Storage, options: StoragePortOptions): Storage {
  const { process, clock, faults, records, say } = options;
  let isSyncFailed = false;
  const storage = options.mutation === undefined ? inner : options.mutation(inner);
  return createFaultyStorage(storage, {
    isDead: () => process.isDead,
    faultOfCommit(batch) {
      // A store that has stopped writing refuses everything by itself.
      if (isSyncFailed) return null;
      const fault = faults.commit(batch.transitions.some(decidesAboutRun));
      if (fault !== null && isRefusal(fault)) records.refusedBoots.add(process.boot);
      if (fault !== null) say(`commit of ${batch.transitions.length}: ${fault.kind}`);
      return fault;
    },
    faultOfRead(name, key) {
      const isOfRun = name === "runs.load" && typeof key === "string";
      const fault = faults.read(isOfRun);
      if (isOfRun && fault?.kind === "damaged") options.onDamaged(key);
      if (fault?.kind === "refused") records.refusedBoots.add(process.boot);
      if (fault !== null) say(`read of ${name}: ${fault.kind}`);
      return fault;
    },
    delay(ms) {
      return new Promise((resolve) => {
        clock.after(ms, () => {
          options.onCall();
          resolve();
        });
      });
    },
    die: options.die,
    disk: options.disk,
    onUnsynced: options.onUnsynced,
    onSyncFailed() {
      isSyncFailed = true;
      options.onSyncFailed();
    },
    onCall: options.onCall,
    onCommitted(batch, result) {
      say(`commit ${summary(batch, result)}`);
      options.onCommitted(batch, result);
    },
    faultOfSweep() {
      const fault = isSyncFailed ? null : faults.sweep();
      if (fault === "refused") records.refusedBoots.add(process.boot);
      return fault;
    },
    onSweep: options.onSweep,
    onPoisoned(transition) {
      for (const effect of transition.effects) {
        if (effect.kind === "updateRun") options.onDamaged(effect.run.id);
      }
    },
  });
}

function isRefusal({ kind }: CommitFault): boolean {
  return kind.startsWith("refused") || kind === "syncFails";
}

function summary(batch: CommitBatch, result: CommitResult): string {
  const outcomes = batch.transitions.map((transition, index) => {
    const kinds = transition.effects.map((effect) => {
      switch (effect.kind) {
        case "updateRun":
          return `run ${short(effect.run.id)} ${effect.run.status}`;
        case "putStep":
          return `step ${effect.step.id}`;
        case "putEvent":
          return effect.event.name;
        case "enqueue":
          return `+${effect.item.work.kind}`;
        default:
          return effect.kind;
      }
    });
    const outcome = result.outcomes[index];
    const children = transition.children?.length ?? 0;
    const why = outcome?.kind === "rejected" ? ` ${outcome.guard.kind}` : "";
    return `[${kinds.join(" ")}${children > 0 ? ` and ${children} starts` : ""}: ${outcome?.kind}${why}]`;
  });
  const leased = result.leased.map((item) => `${item.work.kind} ${short(item.id)}`);
  return `${outcomes.join(" ")} leases ${leased.length === 0 ? "nothing" : leased.join(", ")}`;
}
