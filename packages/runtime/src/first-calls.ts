// First calls in flight: a run becomes `running` once its first call has lasted a moment. Most calls are over before: their
// answer's commit says that they began, and saves a commit of its own and eight changes of indexes.
import { type Call, type FunctionRecord, startedCalling } from "@stepwright/engine";
import type { QueueItemId } from "@stepwright/protocol";
import type { RunBox } from "./run-box.ts";
import type { Shell } from "./shell.ts";

/** The first calls whose runs are not shown as running yet. */
export interface FirstCalls {
  /** A first call goes out. Its run is made running at once where a time limit for the start waits for that. */
  began(call: Call, fn: FunctionRecord): void;
  /** A call has ended; nothing happens to one that is not known. */
  ended(call: Call): void;
}

/** Makes the book. One timer runs while there are any. */
export function createFirstCalls(shell: Shell, box: RunBox): FirstCalls {
  const { settings, ports, signal } = shell;
  /** In the order in which they began. */
  const young = new Map<QueueItemId, Call>();
  let isWatching = false;

  const watch = async () => {
    isWatching = true;
    for (let oldest = firstOf(young); oldest !== null && !signal.aborted; oldest = firstOf(young)) {
      const age = Math.max(0, ports.clock.now() - oldest.startedAt);
      await ports.clock.sleep(settings.shownRunningAfterMs - age, signal);
      if (young.get(oldest.item.id) !== oldest || signal.aborted) continue;
      young.delete(oldest.item.id);
      void markStarted(shell, box, oldest);
    }
    isWatching = false;
  };

  return {
    began(call, fn) {
      // Not waited for: the call goes out while the commit that says so is under way. The mailbox keeps them in order.
      if (settings.shownRunningAfterMs === 0 || fn.config.timeouts.startMs !== null) void markStarted(shell, box, call);
      else {
        young.set(call.item.id, call);
        if (!isWatching) void watch();
      }
    },
    ended(call) {
      if (young.get(call.item.id) === call) young.delete(call.item.id);
    },
  };
}

function firstOf(calls: ReadonlyMap<QueueItemId, Call>): Call | null {
  for (const call of calls.values()) return call;
  return null;
}

async function markStarted(shell: Shell, box: RunBox, call: Call): Promise<void> {
  try {
    await box.decideOnce(call.work.runId, (state) =>
      state.run.status === "queued" ? startedCalling(state, shell.context(), call) : null,
    );
  } catch (error) {
    // Only the status is late: the answer's own commit sets it as well.
    shell.log.debug({ err: error, runId: call.work.runId }, "run could not be marked as running");
  }
}
