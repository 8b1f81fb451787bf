// Runs that have ended, or were given to another function, since they were indexed. Kept in memory, as a row for each
// would be paid by the commit that ends the run; what a crash forgets is found by a walk over the runs that were open.

/** Ids remembered; beyond them it is cheaper to look at every open run. */
const rememberedMax = 10_000;

/** What has changed since it was indexed, as far as this is known. */
export interface ChangedRuns {
  note(runId: string): void;
  /** The newest ones, at most so many. */
  newest(max: number): readonly string[];
  /** Takes the one that was noted first; null when there is none. */
  takeOldest(): string | null;
  /** Puts back what a transaction that failed had taken. */
  putBack(runIds: readonly string[]): void;
  readonly count: number;
  /** Where to look for open runs that have changed unnoticed; null: there are none. */
  walkFrom: number | null;
}

/** Begins with nothing known: an earlier boot may have left open runs that have ended. */
export function openChangedRuns(): ChangedRuns {
  const known = new Set<string>();
  let walkFrom: number | null = 0;
  return {
    note(runId) {
      if (known.size < rememberedMax) known.add(runId);
      else walkFrom = 0;
    },
    newest: (max) => [...known].slice(-max),
    takeOldest() {
      const { value } = known.values().next();
      if (value === undefined) return null;
      known.delete(value);
      return value;
    },
    putBack(runIds) {
      for (const runId of runIds) known.add(runId);
    },
    get count() {
      return known.size;
    },
    get walkFrom() {
      return walkFrom;
    },
    set walkFrom(from) {
      walkFrom = from;
    },
  };
}
