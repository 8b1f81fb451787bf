// Runs in hand: a cache of active runs and a mailbox each, so that answers, checkpoints, resumes,
// cancellations and timeouts of one run are decided one after another on a state that is never stale.
// Across processes the run's version decides (design: optimistic concurrency).
import {
  advance,
  type Decision,
  type Guard,
  isEnded,
  type Run,
  type RunEvent,
  type RunState,
} from "@stepwright/engine";
import { type RunId, tryParseJson } from "@stepwright/protocol";
import type { LoadedRun, Storage, TransitionOutcome } from "@stepwright/storage";
import { LRUCache } from "lru-cache";
import type { Committer } from "./committer.ts";
import { cachedRunsMax, cachedStateMax, redecideMax } from "./limits.ts";
import { isStorageTrouble } from "./storage-trouble.ts";

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

/** Makes a decision on a run's state; null when there is nothing to do. May be called again on newer state. */
export type Decide = (state: RunState) => Promise<Decision | null> | Decision | null;

/** Decisions about runs, in order per run. */
export interface RunBox {
  /**
   * Decides about an unfinished run until a decision is committed or has become pointless.
   *
   * What the database refuses is tried again for as long as the runtime lives: an app that has answered must not
   * be asked again because the disk was full for a while. Rejects when `decide` throws, or the runtime stops first.
   */
  decide(runId: RunId, decide: Decide): Promise<Decided>;
  /**
   * As `decide`, for callers that wait for an answer: rejects with STORAGE_UNAVAILABLE at once when the database
   * refuses the write. `onCommitted` is called before anybody else's turn with the run.
   */
  decideOnce(runId: RunId, decide: Decide, onCommitted?: () => void): Promise<Decided>;
  /** Takes in a run that was just made, so that it need not be read. Called before anybody can ask for it. */
  prime(run: Run, events: readonly RunEvent[]): void;
  /** Reads an unfinished run's state in its turn; null when it has ended or never was. */
  read<T>(runId: RunId, read: (state: RunState) => T): Promise<T | null>;
  /** Changes a run's rows without a decision, in its turn; whoever decides next reads them anew. */
  change<T>(runId: RunId, write: () => Promise<T>): Promise<T>;
  readonly isIdle: boolean;
  /** Runs with somebody at their mailbox. */
  readonly mailboxes: number;
  readonly cachedRuns: number;
}

/** What the box needs of its surroundings. */
export interface RunBoxHooks {
  readonly storage: Storage;
  readonly committer: Committer;
  /** Renders a run's triggering events. */
  readonly loadEvents: (loaded: LoadedRun) => Promise<readonly RunEvent[]>;
  /** Waits before something is asked of a database in trouble again. */
  readonly rest: () => Promise<void>;
  /** Aborted when the runtime stops for good. */
  readonly signal: AbortSignal;
  /** Called when nobody has a turn with any run. */
  readonly onIdle: () => void;
}

/** Makes the box. */
export function createRunBox(hooks: RunBoxHooks): RunBox {
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
      if (turns.get(runId) !== mine) return;
      turns.delete(runId);
      if (turns.size === 0) hooks.onIdle();
    };
    mine.then(leave, leave);
    return mine;
  };

  const load = async (runId: RunId): Promise<RunState | null> => {
    const cached = cache.get(runId);
    if (cached !== undefined) return cached;
    const loaded = await hooks.storage.runs.load(runId);
    if (loaded === null || isEnded(loaded.run.status)) return null;
    refuseDamage(loaded);
    const state: RunState = {
      run: loaded.run,
      events: await hooks.loadEvents(loaded),
      steps: new Map(loaded.steps.map((step) => [step.id, step])),
      stack: loaded.steps.map((step) => step.id),
      open: new Set(loaded.openSteps),
      setAsideDiscovery: loaded.isDiscoverySetAside ? (loaded.run.progress.discovery?.itemId ?? null) : null,
    };
    cache.set(runId, state);
    return state;
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

  const decideInTurn = async (runId: RunId, decide: Decide, submit: Committer["submit"]): Promise<Decided> => {
    for (let round = 0; round < redecideMax; round += 1) {
      const state = await load(runId);
      if (state === null) return { kind: "nothing" };
      const decision = await decide(state);
      if (decision === null) return { kind: "nothing" };
      const settled = settle(runId, state, decision, await submit(decision.transition));
      if (settled !== null) return settled;
    }
    return { kind: "refused", error: new Error(`run ${runId} changed under ${redecideMax} decisions in a row`) };
  };

  const decideUntilWritten = async (runId: RunId, decide: Decide): Promise<Decided> => {
    for (;;) {
      try {
        return await decideInTurn(runId, decide, hooks.committer.submitUntilWritten);
      } catch (error) {
        if (!isStorageTrouble(error)) throw error;
        await hooks.rest();
        if (hooks.signal.aborted) throw error;
      }
    }
  };

  return {
    decide: (runId, decide) => inTurn(runId, () => decideUntilWritten(runId, decide)),
    decideOnce: (runId, decide, onCommitted) =>
      inTurn(runId, async () => {
        const decided = await decideInTurn(runId, decide, hooks.committer.submit);
        if (decided.kind === "committed") onCommitted?.();
        return decided;
      }),
    prime(run, events) {
      cache.set(run.id, { run, events, steps: new Map(), stack: [], open: new Set(), setAsideDiscovery: null });
    },
    read: (runId, read) =>
      inTurn(runId, async () => {
        const state = await load(runId);
        return state === null ? null : read(state);
      }),
    // Somebody may have read it between what went wrong and this turn.
    change: (runId, write) => inTurn(runId, () => write().finally(() => cache.delete(runId))),
    get isIdle() {
      return turns.size === 0;
    },
    get mailboxes() {
      return turns.size;
    },
    get cachedRuns() {
      return cache.size;
    },
  };
}

/**
 * Throws when a result is no JSON. Results are put into requests as they are, so the app would get a body that it cannot
 * read, and fail the run with an error that says nothing. Once per run that is taken in hand: 2 ms for each megabyte.
 */
function refuseDamage({ run, steps }: LoadedRun): void {
  const damaged = steps.find((step) => tryParseJson(step.memo) === undefined);
  if (damaged !== undefined)
    throw new Error(`the result of step ${damaged.id} of run ${run.id} is damaged: it is no JSON`);
}

/** Deciding again would not help: somebody else has the work, or what came first has won. */
function isForGood(guard: Guard["kind"]): boolean {
  return guard === "lease" || guard === "pauseOpen" || guard === "itemAbsent";
}
