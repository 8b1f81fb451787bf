// Rows that have come since somebody last looked.
import type { CheckSurroundings } from "./surroundings.ts";

/** The new rows of one table. */
export interface NewRows<T> {
  /** Gives each row once. */
  take(): readonly T[];
  /** To be called after each sweep: when the latest rows were removed, their numbers are given again. */
  readonly swept: () => void;
}

/** Begins to look. The statement takes the number of the last row that is known and orders by number. */
export function newRows<T extends { readonly row: number }>(
  view: CheckSurroundings["view"],
  { table, sql }: { readonly table: "runs" | "steps"; readonly sql: string },
): NewRows<T> {
  let last = 0;
  return {
    take() {
      const rows = view().all<T>(sql, last);
      last = rows.at(-1)?.row ?? last;
      return rows;
    },
    swept() {
      const latest = view().get<{ row: number | null }>(`SELECT max(row) AS row FROM ${table}`)?.row ?? 0;
      last = Math.min(last, latest);
    },
  };
}
