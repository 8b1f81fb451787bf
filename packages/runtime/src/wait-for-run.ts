// Waiting for a run's end, told by the live feed.
import { isEnded, type Run } from "@stepwright/engine";
import type { RunId } from "@stepwright/protocol";
import type { Storage } from "@stepwright/storage";
import type { LiveFeed } from "./runtime.ts";

/** Resolves with the run once it has ended, at once if it has already. Never, if there is no such run. */
export async function waitForRun(storage: Storage, live: LiveFeed, runId: RunId): Promise<Run> {
  const ended = Promise.withResolvers<void>();
  // Listening comes before looking, so that an end in between is not missed.
  const unsubscribe = live.subscribe((change) => {
    if (change.runs.some((run) => run.id === runId && isEnded(run.status))) ended.resolve();
  });
  try {
    for (;;) {
      const run = await storage.runs.get(runId);
      if (run !== null && isEnded(run.status)) return run;
      await ended.promise;
    }
  } finally {
    unsubscribe();
  }
}
