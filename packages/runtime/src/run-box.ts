// Runs in hand: a cache of active runs and a mailbox each, so that answers, checkpoints, resumes,
// cancellations and timeouts of one run are decided one after another, each on the run as it is once those before are stored.
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
import { createMailboxes, type Mailbox } from "./mailbox.ts";
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
  /** Called with each decision that was committed. */
  readonly onDecided: (decision: Decision) => void;
}

/** A run in hand. */
interface HeldRun {
  /** As it is when everything that was submitted is committed. */
  readonly state: RunState;
  /** Something that it rests on was not committed: nobody decides on it any more. */
  isStale: boolean;
}

/** A decision on its way to the disk. */
interface Submitted {
  readonly held: HeldRun;
  readonly decision: Decision;
  /** Told when the outcome is known. */
  readonly settle: () => void;
  readonly outcome: Promise<TransitionOutcome>;
}

/** What a decision relied on is not so. `isBehind` says that it was made behind one that was not committed. */
interface DecideAgain {
  readonly kind: "again";
  readonly isBehind: boolean;
}

/** Makes the box. */
export function createRunBox(hooks: RunBoxHooks): RunBox {
  const cache = new LRUCache<RunId, HeldRun>({
    max: cachedRunsMax,
    maxSize: cachedStateMax,
    sizeCalculation: ({ state }) => 1_000 + state.run.progress.stateLength,
  });
  const mailboxes = createMailboxes<RunId>(hooks.onIdle);

  const hold = (state: RunState): HeldRun => {
    const held = { state, isStale: false };
    cache.set(state.run.id, held);
    return held;
  };
  const drop = (held: HeldRun): void => {
    held.isStale = true;
    const { id } = held.state.run;
    if (cache.peek(id) === held) cache.delete(id);
  };

  const load = async (runId: RunId): Promise<HeldRun | null> => {
    const cached = cache.get(runId);
    if (cached !== undefined) return cached;
    const loaded = await hooks.storage.runs.load(runId);
    if (loaded === null || isEnded(loaded.run.status)) return null;
    refuseDamage(loaded);
    return hold({
      run: loaded.run,
      events: await hooks.loadEvents(loaded),
      steps: new Map(loaded.steps.map((step) => [step.id, step])),
      stack: loaded.steps.map((step) => step.id),
      open: new Set(loaded.openSteps),
      setAsideDiscovery: loaded.isDiscoverySetAside ? (loaded.run.progress.discovery?.itemId ?? null) : null,
    });
  };

  /** Decides on the state as it will be, and goes on from there. Null when there is nothing to do. */
  const decideAndSubmit = async (
    o: { readonly runId: RunId; readonly decide: Decide; readonly submit: Committer["submit"] },
    mailbox: Mailbox,
  ): Promise<Submitted | null> => {
    const held = await load(o.runId);
    if (held === null || isEnded(held.state.run.status)) return null;
    const decision = await o.decide(held.state);
    if (decision === null) return null;
    const settle = mailbox.submitted();
    const outcome = o.submit(decision.transition);
    advance(held.state, decision);
    // Its size has changed. What became stale meanwhile is turned down, and must not be decided on again.
    if (!held.isStale) cache.set(o.runId, held);
    return { held, decision, settle, outcome };
  };

  const settled = async ({ held, decision, settle, outcome }: Submitted): Promise<Decided | DecideAgain> => {
    try {
      const known = await outcome;
      if (known.kind === "committed") {
        hooks.onDecided(decision);
        if (isEnded(decision.run.status)) drop(held);
        return { kind: "committed", run: decision.run };
      }
      const isBehind = held.isStale;
      drop(held);
      if (known.kind === "failed") return { kind: "refused", error: known.error };
      // Otherwise somebody else changed the run, or what the decision relied on: read again and decide again.
      return isForGood(known.guard.kind) ? { kind: "leaseLost" } : { kind: "again", isBehind };
    } catch (error) {
      drop(held);
      throw error;
    } finally {
      settle();
    }
  };

  const changedTooOften = (runId: RunId): Decided => ({
    kind: "refused",
    error: new Error(`run ${runId} changed under ${redecideMax} decisions in a row`),
  });

  /**
   * Decides without waiting for what others have submitted. The version that a transition names holds it together: when an
   * earlier one is not committed, the later ones are turned down and decided anew.
   */
  const decideInLine = async (runId: RunId, decide: Decide, mailbox: Mailbox): Promise<Decided> => {
    const asked = { runId, decide, submit: hooks.committer.submitUntilWritten };
    for (let round = 0; round < redecideMax;) {
      const submitted = await mailbox.inTurn(async () => {
        const wasSettled = mailbox.isSettled;
        const first = await decideAndSubmit(asked, mailbox);
        if (first !== null || wasSettled) return first;
        // That there is nothing to do may rest on what will not be committed.
        await mailbox.settled();
        return decideAndSubmit(asked, mailbox);
      });
      if (submitted === null) return { kind: "nothing" };
      const decided = await settled(submitted);
      if (decided.kind !== "again") return decided;
      // Each round behind somebody ends with one the less before us.
      if (!decided.isBehind) round += 1;
    }
    return changedTooOften(runId);
  };

  const decideUntilWritten = async (runId: RunId, decide: Decide, mailbox: Mailbox): Promise<Decided> => {
    for (;;) {
      try {
        return await decideInLine(runId, decide, mailbox);
      } catch (error) {
        if (!isStorageTrouble(error)) throw error;
        await hooks.rest();
        if (hooks.signal.aborted) throw error;
      }
    }
  };

  /** Works on what is committed, and lets nobody else decide before it is done. */
  const alone = <T>(runId: RunId, work: (mailbox: Mailbox) => Promise<T>): Promise<T> =>
    mailboxes.at(runId, (mailbox) =>
      mailbox.inTurn(async () => {
        await mailbox.settled();
        return work(mailbox);
      }),
    );

  const decideAlone = async (runId: RunId, decide: Decide, mailbox: Mailbox): Promise<Decided> => {
    for (let round = 0; round < redecideMax; round += 1) {
      const submitted = await decideAndSubmit({ runId, decide, submit: hooks.committer.submit }, mailbox);
      if (submitted === null) return { kind: "nothing" };
      const decided = await settled(submitted);
      if (decided.kind !== "again") return decided;
    }
    return changedTooOften(runId);
  };

  return {
    decide: (runId, decide) => mailboxes.at(runId, (mailbox) => decideUntilWritten(runId, decide, mailbox)),
    decideOnce: (runId, decide, onCommitted) =>
      alone(runId, async (mailbox) => {
        const decided = await decideAlone(runId, decide, mailbox);
        if (decided.kind === "committed") onCommitted?.();
        return decided;
      }),
    prime(run, events) {
      hold({ run, events, steps: new Map(), stack: [], open: new Set(), setAsideDiscovery: null });
    },
    read: (runId, read) =>
      alone(runId, async () => {
        const held = await load(runId);
        return held === null ? null : read(held.state);
      }),
    // Somebody may have read it between what went wrong and this turn.
    change: (runId, write) =>
      alone(runId, () =>
        write().finally(() => {
          const held = cache.peek(runId);
          if (held !== undefined) drop(held);
        }),
      ),
    get isIdle() {
      return mailboxes.size === 0;
    },
    get mailboxes() {
      return mailboxes.size;
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
