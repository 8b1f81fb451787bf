// The log: what the runtime calls a broken invariant, or has to repair, is a defect unless a fault explains it.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

/** What faults of the store explain. */
const explained = new Set([
  "the database refuses writes; what must not be lost is kept and tried again",
  "queue item could not be read; trying again",
]);

/** What rows that cannot be read or written explain. */
const explainedByDamage = new Set([
  "queue item set aside",
  "unfinished run had neither work nor a wait; asking its function again",
  "unfinished run could not be repaired",
]);

/** Makes the checker. */
export function nobodyComplains({ records }: CheckSurroundings, report: Report): Checker {
  return {
    name: "nobody complains",
    complained(message, reason) {
      if (explained.has(message) || (records.isDamaged && explainedByDamage.has(message))) return;
      report(`the runtime says: ${message} (${reason})`);
    },
  };
}
