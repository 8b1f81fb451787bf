// The obvious model of a pace: it remembers every start and counts.

/** Who was let through, and who may be. */
export interface PaceModel {
  /** Says whether a start at `now` stays within the curve, and notes it if it does. */
  ask(now: number): boolean;
}

/**
 * Makes the model: in no stretch of time are there more starts than `atOnceMax` and one for each whole interval of it.
 * Exact for whole numbers.
 */
export function paceModel(curve: { readonly intervalMs: number; readonly atOnceMax: number }): PaceModel {
  const starts: number[] = [];
  return {
    ask(now) {
      const isWithin = starts.every((from, index) => {
        const count = starts.length - index + 1;
        return (count - curve.atOnceMax) * curve.intervalMs <= now - from;
      });
      if (isWithin && curve.atOnceMax > 0) starts.push(now);
      return isWithin;
    },
  };
}
