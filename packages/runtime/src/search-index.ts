// Keeps the index of what is searched up to date, behind the commits and never in their way: a piece at a time, with pauses that
// leave the rest of the server its time. Nothing is polled: commits wake it.
import { indexDelayMs, indexPauseBusyMs, indexPauseMs, indexWeightMax } from "./limits.ts";
import type { Shell } from "./shell.ts";

/** The work on the index. */
export interface SearchIndexing {
  /** Takes up what earlier boots have left to do. */
  start(): void;
  stop(): void;
  /** Something was committed. */
  wake(): void;
  /** Resolves when all that was committed is indexed. For tests. */
  whenCurrent(): Promise<void>;
}

/** Makes it. Where the settings say so it does nothing, and searches read what there is one by one. */
export function createSearchIndexing(
  { ports, settings, log }: Shell,
  { isBusy }: { readonly isBusy: () => boolean },
): SearchIndexing {
  const { clock, storage } = ports;
  const end = new AbortController();
  /** Committed since the index was last found to be current. */
  let isStale = true;
  let isFailing = false;
  let wakeUp: (() => void) | null = null;
  let waiting: (() => void)[] = [];

  const sleep = (ms: number) => clock.sleep(ms, end.signal);
  const woken = () =>
    new Promise<void>((resolve) => {
      wakeUp = resolve;
    });

  const catchUp = async () => {
    for (;;) {
      const { isCurrent } = await storage.search.catchUp({ weightMax: indexWeightMax });
      if (isCurrent || end.signal.aborted) return;
      await sleep(isBusy() ? indexPauseBusyMs : indexPauseMs);
      if (end.signal.aborted) return;
    }
  };

  /** False when the database refused: the next commit that goes through asks for another try. */
  const catchUpQuietly = async (): Promise<boolean> => {
    try {
      await catchUp();
      isFailing = false;
      return true;
    } catch (error) {
      if (!isFailing && !end.signal.aborted)
        log.warn({ err: error }, "the search index could not be brought up to date");
      isFailing = true;
      return false;
    }
  };

  const run = async () => {
    for (;;) {
      // So that a short run has ended when it is looked at, and what comes together is indexed together.
      await sleep(indexDelayMs);
      if (end.signal.aborted) return;
      isStale = false;
      const isCurrent = await catchUpQuietly();
      if (end.signal.aborted) return;
      if (isStale) continue;
      if (isCurrent) {
        for (const resolve of waiting) resolve();
        waiting = [];
      }
      await woken();
      if (end.signal.aborted) return;
    }
  };

  const wake = () => {
    isStale = true;
    wakeUp?.();
    wakeUp = null;
  };

  return {
    start() {
      if (settings.indexesTexts) void run();
    },
    stop() {
      end.abort();
      wake();
    },
    wake,
    whenCurrent: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        wake();
      }),
  };
}
