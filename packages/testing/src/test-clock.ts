// Moves the clock of a test server in the order in which things would really happen:
// from one due time to the next, and on only when everything at that time is done.
import { millis, parseDuration, type Millis } from "@stepwright/protocol";
import type { VirtualClock } from "./virtual-clock.ts";

/** The clock of a test server. One move at a time: await each before the next. */
export interface TestClock {
  /** The server's time, in milliseconds since 1970. */
  now(): number;
  /**
   * Lets a duration pass: `"2d"`, `"1h30m"`, `"250ms"`, or milliseconds.
   *
   * Every timer within it fires at its own time (sleeps, timeouts, retries, crons, events sent for later), and what it
   * sets off is finished before the next one fires. When this resolves, nothing is left to do at the new time.
   */
  advance(duration: string | number): Promise<void>;
  /** As `advance`, to a point in time. */
  advanceTo(at: number | Date): Promise<void>;
  /** Jumps to the next due time and finishes what is due then. Returns that time, or null when there is nothing to wait for. */
  advanceToNext(): Promise<number | null>;
  /** Jumps from due time to due time until no run is unfinished. Throws if one still is after `within` (default `"366d"`). */
  runUntilIdle(options?: { readonly within?: string | number }): Promise<void>;
  /** Finishes what is due now, without moving the clock. */
  settle(): Promise<void>;
}

/** What moving the clock needs of the server. */
export interface TestClockOptions {
  readonly clock: VirtualClock;
  /** Resolves when nothing is due and nothing is in flight. */
  readonly settle: () => Promise<void>;
  /** Ids of runs that have not ended; a few are enough. */
  readonly unfinishedRuns: () => Promise<readonly string[]>;
}

/** Makes the clock of a test server. */
export function createTestClock({ clock, settle, unfinishedRuns }: TestClockOptions): TestClock {
  let isMoving = false;

  const alone = async <T>(move: () => Promise<T>): Promise<T> => {
    if (isMoving) throw new Error("the clock is being moved already; await that before moving it again");
    isMoving = true;
    try {
      return await move();
    } finally {
      isMoving = false;
    }
  };

  /** Jumps to the next due time if there is one by `until`. */
  const jump = async (until: Millis): Promise<Millis | null> => {
    await settle();
    const next = clock.nextWakeAt();
    if (next === null || next > until) return null;
    clock.moveTo(next);
    await settle();
    return next;
  };

  const passTo = async (until: Millis): Promise<void> => {
    if (until < clock.now()) throw new RangeError("the clock cannot go back");
    while ((await jump(until)) !== null);
    clock.moveTo(until);
    await settle();
  };

  return {
    now: () => clock.now(),
    settle,
    advance: (duration) => alone(() => passTo(millis(clock.now() + durationMs(duration)))),
    advanceTo: (at) => alone(() => passTo(millis(Number(at)))),
    advanceToNext: () => alone(() => jump(millis(Number.MAX_SAFE_INTEGER))),
    runUntilIdle: ({ within = "366d" } = {}) =>
      alone(async () => {
        const until = millis(clock.now() + durationMs(within));
        await settle();
        for (let left = await unfinishedRuns(); left.length > 0; left = await unfinishedRuns()) {
          if ((await jump(until)) === null) {
            throw new Error(
              `after ${String(within)} ${left.length} or more runs are still unfinished, such as ${left.join(", ")}`,
            );
          }
        }
      }),
  };
}

function durationMs(duration: string | number): number {
  const ms = typeof duration === "number" ? duration : parseDuration(duration.replaceAll(" ", ""));
  if (ms === null || !(ms >= 0)) {
    throw new RangeError(
      `${JSON.stringify(duration)} is no duration; give one such as "2d", "1h30m" or "250ms", or milliseconds`,
    );
  }
  return Math.ceil(ms);
}
