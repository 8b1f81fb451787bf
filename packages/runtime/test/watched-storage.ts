// The real storage with an ear at its commits, and a disk that the test can fill.
import type { Effect, Transition } from "@stepwright/engine";
import { storageUnavailable } from "@stepwright/protocol";
import type { CommitBatch, CommitResult, Storage } from "@stepwright/storage";

/** The storage and what was heard. */
export interface WatchedStorage extends Storage {
  /** Transitions per commit that had any. */
  readonly commits: readonly number[];
  /** Commits that were refused. */
  readonly refusals: number;
  /** The most items that one commit leased. */
  readonly mostLeased: number;
  /** While full, every commit is refused as the database does it when the disk is full. */
  isFull: boolean;
  /** What `runs.load` throws for a run, by its id. */
  readonly damagedRuns: Map<string, Error>;
  /** Says which transitions cannot be applied, now or ever. */
  isUnfit: (transition: Transition) => boolean;
  /** Called before each commit is handed on; what it returns is waited for. */
  beforeCommit: (batch: CommitBatch) => Promise<void>;
}

/** Listens to a storage. */
export function watchStorage(storage: Storage): WatchedStorage {
  const commits: number[] = [];
  const damagedRuns = new Map<string, Error>();
  const seen = { refusals: 0, mostLeased: 0 };
  return {
    ...storage,
    commits,
    damagedRuns,
    isFull: false,
    isUnfit: () => false,
    beforeCommit: () => Promise.resolve(),
    get refusals() {
      return seen.refusals;
    },
    get mostLeased() {
      return seen.mostLeased;
    },
    async commit(batch): Promise<CommitResult> {
      await this.beforeCommit(batch);
      if (this.isFull) {
        seen.refusals += 1;
        throw storageUnavailable({ reason: "database or disk is full" });
      }
      if (batch.transitions.length > 0) commits.push(batch.transitions.length);
      const transitions = batch.transitions.map((one) => (this.isUnfit(one) ? unfit(one) : one));
      const result = await storage.commit({ ...batch, transitions });
      seen.mostLeased = Math.max(seen.mostLeased, result.leased.length);
      return result;
    },
    runs: {
      ...storage.runs,
      async load(runId) {
        const damage = damagedRuns.get(runId);
        if (damage !== undefined) throw damage;
        return storage.runs.load(runId);
      },
    },
  };
}

/** The transition with an effect that nobody can apply. */
function unfit(transition: Transition): Transition {
  const broken = {
    get kind(): "dequeue" {
      throw new Error("it cannot be applied");
    },
  } as Effect;
  return { ...transition, effects: [...transition.effects, broken] };
}
