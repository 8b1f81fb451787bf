// Pages of runs in the order of one of their times, also of those that others deferred, which the store does not tell apart.
import { eventNames, type Run } from "@stepwright/engine";
import { ulidTime } from "@stepwright/protocol";
import type { RunPosition, RunReads, TimedRunFilter } from "@stepwright/storage";

/** What the store reads in one go, and how often for one page: what is beyond is on the next. */
const readMax = 100;
const readsMax = 20;

/** Reads a page. It may be short, or empty, and have a `next` all the same. */
export async function listRuns(
  runs: Pick<RunReads, "byTime">,
  o: {
    readonly filter: TimedRunFilter;
    /** Null: both kinds. */
    readonly isDeferred: boolean | null;
    readonly direction: "asc" | "desc";
    readonly limit: number;
    readonly after: RunPosition | null;
  },
): Promise<{ readonly items: readonly Run[]; readonly next: RunPosition | null }> {
  const { filter, isDeferred, direction, limit } = o;
  if (isDeferred === null) return runs.byTime(filter, { direction, limit, after: o.after });
  const items: Run[] = [];
  let after = o.after;
  for (let reads = 0; reads < readsMax; reads += 1) {
    const page = await runs.byTime(filter, { direction, limit: readMax, after });
    for (const run of page.items.filter(({ triggerName }) => (triggerName === eventNames.deferred) === isDeferred)) {
      if (items.length === limit) return { items, next: positionOf(items.at(-1), filter) };
      items.push(run);
    }
    after = page.next;
    if (after === null) break;
  }
  return { items, next: after };
}

function positionOf(run: Run | undefined, { time }: TimedRunFilter): RunPosition | null {
  if (run === undefined) return null;
  const at = time === "queuedAt" ? ulidTime(run.id) : run[time];
  return at === null ? null : { at, id: run.id };
}
