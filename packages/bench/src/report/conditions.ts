// Under what conditions a report was made, in a sentence.
import type { Report } from "./report.ts";

/** Machine, versions and load. */
export function conditionsOf({ machine, synchronous, size, loadAfter }: Report): string {
  const { commit, node, cpu, cores, memoryGiB, loadBefore, date } = machine;
  const where = `${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${node}`;
  const load = `load ${loadBefore.toFixed(2)} before and ${loadAfter.toFixed(2)} after the run`;
  return `Commit ${commit ?? "unknown"}, ${date}: ${where}; synchronous=${synchronous}, size ${size}, ${load}.`;
}
