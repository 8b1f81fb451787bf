// Runs that are owed a call and have none: a bug, or a database that was repaired by hand.
import { redrive } from "@stepwright/engine";
import type { RunId } from "@stepwright/protocol";
import { orphansPerRead } from "./limits.ts";
import type { RunBox } from "./run-box.ts";
import type { Shell } from "./shell.ts";

/**
 * Asks the functions of all unfinished runs that have neither work nor a wait again, rather than leaving them for ever.
 *
 * A run that cannot be repaired is logged and left; it keeps nobody else from starting.
 */
export async function repairOrphans(shell: Shell, box: RunBox): Promise<void> {
  for (;;) {
    const orphans = await shell.ports.storage.runs.orphans(orphansPerRead);
    const repaired = await Promise.all(orphans.map((runId) => repair(shell, box, runId)));
    // Whoever could not be repaired is read again; only progress brings others into view.
    if (orphans.length < orphansPerRead || !repaired.includes(true)) return;
  }
}

async function repair(shell: Shell, box: RunBox, runId: RunId): Promise<boolean> {
  try {
    const decided = await box.decideOnce(runId, (state) => redrive(state, shell.context()));
    if (decided.kind === "committed") {
      shell.log.warn({ runId }, "unfinished run had neither work nor a wait; asking its function again");
      return true;
    }
    shell.log.error(
      { runId, err: decided.kind === "refused" ? decided.error : undefined },
      "unfinished run could not be repaired",
    );
  } catch (error) {
    shell.log.error({ runId, err: error }, "unfinished run could not be repaired");
  }
  return false;
}
