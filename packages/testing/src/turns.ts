// One thing at a time: whoever moves the clock, or waits for the engine to come to rest, has it for himself.
import { AsyncLocalStorage } from "node:async_hooks";
import { refuseFakeTimers } from "./fake-timers.ts";

/** The turns. */
export interface Turns {
  /** Does the work when those before are done. Throws inside of a function that the engine is calling: that would never end. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Does this at the end of each turn, however it ended. */
  afterEach(after: () => Promise<void>): void;
  /** Runs what the engine calls. */
  asApp<T>(call: () => T): T;
  /** Whether this is code that the engine has called. */
  readonly isApp: boolean;
  /** From now on nobody gets a turn, and whoever has one or waits for one is told so. */
  end(reasons: { readonly before: string; readonly after: string }): void;
}

/** Makes the turns. */
export function createTurns(): Turns {
  const inApp = new AsyncLocalStorage<true>();
  let last: Promise<unknown> = Promise.resolve();
  let ended: string | null = null;
  let after = async (): Promise<void> => undefined;
  const end = Promise.withResolvers<never>();
  // Nobody may be waiting.
  end.promise.catch(() => undefined);

  const withRest = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      if (ended === null) await after();
    }
  };

  const take = async <T>(work: () => Promise<T>): Promise<T> => {
    if (inApp.getStore() === true)
      throw new Error(
        "a function cannot wait for the engine that is calling it, nor move its clock; do that in the test, outside of the function",
      );
    if (ended !== null) throw new Error(ended);
    refuseFakeTimers();
    const before = last;
    const turn = Promise.withResolvers<void>();
    last = turn.promise;
    try {
      await Promise.race([before, end.promise]);
      return await Promise.race([withRest(work), end.promise]);
    } finally {
      turn.resolve();
    }
  };

  return {
    take,
    afterEach(work) {
      after = work;
    },
    asApp: (call) => inApp.run(true, call),
    get isApp() {
      return inApp.getStore() === true;
    },
    end({ before, after }) {
      ended = after;
      end.reject(new Error(before));
    },
  };
}
