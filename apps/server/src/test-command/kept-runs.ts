// Keeps the runs of a test server that something is to be said about: a reset, which tests make all the time, forgets them.
import type { ApiInfo, ApiPage, ApiRun, ApiRunRow, ApiRunStatus } from "@stepwright/protocol";

/** What was there. */
export interface KeptRuns {
  /** How many runs came to which end, or had none. */
  readonly counts: Readonly<Record<ApiRunStatus, number>>;
  /** Failed ones, and where all are shown the others that have ended, as far as there is room. */
  readonly shown: readonly ApiRun[];
  /** How many more of those there were. */
  readonly notShown: number;
  readonly unfinished: readonly ApiRun[];
}

/** Gathers runs. */
export interface RunKeeper {
  /** Takes in what is there now, before it is forgotten. */
  gather(): Promise<void>;
  kept(): KeptRuns;
}

/** Runs that are kept, of those that are shown and of unfinished ones: nobody reads more. */
const shownMax = 100;
const unfinishedMax = 20;
const pageMax = 100;

/** Makes the keeper; `ask` reads from the server's API. */
export function createRunKeeper(o: {
  readonly ask: <T>(path: string) => Promise<T>;
  /** Whether runs are shown that did not fail. */
  readonly isAll: boolean;
}): RunKeeper {
  const counts: Record<ApiRunStatus, number> = {
    queued: 0,
    running: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    skipped: 0,
  };
  const shown: ApiRun[] = [];
  const shownStatuses: readonly ApiRunStatus[] = o.isAll ? ["completed", "failed", "cancelled", "skipped"] : ["failed"];
  const unfinished: ApiRun[] = [];

  const take = async (into: ApiRun[], statuses: readonly ApiRunStatus[], max: number): Promise<void> => {
    const room = Math.min(max - into.length, pageMax);
    if (room <= 0) return;
    const { items } = await o.ask<ApiPage<ApiRunRow>>(`/api/runs?status=${statuses.join(",")}&limit=${room}`);
    const runs = await Promise.all(items.map(({ id }) => o.ask<ApiRun>(`/api/runs/${id}`)));
    into.push(...runs.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
  };

  return {
    async gather() {
      const { runs } = await o.ask<ApiInfo>("/api/info");
      for (const [status, count] of Object.entries(runs)) counts[status as ApiRunStatus] += count;
      await take(shown, shownStatuses, shownMax);
      await take(unfinished, ["queued", "running"], unfinishedMax);
    },
    kept: () => ({
      counts,
      shown,
      notShown: shownStatuses.reduce((total, status) => total + counts[status], 0) - shown.length,
      unfinished,
    }),
  };
}
