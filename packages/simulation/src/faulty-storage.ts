// The real storage behind a port that may be slow, refuse, break in the middle of a transaction, or die with its process.
import type { Effect, Transition } from "@stepwright/engine";
import { storageUnavailable } from "@stepwright/protocol";
import type { CommitBatch, CommitResult, Storage, SweepRequest, SweepResult } from "@stepwright/storage";
import { SqliteError } from "better-sqlite3";
import type { Disk } from "./disk.ts";
import type { CommitFault, ReadFault, SweepFault } from "./faults.ts";

/** What the surroundings of one process's storage decide and want to know. */
export interface StorageSurroundings {
  /** Whether the process has died: nothing it has asked for is ever answered. */
  readonly isDead: () => boolean;
  readonly faultOfCommit: (batch: CommitBatch) => CommitFault | null;
  /** `key` is what is asked for. */
  readonly faultOfRead: (name: string, key: unknown) => ReadFault | null;
  readonly delay: (ms: number) => Promise<void>;
  /** Ends the process at once. */
  readonly die: () => void;
  readonly disk: Disk;
  /** This commit is written, and nobody knows whether the disk keeps it. */
  readonly onUnsynced: (batch: CommitBatch) => void;
  /** The disk has failed to keep a commit. */
  readonly onSyncFailed: () => void;
  /** Called at each call, before anything happens. */
  readonly onCall: () => void;
  /** Called when a commit is durable, before anybody hears of it. */
  readonly onCommitted: (batch: CommitBatch, result: CommitResult) => void;
  readonly faultOfSweep: () => SweepFault | null;
  /** A piece of a sweep begins; what is returned is called when it is durable. */
  readonly onSweep: (request: SweepRequest) => () => void;
  readonly onPoisoned: (transition: Transition) => void;
}

/** Puts the surroundings between a process and its storage. */
export function createFaultyStorage(inner: Storage, surroundings: StorageSurroundings): Storage {
  const read = <A extends readonly unknown[], T>(name: string, get: (...args: A) => Promise<T>) =>
    faultyRead(surroundings, name, get);
  return {
    commit: (batch) => faultyCommit(inner, surroundings, batch),
    runs: group(inner.runs, "runs", read),
    events: group(inner.events, "events", read),
    pauses: group(inner.pauses, "pauses", read),
    queue: group(inner.queue, "queue", read),
    flow: group(inner.flow, "flow", read),
    registry: group(inner.registry, "registry", read),
    cancellations: group(inner.cancellations, "cancellations", read),
    retention: { sweep: (request) => faultySweep(inner, surroundings, request) },
    // It tells nobody and may fail as it likes; but a dead process must not go on writing.
    search: { catchUp: (request) => (surroundings.isDead() ? never() : inner.search.catchUp(request)) },
    stats: () => inner.stats(),
    close: () => inner.close(),
  };
}

/** What a dead process gets: one of its own each time, as one for all would remember everybody who waits. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

type AnyRead = (...args: readonly never[]) => Promise<unknown>;

function group<T extends object>(reads: T, name: string, wrap: (name: string, get: AnyRead) => AnyRead): T {
  const wrapped = Object.entries(reads).map(([key, get]) => [key, wrap(`${name}.${key}`, get as AnyRead)]);
  return Object.fromEntries(wrapped) as T;
}

function faultyRead<A extends readonly unknown[], T>(
  surroundings: StorageSurroundings,
  name: string,
  get: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  return async (...args) => {
    surroundings.onCall();
    if (surroundings.isDead()) return never();
    const fault = surroundings.faultOfRead(name, args[0]);
    switch (fault?.kind) {
      case undefined:
        return get(...args);
      case "refused":
        throw storageUnavailable({ reason: "the database is locked" });
      case "damaged":
        throw new Error("a row cannot be read");
      case "slow": {
        const early = fault.isStale ? await get(...args) : null;
        await surroundings.delay(fault.ms);
        if (surroundings.isDead()) return never();
        return fault.isStale ? (early as T) : get(...args);
      }
    }
  };
}

async function faultyCommit(
  inner: Storage,
  surroundings: StorageSurroundings,
  batch: CommitBatch,
): Promise<CommitResult> {
  surroundings.onCall();
  if (surroundings.isDead()) return never();
  const fault = surroundings.faultOfCommit(batch);
  const apply = async (what: CommitBatch): Promise<CommitResult> => {
    const result = await inner.commit(what);
    surroundings.onCommitted(batch, result);
    return result;
  };
  switch (fault?.kind) {
    case undefined:
      return apply(batch);
    case "crashBefore":
      surroundings.die();
      return never();
    case "crashAfter":
      await apply(batch);
      surroundings.die();
      return never();
    case "refused":
      throw storageUnavailable({ reason: "database or disk is full" });
    case "refusedInside":
      await inner.commit(breaking(batch, () => new SqliteError("database or disk is full", "SQLITE_FULL")));
      throw new Error("a commit that was refused went through");
    case "refusedAtEnd":
      surroundings.disk.failCommit();
      await inner.commit(batch);
      throw new Error("a commit that was refused went through");
    case "syncFails":
      surroundings.disk.onNextSync(async () => {
        surroundings.onUnsynced(batch);
        surroundings.onSyncFailed();
        throw new Error("input/output error");
      });
      await inner.commit(batch);
      throw new Error("a commit that was not kept went through");
    case "crashUnsynced":
      surroundings.disk.onNextSync(() => {
        surroundings.onUnsynced(batch);
        surroundings.die();
        return never();
      });
      return inner.commit(batch);
    case "poisoned":
      return apply(poisoned(batch, surroundings.onPoisoned));
    case "stumbled":
      return apply(stumbling(batch));
    case "slow": {
      await surroundings.delay(fault.beforeMs);
      if (surroundings.isDead()) return never();
      const result = await apply(batch);
      await surroundings.delay(fault.afterMs);
      return surroundings.isDead() ? never() : result;
    }
  }
}

async function faultySweep(
  inner: Storage,
  surroundings: StorageSurroundings,
  request: SweepRequest,
): Promise<SweepResult> {
  surroundings.onCall();
  if (surroundings.isDead()) return never();
  const fault = surroundings.faultOfSweep();
  if (fault === "refused") throw storageUnavailable({ reason: "database or disk is full" });
  const tell = surroundings.onSweep(request);
  const piece = await inner.retention.sweep(request);
  tell();
  if (fault !== "crashAfter") return piece;
  surroundings.die();
  return never();
}

/** An effect that throws when the store comes to it. */
function throwing(error: () => Error | null): Effect {
  return {
    get kind(): "dequeue" {
      const thrown = error();
      if (thrown !== null) throw thrown;
      return "dequeue";
    },
    itemId: "nobody's" as Extract<Effect, { kind: "dequeue" }>["itemId"],
  };
}

/** The batch with an effect behind the others that breaks the transaction as a whole. */
function breaking(batch: CommitBatch, error: () => Error): CommitBatch {
  const last: Transition = { guards: [], effects: [throwing(error)] };
  return { ...batch, transitions: [...batch.transitions, last] };
}

/** The batch, with something in it that cannot be applied at the first attempt. */
function stumbling(batch: CommitBatch): CommitBatch {
  let isFirst = true;
  const effect = throwing(() => {
    if (!isFirst) return null;
    isFirst = false;
    return new Error("not at the first attempt");
  });
  const [first, ...rest] = batch.transitions;
  if (first === undefined) return batch;
  return { ...batch, transitions: [{ ...first, effects: [...first.effects, effect] }, ...rest] };
}

/** The batch, with its first decision about a run made one that can never be applied. */
function poisoned(batch: CommitBatch, onPoisoned: StorageSurroundings["onPoisoned"]): CommitBatch {
  const at = batch.transitions.findIndex(decidesAboutRun);
  const victim = batch.transitions[at];
  if (victim === undefined) return batch;
  onPoisoned(victim);
  const effects = [...victim.effects, throwing(() => new Error("it cannot be applied"))];
  return { ...batch, transitions: batch.transitions.with(at, { ...victim, effects }) };
}

/** Says whether the transition is a decision about a run, made for a queue item of it. */
export function decidesAboutRun(transition: Transition): boolean {
  return (
    transition.guards.some((guard) => guard.kind === "lease") &&
    transition.effects.some((effect) => effect.kind === "updateRun")
  );
}
