// Nothing of a function or an app is called while it is paused, and what would start it is recorded as skipped.
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface NewRun {
  readonly row: number;
  readonly id: string;
  readonly slug: string;
  readonly status: string;
}

const runsSql = "SELECT row, id, function_slug AS slug, status FROM runs WHERE row > ? ORDER BY row";

/** Makes the checker. */
export function pausedIsNotCalled({ view, functionOf, records }: CheckSurroundings, report: Report): Checker {
  const isHeld = (slug: string) => records.held.has(slug) || records.held.has(functionOf(slug).app);
  const runs = newRows<NewRun>(view, { table: "runs", sql: runsSql });
  return {
    name: "paused is not called",
    swept: runs.swept,
    committed({ result }) {
      for (const { id, slug, status } of runs.take())
        if (isHeld(slug) && status !== "skipped") report(`run ${id} of ${slug}, which is paused, is ${status}`);
      // Calls in flight end; so what counts is when they were given out.
      for (const { id, work } of result.leased) {
        if (work.kind !== "call") continue;
        const slug = view().get<{ slug: string }>(
          "SELECT function_slug AS slug FROM runs WHERE id = ?",
          work.runId,
        )?.slug;
        if (slug !== undefined && isHeld(slug)) report(`${id} of ${slug}, which is paused, is given out`);
      }
    },
  };
}
