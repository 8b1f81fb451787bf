// What stands in the queue of a function, in words.

/** A count of runs; `isMore` when there are more than were counted. */
export interface BacklogCount {
  readonly count: number;
  readonly isMore: boolean;
}

/** Writes the count: `1 run`, `3 runs`, `more than 100 runs`. */
export function backlogText({ count, isMore }: BacklogCount): string {
  if (isMore) return `more than ${count} runs`;
  return count === 1 ? "1 run" : `${count} runs`;
}
