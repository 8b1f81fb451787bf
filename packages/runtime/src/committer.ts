// Group commit: transitions that become ready in the same turn of the event loop share one database transaction.
// The lanes' wish for leases rides along, so that dispatching costs no write of its own.
import type { Transition } from "@stepwright/engine";
import type { Millis } from "@stepwright/protocol";
import type { CommitBatch, CommitResult, Storage, TransitionOutcome } from "@stepwright/storage";
import { transitionsPerCommitMax } from "./limits.ts";

/** Where transitions go. */
export interface Committer {
  /**
   * Commits with whatever else is ready. Rejects only if the database as a whole refused the write
   * (disk full, I/O error); then nothing of the transition is stored.
   */
  submit(transition: Transition): Promise<TransitionOutcome>;
  /** As `submit`, with all of them in one commit. */
  submitAll(transitions: readonly Transition[]): Promise<readonly TransitionOutcome[]>;
  /** Asks for a commit even if there is nothing to write: a lane has work due. */
  wake(): void;
  readonly isIdle: boolean;
  onIdle(listener: () => void): void;
}

interface Pending {
  readonly transitions: readonly Transition[];
  readonly resolve: (outcomes: readonly TransitionOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What the committer needs of its surroundings. */
export interface CommitterHooks {
  readonly storage: Storage;
  readonly now: () => Millis;
  /** The leases to ask for with this batch. */
  readonly leaseFor: (transitions: readonly Transition[], now: Millis) => CommitBatch["lease"];
  /** Says whether a lane has work due and room for it. */
  readonly hasDueWork: (now: Millis) => boolean;
  /** Takes leased items and lane times. Called before any submitter learns its outcome. */
  readonly accept: (result: CommitResult) => void;
  readonly committed: (transitions: readonly Transition[], outcomes: readonly TransitionOutcome[]) => void;
}

/** Makes the committer. */
export function createCommitter(hooks: CommitterHooks): Committer {
  let queue: Pending[] = [];
  let isScheduled = false;
  let isRunning = false;
  const idleListeners = new Set<() => void>();

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
    let count = 0;
    let end = 0;
    while (end < queue.length && (end === 0 || count < transitionsPerCommitMax)) {
      count += queue[end]?.transitions.length ?? 0;
      end += 1;
    }
    const batch = queue.slice(0, end);
    queue = queue.slice(end);
    return batch;
  };

  const run = async () => {
    isRunning = true;
    const batch = takeBatch();
    try {
      await commitBatch(hooks, batch);
    } finally {
      isRunning = false;
      if (queue.length > 0 || hooks.hasDueWork(hooks.now())) schedule();
      else for (const listener of idleListeners) listener();
    }
  };

  const submitAll = (transitions: readonly Transition[]) =>
    new Promise<readonly TransitionOutcome[]>((resolve, reject) => {
      queue.push({ transitions, resolve, reject });
      schedule();
    });

  return {
    submitAll,
    async submit(transition) {
      const [outcome] = await submitAll([transition]);
      if (outcome === undefined) throw new Error("broken invariant: every transition has an outcome");
      return outcome;
    },
    wake: schedule,
    get isIdle() {
      return !isScheduled && !isRunning && queue.length === 0;
    },
    onIdle(listener) {
      idleListeners.add(listener);
    },
  };
}

async function commitBatch(hooks: CommitterHooks, batch: readonly Pending[]): Promise<void> {
  const transitions = batch.flatMap((pending) => pending.transitions);
  const now = hooks.now();
  let result: CommitResult;
  try {
    result = await hooks.storage.commit({ transitions, now, lease: hooks.leaseFor(transitions, now) });
  } catch (error) {
    for (const pending of batch) pending.reject(error);
    return;
  }
  hooks.accept(result);
  hooks.committed(transitions, result.outcomes);
  let offset = 0;
  for (const pending of batch) {
    pending.resolve(result.outcomes.slice(offset, offset + pending.transitions.length));
    offset += pending.transitions.length;
  }
}
