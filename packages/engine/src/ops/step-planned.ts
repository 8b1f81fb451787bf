// `StepPlanned`: the app found a step and waits to be told to run it.
import { asQueueItemId, type Op } from "@stepwright/protocol";
import { callFlow, callItem } from "../queue-item.ts";
import { type Draft, openStep } from "../state.ts";

/** Queues the call that runs exactly this step, with attempts of its own. Nothing is stored for the step yet. */
export function stepPlanned(draft: Draft, op: Op): void {
  const { now } = draft.context;
  openStep(draft, op.id);
  draft.effects.push({
    kind: "enqueue",
    item: callItem(draft.run, {
      id: asQueueItemId(`${draft.run.id}:${op.id}`),
      at: now,
      flow: callFlow(draft.run),
      step: { id: op.id, name: op.displayName },
    }),
  });
}
