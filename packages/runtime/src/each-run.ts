// One thing done to many runs: whichever of them cannot be processed keeps none of the others from its turn.
import type { RunId } from "@stepwright/protocol";
import type { Shell } from "./shell.ts";
import { isStorageTrouble } from "./storage-trouble.ts";

/**
 * Does something to each run, all at once, and gives what came of it. A run that cannot be read is passed by, with a line in the
 * log: whoever looks at that run finds it, and to end the work for it would leave out all that come after it.
 *
 * Rejects when the database is in trouble, or the runtime stops: the same may succeed later, for all.
 */
export async function eachRun<T>(
  shell: Shell,
  runIds: readonly RunId[],
  act: (runId: RunId) => Promise<T>,
): Promise<readonly T[]> {
  const settled = await Promise.allSettled(runIds.map(act));
  return settled.flatMap((one, index) => {
    if (one.status === "fulfilled") return [one.value];
    if (shell.signal.aborted || isStorageTrouble(one.reason)) throw one.reason;
    shell.log.error({ err: one.reason, runId: runIds[index] }, "run could not be processed with others; passed by");
    return [];
  });
}
