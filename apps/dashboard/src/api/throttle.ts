// Keeps work that is asked for in bursts at a bearable pace.

/** Runs work at once, then at most once per interval, and once more at the end if it was asked for meanwhile. */
export interface Throttle {
  run(work: () => void): void;
  /** Forgets what is waiting. */
  stop(): void;
}

/** Makes a throttle. */
export function createThrottle(intervalMs: number): Throttle {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let waiting: (() => void) | null = null;

  function rest(): void {
    timer = setTimeout(() => {
      timer = null;
      const work = waiting;
      waiting = null;
      if (work === null) return;
      rest();
      work();
    }, intervalMs);
  }

  return {
    run(work) {
      if (timer !== null) {
        waiting = work;
        return;
      }
      rest();
      work();
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      waiting = null;
    },
  };
}
