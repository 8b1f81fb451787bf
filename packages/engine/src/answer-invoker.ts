// What a step gets that waits for a run: its result, or why there is none.
import { asPauseId, canonicalJson, type JsonText, type Millis, type RunId } from "@stepwright/protocol";
import type { Effect } from "./effects.ts";
import { resumeItemId } from "./queue-item.ts";
import type { Invoker } from "./run.ts";

/** Ends an invoker's wait with a memo, `{"data":…}` or `{"error":…}`; nothing happens when it has ended already. */
export function answerInvoker(
  invoker: Invoker,
  answer: { readonly memo: JsonText; readonly childRunId: RunId | null; readonly now: Millis },
): Effect {
  const { runId, stepId } = invoker;
  return {
    kind: "resolvePause",
    pauseId: asPauseId(`${runId}:${stepId}`),
    item: {
      id: resumeItemId(runId, stepId),
      lane: "system",
      at: answer.now,
      attempt: 0,
      work: {
        kind: "resume",
        runId,
        stepId,
        outcome: { kind: "invoked", childRunId: answer.childRunId, memo: answer.memo },
      },
    },
  };
}

/** The memo of an invocation that came to nothing; the step throws without being tried again (semantics.md §7.4). */
export function invocationError(message: string): JsonText {
  return `{"error":${canonicalJson({ error: message, name: "Error", message })}}` as JsonText;
}
