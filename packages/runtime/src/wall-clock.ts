// The wall implementation of the clock and of chance: the only place where the process asks for the time.
import { randomFillSync } from "node:crypto";
import { type Millis, millis } from "@stepwright/protocol";
import { monotonicFactory } from "ulid";
import type { Clock, Random } from "./ports.ts";

/**
 * The longest a timer runs before the clock is looked at again. Timers do not count while a machine sleeps, and
 * know nothing of a clock that is set: what has become due meanwhile must not wait for the rest of its old time.
 */
const timerMaxMs = 60_000;

/** The clock on the wall. */
export function createWallClock(): Clock {
  return { now, wallNow: now, sleepUntil, sleep };
}

function now(): Millis {
  return millis(Date.now());
}

async function sleepUntil(at: Millis, signal: AbortSignal): Promise<void> {
  // Timers may fire a millisecond early: look again rather than wake too soon.
  for (let left = at - Date.now(); left > 0 && !signal.aborted; left = at - Date.now()) {
    await timer(Math.min(left, timerMaxMs), signal);
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= timerMaxMs) await timer(Math.min(left, timerMaxMs), signal);
}

function timer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(handle);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const handle = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}

/** Chance from the operating system; ids of one process rise strictly even within a millisecond. */
export function createRandom(): Random {
  const next = monotonicFactory(fraction);
  return { ulid: (at) => next(at), fraction };
}

const pool = new Uint32Array(1024);
let used = pool.length;

function fraction(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const value = pool[used] ?? 0;
  used += 1;
  return value / 2 ** 32;
}
