// Moves the clock of a test engine in the order in which things would really happen:
// from one due time to the next, and on only when everything at that time is done.
import { millis, type Millis } from "@stepwright/protocol";
import { readDuration } from "./read-duration.ts";
import type { Turns } from "./turns.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** The clock of a test engine. It stands still unless it is moved. */
export interface TestClock {
  /** The engine's time, in milliseconds since 1970. */
  now(): number;
  /** The engine's time. */
  date(): Date;
  /**
   * Lets a duration pass: `"2d"`, `"1h30m"`, `"250ms"`, or milliseconds.
   *
   * Every timer within it fires at its own time (sleeps, timeouts, retries, crons, events sent for later), and what it
   * sets off is finished before the next one fires. When this resolves, nothing is left to do at the new time.
   */
  advance(duration: string | number): Promise<void>;
  /** As `advance`, to a point in time: a date, milliseconds since 1970, or a text such as `"2026-11-30T09:00:00Z"`. */
  set(at: string | number | Date): Promise<void>;
  /** Jumps to the next due time and finishes what is due then. Returns that time, or null when there is nothing to wait for. */
  next(): Promise<Date | null>;
  /**
   * Jumps from due time to due time until no run is unfinished and nothing is debounced or batched, or only runs are left that
   * nothing but something from outside can go on with. Throws if one is still going on after `within` (default `"366d"`).
   */
  runUntilIdle(options?: { readonly within?: string | number }): Promise<void>;
  /** Finishes what is due now, without moving the clock. */
  settle(): Promise<void>;
}

/** What moving the clock needs of the engine. */
export interface TestClockOptions {
  readonly clock: VirtualClock;
  readonly turns: Turns;
  /** Resolves when nothing is due and nothing is in flight. */
  readonly settle: () => Promise<void>;
  /** What unfinished runs, and starts that gather events, are doing, a line for each; `isTimed`: its time will come. */
  readonly unfinished: () => Promise<readonly { readonly text: string; readonly isTimed: boolean }[]>;
  readonly jumpsMax: number;
  /** Real milliseconds that `jumpUntil` may take. */
  readonly patienceMs: number;
  readonly onTime: (now: Date) => void;
}

/** The clock, and what the engine itself moves it by. */
export interface ClockMover extends TestClock {
  /** Jumps from timer to timer until `isDone`; it has its turn all the while. */
  jumpUntil(isDone: () => Promise<boolean>): Promise<"done" | "nothingDue" | "tooManyJumps" | "tooSlow">;
}

/** Makes the clock of a test engine. */
export function createTestClock(options: TestClockOptions): ClockMover {
  const { clock, turns, settle, unfinished, jumpsMax, patienceMs, onTime } = options;

  const moveTo = (at: Millis): void => {
    // What people fake by it shows the new time before anybody is woken.
    onTime(new Date(at));
    clock.moveTo(at);
  };

  /** Jumps to the next due time if there is one by `until`. */
  const jump = async (until: Millis): Promise<Millis | null> => {
    await settle();
    const next = clock.nextWakeAt();
    if (next === null || next > until) return null;
    moveTo(next);
    await settle();
    return next;
  };

  const passTo = async (until: Millis): Promise<void> => {
    if (until < clock.now())
      throw new RangeError(
        `the clock stands at ${isoTime(clock.now())} and cannot go back to ${isoTime(until)}: timers that have fired cannot be taken back`,
      );
    while ((await jump(until)) !== null);
    moveTo(until);
    await settle();
  };

  const runUntilIdle = async (within: string | number): Promise<void> => {
    const until = millis(clock.now() + readDuration(within));
    await settle();
    for (let left = await unfinished(); left.some(({ isTimed }) => isTimed); left = await unfinished()) {
      if ((await jump(until)) !== null) continue;
      // What is left is held back by the test, or waits for something from outside.
      if (clock.nextWakeAt() === null) return;
      throw new Error(`after ${String(within)} there are still unfinished runs:\n${linesOf(left)}`);
    }
  };

  return {
    now: () => clock.now(),
    date: () => new Date(clock.now()),
    settle: () => turns.take(settle),
    advance: (duration) => turns.take(() => passTo(millis(clock.now() + readDuration(duration)))),
    set: (at) => turns.take(() => passTo(readTime(at))),
    next: () =>
      turns.take(async () => {
        const at = await jump(endOfTime);
        return at === null ? null : new Date(at);
      }),
    runUntilIdle: ({ within = "366d" } = {}) => turns.take(() => runUntilIdle(within)),
    jumpUntil: (isDone) =>
      turns.take(async () => {
        await settle();
        const startedAt = performance.now();
        for (let jumps = 0; jumps < jumpsMax; jumps += 1) {
          if (await isDone()) return "done";
          if (performance.now() - startedAt > patienceMs) return "tooSlow";
          if ((await jump(endOfTime)) === null) return "nothingDue";
        }
        return (await isDone()) ? "done" : "tooManyJumps";
      }),
  };
}

/** The last moment that a `Date` can show. */
const endOfTime = millis(8.64e15);

/** Reads a point in time as people write it. Throws for what is none. */
export function readTime(at: string | number | Date): Millis {
  const ms = at instanceof Date ? at.getTime() : typeof at === "number" ? at : Date.parse(at);
  if (!Number.isSafeInteger(ms) || Math.abs(ms) > endOfTime)
    throw new RangeError(
      `${JSON.stringify(at)} is no time; give a Date, whole milliseconds since 1970, or a text such as "2026-11-30T09:00:00Z"`,
    );
  return millis(ms);
}

/** Some of what unfinished runs are doing, a line for each. */
export function linesOf(left: readonly { readonly text: string }[]): string {
  const shown = left.slice(0, linesMax).map(({ text }) => `  ${text}`);
  return [...shown, ...(left.length > linesMax ? [`  and ${left.length - linesMax} more`] : [])].join("\n");
}

const linesMax = 20;

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
