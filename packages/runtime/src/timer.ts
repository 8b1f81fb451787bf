// One timer for everything that is due later: it always waits for the earliest lane.
import type { Millis } from "@stepwright/protocol";
import type { Clock } from "./ports.ts";

/** The timer. */
export interface Timer {
  /** Looks again at when the next work is due; cheap, called whenever nothing is left to commit. */
  update(): void;
  stop(): void;
}

/** Makes the timer: `onDue` is called when the time that `nextAt` gives has come. */
export function createTimer(options: {
  readonly clock: Clock;
  readonly nextAt: () => Millis | null;
  readonly onDue: () => void;
}): Timer {
  let waitingFor: Millis | null = null;
  let abort: AbortController | null = null;
  let isStopped = false;

  const update = () => {
    const next = isStopped ? null : options.nextAt();
    if (next === waitingFor) return;
    abort?.abort();
    abort = null;
    waitingFor = next;
    if (next !== null) void wait(next);
  };

  const wait = async (at: Millis) => {
    const controller = new AbortController();
    abort = controller;
    await options.clock.sleepUntil(at, controller.signal);
    if (controller.signal.aborted) return;
    waitingFor = null;
    abort = null;
    options.onDue();
  };

  return {
    update,
    stop() {
      isStopped = true;
      update();
    },
  };
}
