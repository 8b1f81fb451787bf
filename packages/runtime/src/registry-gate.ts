// Changes of apps and functions, one after another, with room between them for those who only rely on what is registered.

/** The way to a change of the registry. */
export interface RegistryGate {
  /** Works when every earlier change is over and nobody holds the gate. */
  change<T>(work: () => Promise<T>): Promise<T>;
  /** Lets no further change begin until the returned function is called. */
  hold(): () => void;
  /**
   * A change was refused that the store may have kept all the same, or could not be read again: what memory knows is not what a
   * start would find.
   */
  isUnsure: boolean;
}

/** How often somebody is turned down because the registry changed before changes have to wait. */
export const patienceRounds = 3;

/**
 * Makes the gate.
 *
 * A change holds only for the registry that it was decided on, and so does the match of an event. When a hundred apps
 * register at once, all but one would be turned down in every round, and events would lose against each of them.
 */
export function createRegistryGate(): RegistryGate {
  const waiting: (() => void)[] = [];
  let isTaken = false;
  let holders = 0;
  const next = (): void => {
    if (isTaken || holders > 0) return;
    const enter = waiting.shift();
    if (enter === undefined) return;
    isTaken = true;
    enter();
  };
  return {
    isUnsure: false,
    async change(work) {
      if (isTaken || holders > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      isTaken = true;
      try {
        return await work();
      } finally {
        isTaken = false;
        next();
      }
    },
    hold() {
      holders += 1;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        holders -= 1;
        next();
      };
    },
  };
}
