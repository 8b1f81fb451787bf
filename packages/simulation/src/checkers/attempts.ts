// Attempts: a call that reached nobody costs none while its app is waited for.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

/** Makes the checker. */
export function waitingIsFree({ records }: CheckSurroundings, report: Report): Checker {
  return {
    name: "waiting is free",
    called({ runId, itemId, seen }) {
      const { attempt } = seen.ctx;
      if (attempt === 0) return;
      const before = (records.failures.get(runId) ?? []).filter(
        (one) => one.itemId === itemId && one.attempt === attempt - 1,
      );
      if (before.length > 0 && before.every(({ isFree }) => isFree))
        report(`${itemId} is at attempt ${attempt}, and its app was only waited for`);
    },
  };
}
