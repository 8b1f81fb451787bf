// How often each kind of fault and each feature occurred: what never occurs is not tested.

/** Counts of what occurred, by name. */
export interface Coverage {
  count(name: string, by?: number): void;
  readonly counts: ReadonlyMap<string, number>;
  /** Adds the counts of another simulation. */
  add(other: ReadonlyMap<string, number>): void;
}

/** Makes empty counts. */
export function createCoverage(): Coverage {
  const counts = new Map<string, number>();
  const count = (name: string, by = 1) => {
    // What occurred no time must not look as if it had.
    if (by > 0) counts.set(name, (counts.get(name) ?? 0) + by);
  };
  return {
    counts,
    count,
    add(other) {
      for (const [name, by] of other) count(name, by);
    },
  };
}
