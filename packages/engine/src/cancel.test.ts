import { describe, expect, it } from "vitest";
import { effectsOf, leased, runId, sampleContext, sampleState } from "../test/sample.ts";
import { cancel, refuseCall } from "./cancel.ts";

const item = leased({ kind: "cancel", runId, reason: { kind: "request" } });
const lease = { kind: "lease", itemId: "item-1", generation: 1 };

describe("a cancelled run", () => {
  it("ends at once, wherever it is", () => {
    for (const status of ["queued", "running"] as const) {
      const decision = cancel(sampleState({ run: { status } }), sampleContext(), { kind: "request" }, null);
      expect(decision.run).toMatchObject({ status: "cancelled", error: '{"reason":{"kind":"request"}}' });
      expect(decision.transition.guards.map((guard) => guard.kind)).toEqual(["runVersion"]);
    }
  });

  it("was asked for by an item that holds its lease", () => {
    const decision = cancel(sampleState(), sampleContext(), { kind: "timeout", which: "start" }, item);
    expect(decision.transition.guards).toContainEqual(lease);
  });
});

describe("a call that is refused", () => {
  it("fails the run without an answer", () => {
    const decision = refuseCall(sampleState(), sampleContext(), item, { name: "FunctionNotFound", message: "gone" });
    expect(decision.run).toMatchObject({
      status: "failed",
      output: null,
      error: '{"error":"FunctionNotFound","message":"gone","name":"FunctionNotFound"}',
    });
    expect(decision.transition.guards).toContainEqual(lease);
    expect(effectsOf(decision, "putEvent")).toHaveLength(2);
  });
});
