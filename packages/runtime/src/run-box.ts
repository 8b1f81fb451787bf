// Runs in hand: a cache of active runs and a mailbox each, so that answers, checkpoints, resumes,
// cancellations and timeouts of one run are decided one after another on a state that is never stale.
// Across processes the run's version decides (design: optimistic concurrency).
import { advance, type Decision, type Guard, isEnded, type Run, type RunEvent, type RunState } from "@stepwright/engine";
import type { RunId } from "@stepwright/protocol";
import type { Storage, TransitionOutcome } from "@stepwright/storage";
import { LRUCache } from "lru-cache";
import type { Committer } from "./committer.ts";
import { cachedRunsMax, cachedStateMax, redecideMax } from "./limits.ts";

/** What became of a decision. */
export type Decided =
  | { readonly kind: "committed"; readonly run: Run }
  /** Committed, and no run was decided about. */
  | { readonly kind: "done" }
  /** The queue item that asked is ours no longer, or a pause was closed meanwhile: nothing was changed. */
  | { readonly kind: "leaseLost" }
  /** There is no such run, it has ended, or the decision found nothing to do. */
  | { readonly kind: "nothing" }
  /** The store refused it; the item that asked should be set aside. */
  | { readonly kind: "refused"; readonly error: Error };

/** Decisions about runs, in order per run. */
export interface RunBox {
  /** Decides about an unfinished run until a decision is committed or has become pointless. `decide` may be called again on newer state. */
  decide(runId: RunId, decide: (state: RunState) => Promise<Decision | null> | Decision | null): Promise<Decided>;
  /** Reads an unfinished run's state in its turn; null when it has ended or never was. */
  read<T>(runId: RunId, read: (state: RunState) => T): Promise<T | null>;
  readonly isIdle: boolean;
}

/** Makes the box. `loadEvents` renders a run's triggering events. */
export function createRunBox(options: {
  readonly storage: Storage;
  readonly committer: Committer;
  /** Waits before a write that the disk refused is tried again; throws once the runtime has stopped. */
  readonly beforeRetry: (error: unknown) => Promise<void>;
  readonly loadEvents: (loaded: NonNullable<Awaited<ReturnType<Storage["runs"]["load"]>>>) => Promise<readonly RunEvent[]>;
}): RunBox {
  const cache = new LRUCache<RunId, RunState>({
    max: cachedRunsMax,
    maxSize: cachedStateMax,
    sizeCalculation: (state) => 1_000 + state.run.progress.stateLength,
  });
  const turns = new Map<RunId, Promise<unknown>>();

  const inTurn = <T>(runId: RunId, work: () => Promise<T>): Promise<T> => {
    const before = turns.get(runId);
    const mine = before === undefined ? work() : before.then(work, work);
    turns.set(runId, mine);
    const leave = () => {
      if (turns.get(runId) === mine) turns.delete(runId);
    };
    mine.then(leave, leave);
    return mine;
  };

  const load = async (runId: RunId): Promise<RunState | null> => {
    const cached = cache.get(runId);
    if (cached !== undefined) return cached;
    const loaded = await options.storage.runs.load(runId);
    if (loaded === null || isEnded(loaded.run.status)) return null;
    const state: RunState = {
      run: loaded.run,
      events: await options.loadEvents(loaded),
      steps: new Map(loaded.steps.map((step) => [step.id, step])),
      stack: loaded.steps.map((step) => step.id),
      open: new Set(loaded.openSteps),
    };
    cache.set(runId, state);
    return state;
  };

  // What an app has answered must not be asked for again because the disk was full for a while.
  const submitUntilWritten = async (decision: Decision): Promise<TransitionOutcome> => {
    for (;;) {
      try {
        return await options.committer.submit(decision.transition);
      } catch (error) {
        await options.beforeRetry(error);
      }
    }
  };

  const settle = (runId: RunId, state: RunState, decision: Decision, outcome: TransitionOutcome): Decided | null => {
    switch (outcome.kind) {
      case "committed":
        advance(state, decision);
        if (isEnded(state.run.status)) cache.delete(runId);
        else cache.set(runId, state);
        return { kind: "committed", run: state.run };
      case "failed":
        cache.delete(runId);
        return { kind: "refused", error: outcome.error };
      case "rejected":
        if (isForGood(outcome.guard.kind)) return { kind: "leaseLost" };
        // Somebody else changed the run, or what the decision relied on: read again and decide again.
        cache.delete(runId);
        return null;
    }
  };

  return {
    decide: (runId, decide) =>
      inTurn(runId, async () => {
        for (let round = 0; round < redecideMax; round += 1) {
          const state = await load(runId);
          if (state === null) return { kind: "nothing" };
          const decision = await decide(state);
          if (decision === null) return { kind: "nothing" };
          const outcome = await submitUntilWritten(decision);
          const settled = settle(runId, state, decision, outcome);
          if (settled !== null) return settled;
        }
        return { kind: "refused", error: new Error(`run ${runId} changed under ${redecideMax} decisions in a row`) };
      }),
    read: (runId, read) =>
      inTurn(runId, async () => {
        const state = await load(runId);
        return state === null ? null : read(state);
      }),
    get isIdle() {
      return turns.size === 0;
    },
  };
}

/** Deciding again would not help: somebody else has the work, or what came first has won. */
function isForGood(guard: Guard["kind"]): boolean {
  return guard === "lease" || guard === "pauseOpen" || guard === "itemAbsent";
}
