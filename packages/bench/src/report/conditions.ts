// Under what conditions a report was made, in a sentence.
import type { Report } from "./report.ts";

// Our own load comes after the reading; what was there before is others'.
const quietLoadMax = 0.5;

/** Machine, versions and load, with a warning when the machine was not quiet. */
export function conditionsOf({ machine, synchronous, size, loadAfter }: Report): string {
  const { commit, node, cpu, cores, memoryGiB, loadBefore, date } = machine;
  const where = `${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${node}`;
  const load = `load ${loadBefore.toFixed(2)} before and ${loadAfter.toFixed(2)} after the run`;
  const warning =
    loadBefore > quietLoadMax
      ? " The machine was not quiet: believe CPU ratios first, ratios second, and times not at all."
      : "";
  return `Commit ${commit ?? "unknown"}, ${date}: ${where}; synchronous=${synchronous}, size ${size}, ${load}.${warning}`;
}
