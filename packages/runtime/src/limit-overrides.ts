// Limits of single functions in place of those that hold for all: test suites reach them with few steps.
import type { RunLimits } from "@stepwright/protocol";
import type { LimitControl, LimitName } from "./runtime.ts";

/** The overrides, and what holds for a function. */
export interface LimitOverrides extends LimitControl {
  of(functionId: string): RunLimits;
}

/** Functions with a limit of their own: only test suites set them, and each costs memory for as long as the server runs. */
const overridesMax = 10_000;

/** Makes the book, on top of the limits that hold for all. */
export function createLimitOverrides(forAll: RunLimits): LimitOverrides {
  const books: Readonly<Record<LimitName, Map<string, number>>> = { steps: new Map(), stateBytes: new Map() };
  return {
    set(limit, functionId, max) {
      const book = books[limit];
      book.set(functionId, max);
      const [oldest] = book.keys();
      if (book.size > overridesMax && oldest !== undefined) book.delete(oldest);
    },
    clear: (limit, functionId) => books[limit].delete(functionId),
    of(functionId) {
      if (books.steps.size + books.stateBytes.size === 0) return forAll;
      return {
        ...forAll,
        stepsPerRunMax: books.steps.get(functionId) ?? forAll.stepsPerRunMax,
        runStateBytesMax: books.stateBytes.get(functionId) ?? forAll.runStateBytesMax,
      };
    },
  };
}
