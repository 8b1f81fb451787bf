// Waiting until nothing is left to do. Nobody is asked again and again: whoever may have been the last to finish says so.

/** Waits for the runtime to have nothing to do. */
export interface Idleness {
  /** Looks again; called wherever something has come to its end. */
  check(): void;
  /** Resolves when there is nothing to do. */
  wait(): Promise<void>;
}

/** Makes the wait. `isIdle` is asked at each check while somebody waits. */
export function createIdleness(isIdle: () => boolean): Idleness {
  let waiting: (() => void)[] = [];
  const check = () => {
    if (waiting.length === 0 || !isIdle()) return;
    const all = waiting;
    waiting = [];
    for (const resolve of all) resolve();
  };
  return {
    check,
    wait: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        // Not at once: what the caller has just set off may not have reached a queue yet.
        setImmediate(check);
      }),
  };
}
