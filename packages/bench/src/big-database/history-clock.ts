// A clock that its owner sets: history is made in the past, with the ids and times that it would have had then.
import { type Millis, millis } from "@stepwright/protocol";
import type { Clock } from "@stepwright/runtime";

/** The runtime's clock port, moved by hand. */
export interface HistoryClock extends Clock {
  moveTo(at: number): void;
}

/** Makes the clock. Nobody is woken by it: runs that wait or sleep are left at that. */
export function createHistoryClock(start: number): HistoryClock {
  let at: Millis = millis(start);
  const now = (): Millis => at;
  const sleepUntil = (until: Millis, signal: AbortSignal): Promise<void> =>
    until <= at || signal.aborted
      ? Promise.resolve()
      : new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  return {
    now,
    wallNow: now,
    sleepUntil,
    sleep: (ms, signal) => sleepUntil(millis(at + ms), signal),
    moveTo(next) {
      at = millis(next);
    },
  };
}
