// The events the engine sends about runs. Their payload is rendered from the run when it is read or matched,
// so results are stored once (sdk-protocol.md §11).
import { canonicalJson, type JsonText, parseJsonText } from "@stepwright/protocol";
import type { Run } from "./run.ts";
import type { RunEvent } from "./state.ts";

/** Names of internal events. Users cannot send them. */
export const eventNames = {
  finished: "inngest/function.finished",
  failed: "inngest/function.failed",
  cancelled: "inngest/function.cancelled",
  invoked: "inngest/function.invoked",
  timer: "inngest/scheduled.timer",
  deferred: "inngest/deferred.schedule",
} as const;

/** Runs started by these report no end of their own: a handler for failures must not feed itself. */
export function isLoopGuarded(triggerName: string): boolean {
  return triggerName === eventNames.failed || triggerName === eventNames.finished;
}

/** Renders `data` of a lifecycle event. `run` has ended; `events` are its triggering events. */
export function lifecycleData(run: Run, events: readonly RunEvent[]): JsonText {
  const first = events[0];
  return canonicalJson({
    _inngest: { status: endingWord(run.status) },
    function_id: run.functionSlug,
    run_id: run.id,
    event: first === undefined ? null : parseJsonText(first.full),
    events: events.map((event) => parseJsonText(event.raw)),
    ...(run.output === null ? {} : { result: parseJsonText(run.output) }),
    ...(run.status === "failed" && run.error !== null ? { error: parseJsonText(run.error) } : {}),
    ...(run.invokedBy === null ? {} : { correlation_id: `${run.invokedBy.runId}.${run.invokedBy.stepId}` }),
  });
}

function endingWord(status: Run["status"]): "Completed" | "Failed" | "Cancelled" {
  switch (status) {
    case "completed":
      return "Completed";
    case "failed":
      return "Failed";
    case "cancelled":
      return "Cancelled";
    case "queued":
    case "running":
    case "skipped":
      throw new Error(`a ${status} run has no ending`);
  }
}
