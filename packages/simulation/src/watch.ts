// The checkers of a world at their posts: each hears of everything, and the first to find something wrong ends it.
import { createCheckers, type Finding } from "./checkers/all.ts";
import type { CheckSurroundings } from "./checkers/surroundings.ts";
import type { Checker } from "./witness.ts";

/** The watch. */
export interface Watch {
  /** Tells all checkers of something, until one finds fault. */
  tell(what: (checker: Checker) => void): void;
  /** What the world itself finds wrong. */
  find(finding: Finding): void;
  /** The first thing that was wrong. */
  readonly finding: Finding | null;
}

/** Posts the checkers. */
export function createWatch(
  surroundings: CheckSurroundings & { readonly callsPerAppMax: number },
  say: (line: string) => void,
): Watch {
  let first: Finding | null = null;
  const find = (finding: Finding) => {
    if (first !== null) return;
    first = finding;
    say(`WRONG (${finding.checker}): ${finding.message}`);
  };
  const checkers = createCheckers(surroundings, find);
  return {
    find,
    get finding() {
      return first;
    },
    tell(what) {
      for (const checker of checkers) {
        if (first !== null) return;
        try {
          what(checker);
        } catch (error) {
          // The runtime, which may be who called, must not take it for a fault of its storage.
          const reason = error instanceof Error ? error.stack : String(error);
          find({ checker: checker.name, message: `cannot go on: ${reason}` });
        }
      }
    },
  };
}
