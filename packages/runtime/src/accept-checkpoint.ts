// A checkpoint comes in: steps of a call that is still in flight are stored at once (sdk-protocol.md §13).
import { type Call, checkpoint } from "@stepwright/engine";
import {
  asQueueItemId,
  type AsyncCheckpoint,
  dispatchStale,
  parseAsyncCheckpoint,
  runGone,
  type RunId,
  runNotFound,
  type StepwrightError,
} from "@stepwright/protocol";
import type { CallsInFlight } from "./call-app.ts";
import type { RunBox } from "./run-box.ts";
import type { Shell } from "./shell.ts";
import { asStorageTrouble } from "./storage-trouble.ts";

/**
 * Stores what the body tells; resolves once that is committed.
 *
 * Throws DISPATCH_STALE when the call it belongs to is not in flight any more, or was given out again meanwhile,
 * and STORAGE_UNAVAILABLE when the database refuses the write: the SDK tries again by itself.
 */
export async function acceptCheckpoint(
  shell: Shell,
  deps: { readonly box: RunBox; readonly calls: CallsInFlight },
  runId: RunId,
  body: unknown,
): Promise<void> {
  const told = parsed(body);
  if (callOf(deps.calls, runId, told) === null) {
    throw (await shell.ports.storage.runs.get(runId)) === null ? runNotFound({ runId }) : dispatchStale({ runId });
  }
  // Set by the decision, which may be made more than once or not at all.
  const made: { call: Call | null; refusal: StepwrightError | null; tooLarge: StepwrightError | null } = {
    call: null,
    refusal: null,
    tooLarge: null,
  };
  const decided = await deps.box.decideOnce(
    runId,
    (state) => {
      // Looked up in the run's turn: an answer that came first has ended the call.
      made.call = callOf(deps.calls, runId, told);
      if (made.call === null) {
        made.refusal = dispatchStale({ runId });
        return null;
      }
      const decision = checkpoint(state, shell.context(), made.call, told.ops);
      if (decision.kind === "decision") {
        made.tooLarge = decision.tooLarge;
        return decision.decision;
      }
      made.refusal = decision.error;
      return null;
    },
    () => grantAttempts(deps.calls, made.call),
  );
  if (made.refusal !== null) throw made.refusal;
  switch (decided.kind) {
    case "committed":
    case "done":
      // Stored: the run has failed over it. Told to the app as well, which would go on with the next step.
      if (made.tooLarge !== null) throw made.tooLarge;
      return;
    case "nothing":
      throw runGone({ runId });
    case "leaseLost":
      throw dispatchStale({ runId });
    case "refused":
      throw asStorageTrouble(decided.error);
  }
}

function parsed(body: unknown): AsyncCheckpoint {
  const outcome = parseAsyncCheckpoint(typeof body === "string" ? body : JSON.stringify(body));
  if (outcome.kind === "rejected") throw outcome.error;
  return outcome.checkpoint;
}

/** The call in flight that the checkpoint is about; null when there is none, or only a later dispatch. */
function callOf(calls: CallsInFlight, runId: RunId, told: AsyncCheckpoint): Call | null {
  const call = calls.get(asQueueItemId(told.queueItemRef));
  if (call === undefined || call.work.runId !== runId) return null;
  return told.generationId === null || told.generationId === call.item.generation ? call : null;
}

/** Progress was made: a failure of this call from here on has a full set of attempts (sdk-protocol.md §13). */
function grantAttempts(calls: CallsInFlight, call: Call | null): void {
  if (call === null || calls.get(call.item.id) !== call) return;
  calls.set(call.item.id, { ...call, item: { ...call.item, attempt: 0 } });
}
