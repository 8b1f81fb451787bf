import { asQueueItemId, millis } from "@stepwright/protocol";
import { expect, it } from "vitest";
import { effectsOf, noon, sampleCall, sampleContext, sampleState, step } from "../test/sample.ts";
import { postponeCall } from "./postpone-call.ts";

const later = millis(noon + 1_000);

it("makes a discovery again with the attempts it had, as something that may be replaced until then", () => {
  const decision = postponeCall(sampleState(), sampleContext(), sampleCall({ attempt: 1 }), later);
  expect(decision.transition.guards).toContainEqual({ kind: "lease", itemId: "run-1:d1", generation: 1 });
  expect(effectsOf(decision, "reschedule")).toEqual([
    { kind: "reschedule", itemId: "run-1:d1", at: later, attempt: 1 },
  ]);
  expect(decision.run.progress.discovery).toEqual({ itemId: "run-1:d1", retryAt: later });
  expect(effectsOf(decision, "putSpan")).toEqual([]);
});

it("leaves the discovery alone when it was a planned step's call", () => {
  const discovery = { itemId: asQueueItemId("run-1:d4"), retryAt: null };
  const state = sampleState({ progress: { discovery }, open: ["a"] });
  const decision = postponeCall(state, sampleContext(), sampleCall({ stepId: step("a") }), later);
  expect(effectsOf(decision, "reschedule")).toEqual([{ kind: "reschedule", itemId: "run-1:a", at: later, attempt: 0 }]);
  expect(decision.run.progress.discovery).toEqual(discovery);
});
