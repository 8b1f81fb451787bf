// The log: what the runtime calls a broken invariant, or has to repair, is a defect unless a fault explains it.
import type { Checker, Complaint } from "../witness.ts";
import { isExplainedByDamage } from "./damage.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

/** What a store explains that refuses. */
const explainedByRefusal = new Set([
  "the database refuses writes; what must not be lost is kept and tried again",
  "queue item could not be read; trying again",
  "old data could not be removed",
  "the search index could not be brought up to date",
]);

/** What apps explain that nobody listens for. */
const explainedByAbsence = new Set([
  "app cannot be reached; its calls wait",
  "app was waited for long enough; its calls go out and count",
]);

/** What a run explains that cannot be read or written. */
const explainedByDamage = new Set([
  "queue item set aside",
  "run could not be processed with others; passed by",
  "unfinished run had neither work nor a wait; asking its function again",
  "unfinished run could not be repaired",
]);

/** Makes the checker. */
export function nobodyComplains(surroundings: CheckSurroundings, report: Report): Checker {
  const { boot, records } = surroundings;
  const isExplained = ({ message, about }: Complaint): boolean => {
    if (explainedByAbsence.has(message)) return records.hasRefusedCalls;
    if (explainedByRefusal.has(message)) return records.refusedBoots.has(boot());
    return explainedByDamage.has(message) && about !== null && isExplainedByDamage(surroundings, about);
  };
  return {
    name: "nobody complains",
    complained(complaint) {
      if (!isExplained(complaint)) report(`the runtime says: ${complaint.message} (${complaint.reason})`);
    },
  };
}
