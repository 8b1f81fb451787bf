// Which function each run was made for: a backlog that is moved gives its runs to another one.
import { newRows } from "./checkers/new-rows.ts";
import type { View } from "./view.ts";

/** The functions. */
export interface Origins {
  /** Slug of the function that the run was made for. */
  of(runId: string): string;
  /** To be called after each commit, before anybody asks, and after each sweep. */
  look(): void;
  readonly swept: () => void;
}

interface MadeRun {
  readonly row: number;
  readonly id: string;
  readonly slug: string;
}

const madeSql = "SELECT row, id, function_slug AS slug FROM runs WHERE row > ? ORDER BY row";

/** Begins to look. */
export function createOrigins(view: () => View): Origins {
  const rows = newRows<MadeRun>(view, { table: "runs", sql: madeSql });
  const slugs = new Map<string, string>();
  return {
    of(runId) {
      const slug = slugs.get(runId);
      if (slug === undefined) throw new Error(`nobody has seen run ${runId} being made`);
      return slug;
    },
    look() {
      for (const { id, slug } of rows.take()) slugs.set(id, slug);
    },
    swept: rows.swept,
  };
}
