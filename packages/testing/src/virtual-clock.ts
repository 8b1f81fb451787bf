// A clock that stands still until it is moved. Whoever sleeps on it is woken by moving it, so a week passes in no time.
import { millis, type Millis } from "@stepwright/protocol";
import { createWallClock, type Clock } from "@stepwright/runtime";

/** The runtime's clock port, with time in the hands of its owner. */
export interface VirtualClock extends Clock {
  /**
   * Makes it `at` and wakes everybody whose time has come by then, earliest first.
   *
   * Throws for a time before `now()`: timers that have fired cannot be taken back.
   */
  moveTo(at: Millis): void;
  /** When the first sleeper wakes; null when nobody sleeps. */
  nextWakeAt(): Millis | null;
}

/** Where a virtual clock begins. */
export interface VirtualClockOptions {
  /** Milliseconds since 1970, or a date; default is the time of the real world. */
  readonly start?: number | Date;
}

interface Sleeper {
  readonly at: Millis;
  readonly wake: () => void;
}

/** Makes a clock that stands at `start`. */
export function createVirtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const wall = createWallClock();
  const sleepers = new Set<Sleeper>();
  let now = options.start === undefined ? wall.now() : millis(Number(options.start));
  if (!Number.isSafeInteger(now))
    throw new RangeError(`the clock cannot start at ${String(options.start)}; give a date or whole milliseconds`);

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
    });
  };

  return {
    now: () => now,
    wallNow: wall.wallNow,
    sleepUntil,
    sleep: (ms, signal) => sleepUntil(millis(now + ms), signal),
    moveTo(at) {
      if (at < now) throw new RangeError(`the clock stands at ${isoTime(now)} and cannot go back to ${isoTime(at)}`);
      now = at;
      const due = [...sleepers].filter((sleeper) => sleeper.at <= now);
      for (const sleeper of due.toSorted((one, other) => one.at - other.at)) sleeper.wake();
    },
    nextWakeAt() {
      let next: Millis | null = null;
      for (const { at } of sleepers) if (next === null || at < next) next = at;
      return next;
    },
  };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
