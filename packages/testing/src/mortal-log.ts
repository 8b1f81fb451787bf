// The log of an engine that may be killed: what it says after its death is of no use to anybody.
import type { Logger } from "pino";

/** A log that can be ended. */
export interface MortalLog {
  readonly log: Logger;
  /** Nothing is written from now on, neither here nor by its children. */
  end(): void;
}

/** Makes one that writes where `log` does. */
export function createMortalLog(log: Logger): MortalLog {
  const own = log.child({});
  const all: { level: string }[] = [own];
  // Children take this along: each tells of its own.
  own.onChild = (child) => void all.push(child);
  return {
    log: own,
    end() {
      for (const one of all) one.level = "silent";
    },
  };
}
