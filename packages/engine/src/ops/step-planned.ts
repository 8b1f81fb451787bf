// `StepPlanned`: the app found a step and waits to be told to run it.
import { asQueueItemId, type Op } from "@stepwright/protocol";
import { callFlow, callLane } from "../queue-item.ts";
import { type Draft, openStep } from "../state.ts";

/** Queues the call that runs exactly this step, with attempts of its own. Nothing is stored for the step yet. */
export function stepPlanned(draft: Draft, op: Op): void {
  const { now } = draft.context;
  openStep(draft, op.id);
  draft.effects.push({
    kind: "enqueue",
    item: {
      id: asQueueItemId(`${draft.run.id}:${op.id}`),
      lane: callLane(draft.run),
      flow: callFlow(draft.run),
      at: now,
      attempt: 0,
      work: { kind: "call", runId: draft.run.id, stepId: op.id, name: op.displayName, queuedAt: now },
    },
  });
}
