// A clock that stands still until the test moves it. Unlike the one of packages/testing, which is for users and knows this
// package, it may go back, and a test may wait until somebody sleeps.
import { type Millis, millis } from "@stepwright/protocol";
import type { Clock } from "../src/index.ts";

/** The clock, in the hands of the test. */
export interface ManualClock extends Clock {
  /** Moves time by this much, forwards or backwards, and wakes everybody whose time has come. */
  move(byMs: number): void;
  /** How many sleep. */
  readonly sleepers: number;
  /** When the first of them wakes; null when nobody sleeps. */
  readonly nextWakeAt: number | null;
  /** Resolves when somebody sleeps until a time at or after `at`; at once if somebody does already. */
  asleepUntil(at: number): Promise<void>;
}

interface Sleeper {
  readonly at: Millis;
  readonly wake: () => void;
}

/** Makes a clock that stands at this time. */
export function createManualClock(start = Date.UTC(2026, 0, 15, 12)): ManualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  let watchers: { readonly at: number; readonly resolve: () => void }[] = [];

  const isAsleepUntil = (at: number) => [...sleepers].some((sleeper) => sleeper.at >= at);

  const sleepUntil = (at: Millis, signal: AbortSignal): Promise<void> => {
    if (at <= now || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at,
        wake() {
          sleepers.delete(sleeper);
          signal.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal.addEventListener("abort", sleeper.wake);
      for (const watcher of watchers) if (isAsleepUntil(watcher.at)) watcher.resolve();
      watchers = watchers.filter((watcher) => !isAsleepUntil(watcher.at));
    });
  };

  return {
    now: () => millis(now),
    wallNow: () => millis(Date.now()),
    sleepUntil,
    sleep: (ms, signal) => sleepUntil(millis(now + ms), signal),
    move(byMs) {
      now += byMs;
      for (const sleeper of [...sleepers].toSorted((a, b) => a.at - b.at)) if (sleeper.at <= now) sleeper.wake();
    },
    get sleepers() {
      return sleepers.size;
    },
    get nextWakeAt() {
      const times = [...sleepers].map((sleeper) => sleeper.at);
      return times.length === 0 ? null : Math.min(...times);
    },
    asleepUntil: (at) =>
      isAsleepUntil(at) ? Promise.resolve() : new Promise((resolve) => watchers.push({ at, resolve })),
  };
}
