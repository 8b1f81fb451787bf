// Group commit: transitions that become ready in the same turn of the event loop share one database transaction.
// The lanes' wish for leases rides along, so that dispatching costs no write of its own.
import type { Transition } from "@stepwright/engine";
import { type Millis, shuttingDown } from "@stepwright/protocol";
import type { CommitBatch, CommitResult, Storage, TransitionOutcome } from "@stepwright/storage";
import type { Logger } from "pino";
import { newPerCommitMin, storageRetryMs, transitionsPerCommitMax } from "./limits.ts";
import type { Observer } from "./observer.ts";
import type { Clock } from "./ports.ts";
import { asStorageTrouble, isStorageTrouble } from "./storage-trouble.ts";

/** Where transitions go. */
export interface Committer {
  /**
   * Commits with whatever else is ready. Rejects with STORAGE_UNAVAILABLE if the database as a whole refused the
   * write (disk full, I/O error); then nothing of the transition is stored.
   */
  submit(transition: Transition): Promise<TransitionOutcome>;
  /**
   * As `submit`, with all of them in one commit, for what comes in new: what is in hand already goes first. Among the new, the
   * lowest `turn` goes first: a long list that came early is not overtaken at each of its parts.
   */
  submitNew(transitions: readonly Transition[], turn: number): Promise<readonly TransitionOutcome[]>;
  /** As `submit`, but what the database refuses is tried again until it is written. Rejects only when the runtime stops first. */
  submitUntilWritten(transition: Transition): Promise<TransitionOutcome>;
  /** Asks for a commit even if there is nothing to write: a lane has work due. */
  wake(): void;
  readonly isIdle: boolean;
  /** Commits that were begun so far: who comes back later sees whether there were any. */
  readonly begun: number;
  /** Transitions that are to be committed, without those of a commit that is under way. */
  readonly waiting: number;
}

interface Pending {
  readonly transitions: readonly Transition[];
  /** Kept and tried again when the database refuses it. */
  readonly isKept: boolean;
  readonly resolve: (outcomes: readonly TransitionOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What the committer needs of its surroundings. */
export interface CommitterHooks {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Observer;
  /** Aborted when the runtime stops for good: what is refused from then on is given up. */
  readonly signal: AbortSignal;
  /** The leases to ask for with this batch. */
  readonly leaseFor: (transitions: readonly Transition[], now: Millis) => CommitBatch["lease"];
  /** Says whether a lane has work due and room for it. */
  readonly hasDueWork: (now: Millis) => boolean;
  /** Takes leased items and lane times. Called before any submitter learns its outcome. */
  readonly accept: (result: CommitResult, transitions: readonly Transition[]) => void;
  readonly committed: (transitions: readonly Transition[], outcomes: readonly TransitionOutcome[]) => void;
  /** Called when there is nothing left to commit. */
  readonly onIdle: () => void;
}

/** Makes the committer. */
export function createCommitter(hooks: CommitterHooks): Committer {
  /** What ends work in hand: answers, checkpoints, timers, and all that people and apps ask for. */
  let queue: Pending[] = [];
  /** New work. Behind the others, because they free memory and it takes more. */
  let newcomers: (Pending & { readonly turn: number })[] = [];
  let newWaiting = 0;
  let isScheduled = false;
  let isRunning = false;
  let begun = 0;
  /** The last commit was refused: the next one waits, unless somebody new asks for one. */
  let isRefused = false;
  let isResting = false;

  const schedule = () => {
    if (isScheduled || isRunning) return;
    isScheduled = true;
    // After the I/O callbacks of this turn, so that answers which arrived together are committed together.
    setImmediate(() => {
      isScheduled = false;
      void run();
    });
  };

  const takeBatch = (): Pending[] => {
    // Never so far behind that senders get nothing: a quarter of a full commit is theirs.
    const reserved = Math.min(newWaiting, newPerCommitMin);
    const first = takeUpTo(queue, transitionsPerCommitMax - reserved);
    queue = first.rest;
    const second = takeUpTo(newcomers, transitionsPerCommitMax - first.count);
    newcomers = second.rest;
    newWaiting -= second.count;
    return [...first.taken, ...second.taken];
  };

  const run = async () => {
    isRunning = true;
    begun += 1;
    const batch = takeBatch();
    const refusal = await commitBatch(hooks, batch);
    isRunning = false;
    if (refusal !== null) keepOrReject(batch, refusal);
    else if (isRefused) hooks.log.info("the database takes writes again");
    isRefused = refusal !== null;
    goOn();
  };

  const keepOrReject = (batch: readonly Pending[], refusal: Error) => {
    if (!isRefused)
      hooks.log.error({ err: refusal }, "the database refuses writes; what must not be lost is kept and tried again");
    for (const pending of batch) {
      if (hooks.signal.aborted) pending.reject(shuttingDown({}));
      else if (!pending.isKept) pending.reject(refusal);
      // Behind those who came meanwhile: each of them is owed one try, and an answer.
      else queue.push(pending);
    }
  };

  const goOn = () => {
    if (queue.length + newcomers.length === 0 && !hooks.hasDueWork(hooks.clock.now())) hooks.onIdle();
    else if (isRefused && newcomers.length === 0 && queue.every((pending) => pending.isKept)) void rest();
    else schedule();
  };

  const rest = async () => {
    if (isResting) return;
    isResting = true;
    await hooks.clock.sleep(storageRetryMs, hooks.signal);
    isResting = false;
    if (hooks.signal.aborted) giveUp();
    else if (queue.length + newcomers.length > 0 || hooks.hasDueWork(hooks.clock.now())) schedule();
    else hooks.onIdle();
  };

  const giveUp = () => {
    const kept = queue.filter((pending) => pending.isKept);
    queue = queue.filter((pending) => !pending.isKept);
    for (const pending of kept) pending.reject(shuttingDown({}));
    hooks.onIdle();
  };

  const put = (transitions: readonly Transition[], isKept: boolean) =>
    new Promise<readonly TransitionOutcome[]>((resolve, reject) => {
      queue.push({ transitions, isKept, resolve, reject });
      schedule();
    });

  return {
    submit: async (transition) => only(await put([transition], false)),
    submitNew: (transitions, turn) =>
      new Promise((resolve, reject) => {
        const place = newcomers.findIndex((other) => other.turn > turn);
        newcomers.splice(place === -1 ? newcomers.length : place, 0, {
          transitions,
          isKept: false,
          resolve,
          reject,
          turn,
        });
        newWaiting += transitions.length;
        schedule();
      }),
    submitUntilWritten: async (transition) => only(await put([transition], true)),
    wake() {
      if (!isResting) schedule();
    },
    get isIdle() {
      return !isScheduled && !isRunning && queue.length + newcomers.length === 0;
    },
    get begun() {
      return begun;
    },
    get waiting() {
      return queue.reduce((count, pending) => count + pending.transitions.length, 0);
    },
  };
}

/** Takes from the front until there are enough transitions; at least one, if any is wanted. */
function takeUpTo<P extends Pending>(
  waiting: P[],
  max: number,
): { readonly taken: readonly P[]; readonly rest: P[]; readonly count: number } {
  let count = 0;
  let end = 0;
  while (end < waiting.length && count < max) {
    count += waiting[end]?.transitions.length ?? 0;
    end += 1;
  }
  return { taken: waiting.slice(0, end), rest: waiting.slice(end), count };
}

/** Commits the batch and tells everybody; returns why the database refused it, null when it did not. */
async function commitBatch(hooks: CommitterHooks, batch: readonly Pending[]): Promise<Error | null> {
  const transitions = batch.flatMap((pending) => pending.transitions);
  const now = hooks.clock.now();
  const begunAt = hooks.observer.now();
  let result: CommitResult;
  try {
    result = await commitWithLeases(hooks, transitions, now);
  } catch (error) {
    hooks.observer.commitRefused();
    return asStorageTrouble(error);
  }
  hooks.observer.committed({ transitions: transitions.length, ms: hooks.observer.now() - begunAt });
  hooks.accept(result, transitions);
  hooks.committed(transitions, result.outcomes);
  let offset = 0;
  for (const pending of batch) {
    pending.resolve(result.outcomes.slice(offset, offset + pending.transitions.length));
    offset += pending.transitions.length;
  }
  return null;
}

/**
 * Commits, and leases what is due. When that fails for another reason than a database in trouble, some row stands in the way
 * of every lease: what there is to write is written all the same, for whoever waits for it has nothing to do with that row.
 */
async function commitWithLeases(
  { storage, log, leaseFor }: CommitterHooks,
  transitions: readonly Transition[],
  now: Millis,
): Promise<CommitResult> {
  try {
    return await storage.commit({ transitions, now, lease: leaseFor(transitions, now) });
  } catch (error) {
    if (isStorageTrouble(error) || transitions.length === 0) throw error;
    log.error({ err: error }, "nothing could be leased; writing what there is to write");
    return storage.commit({ transitions, now, lease: [] });
  }
}

function only(outcomes: readonly TransitionOutcome[]): TransitionOutcome {
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error("broken invariant: every transition has an outcome");
  return outcome;
}
