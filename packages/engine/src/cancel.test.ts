import { asRunId, canonicalJson } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, leased, noon, runId, sampleContext, sampleRun, sampleState, step } from "../test/sample.ts";
import { cancel, cancelHolder, refuseCall } from "./cancel.ts";

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

describe("the holder of a singleton whose place is taken", () => {
  const reason = { kind: "singleton", runId: asRunId("run-2") } as const;
  const ids = ["id-a", "id-b", "id-c", "id-d"];

  it("is cancelled on its row alone: ended, reported and its invoker told", () => {
    const invokedBy = { runId: asRunId("run-0"), stepId: step("i") };
    const transition = cancelHolder(sampleRun({ invokedBy }), { reason, now: noon, ids });
    expect(transition.guards).toEqual([{ kind: "runVersion", runId, version: 7 }]);
    expect(effectsOf(transition, "updateRun")[0]?.run).toMatchObject({
      status: "cancelled",
      endedAt: noon,
      version: 8,
      error: '{"reason":{"kind":"singleton","runId":"run-2"}}',
    });
    expect(effectsOf(transition, "putEvent").map(({ event }) => [event.internalId, event.name])).toEqual([
      ["id-a", "inngest/function.finished"],
      ["id-b", "inngest/function.cancelled"],
    ]);
    expect(effectsOf(transition, "resolvePause").map(({ pauseId }) => pauseId)).toEqual(["run-0:i"]);
  });

  it("sends its deferred calls, each with an id of those it was given", () => {
    const defer = { functionSlug: "shop-later", input: canonicalJson({}), status: "live" } as const;
    const transition = cancelHolder(sampleRun({}, { defers: { d: defer, e: defer } }), { reason, now: noon, ids });
    expect(effectsOf(transition, "putEvent").map(({ event }) => event.internalId)).toEqual(ids);
  });

  it("is not half cancelled when there are too few ids", () => {
    expect(() => cancelHolder(sampleRun(), { reason, now: noon, ids: ["id-a"] })).toThrow(
      "there is an id for each event",
    );
  });

  it("is cancelled wherever it is, and given up what it was to be called for", () => {
    for (const status of ["queued", "running"] as const) {
      const transition = cancelHolder(sampleRun({ status }, { pending: [step("a")], owed: 1 }), {
        reason,
        now: noon,
        ids,
      });
      expect(effectsOf(transition, "updateRun")[0]?.run).toMatchObject({
        status: "cancelled",
        progress: { discovery: null, pending: [], owed: 0 },
      });
    }
  });
});
