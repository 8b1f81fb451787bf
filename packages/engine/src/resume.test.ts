import { asEventId, asJsonText, asRunId, canonicalJson, type JsonText, runStateBytesMax } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, enqueued, leased, noon, runId, sampleContext, sampleState, step } from "../test/sample.ts";
import type { ResumeOutcome } from "./queue-item.ts";
import { resume, timeOut, wake } from "./resume.ts";

type StateOptions = NonNullable<Parameters<typeof sampleState>[0]>;

const w = step("w");
const waiting: StateOptions = { open: ["w"], progress: { discovery: null } };
const lease = { kind: "lease", itemId: "item-1", generation: 1 };

function woken(options: StateOptions = waiting) {
  const work = { kind: "wake", runId, stepId: w } as const;
  return wake(sampleState(options), sampleContext(), leased(work), work);
}

function timedOut(waitKind: "event" | "signal" | "invoke", options: StateOptions = waiting) {
  const work = { kind: "timeout", runId, stepId: w, waitKind } as const;
  return timeOut(sampleState(options), sampleContext(), leased(work), work);
}

function resumed(outcome: ResumeOutcome, event: JsonText | null = null, options: StateOptions = waiting) {
  const work = { kind: "resume", runId, stepId: w, outcome } as const;
  const found = event === null ? null : { text: event, internalId: asEventId("event-9") };
  return resume(sampleState(options), sampleContext(), leased(work), { work, event: found });
}

const byEvent: ResumeOutcome = { kind: "event", event: { kind: "stored", seq: 9 } };
const paid = canonicalJson({ data: { id: "A" }, id: "event-9", name: "shop/paid", ts: noon, user: {} });

describe("a sleep that is over", () => {
  it("has the result null, and the function is called", () => {
    const decision = woken();
    expect(decision.transition.guards).toContainEqual(lease);
    expect(decision.newSteps[0]).toMatchObject({ id: "w", op: "Sleep", status: "completed", memo: "null" });
    expect(effectsOf(decision, "dequeue")).toEqual([{ kind: "dequeue", itemId: "item-1" }]);
    expect(effectsOf(decision, "endSpan")[0]).toMatchObject({ spanId: "w", status: "completed", endedAt: noon });
    expect(enqueued(decision)).toEqual(["run-1:d2"]);
    expect([...decision.closed]).toEqual(["w"]);
  });

  it("waits for the rest of its group", () => {
    const decision = woken({ open: ["w", "b"], progress: { discovery: null, pending: [w, step("b")] } });
    expect(enqueued(decision)).toEqual([]);
    expect(decision.run.progress.pending).toEqual(["b"]);
  });

  it("whose step has a result only ends its item", () => {
    const decision = woken({ steps: { w: null } });
    expect(decision.transition.effects.map((effect) => effect.kind)).toEqual(["dequeue", "updateRun"]);
  });
});

describe("a wait that lasted too long", () => {
  it.each([
    ["event", "WaitForEvent"],
    ["signal", "WaitForSignal"],
  ] as const)("for an %s has the result null and closes its pause", (kind, name) => {
    const decision = timedOut(kind);
    expect(decision.newSteps[0]).toMatchObject({ op: name, status: "timedOut", memo: "null" });
    expect(effectsOf(decision, "closePause")).toEqual([{ kind: "closePause", pauseId: "run-1:w" }]);
    expect(effectsOf(decision, "endSpan")[0]?.status).toBe("timedOut");
    expect(enqueued(decision)).toEqual(["run-1:d2"]);
  });

  it("for an invoked run is an error; the other run is left alone", () => {
    const decision = timedOut("invoke");
    expect(decision.newSteps[0]?.memo).toBe(
      '{"error":{"error":"InngestInvokeTimeoutError: Timed out waiting for invoked function to complete","message":"Timed out waiting for invoked function to complete","name":"InngestInvokeTimeoutError"}}',
    );
    expect(decision.transition.effects.map((effect) => effect.kind)).not.toContain("putEvent");
  });

  it("loses to what came in time, even if that was not worked on yet", () => {
    expect(timedOut("event").transition.guards).toContainEqual({ kind: "itemAbsent", itemId: "run-1:w:resume" });
  });

  it("whose step has a result changes nothing", () => {
    expect(timedOut("event", { steps: { w: null } }).newSteps).toEqual([]);
  });
});

describe("what a wait was for", () => {
  it("ends the timeout and calls the function", () => {
    const decision = resumed(byEvent, paid);
    expect(decision.transition.guards).toContainEqual(lease);
    expect(effectsOf(decision, "dequeue").map((effect) => effect.itemId)).toEqual(["item-1", "run-1:w:timeout"]);
    expect(enqueued(decision)).toEqual(["run-1:d2"]);
  });

  it("is the bare event", () => {
    const decision = resumed(byEvent, paid);
    expect(decision.newSteps[0]).toMatchObject({ op: "WaitForEvent", status: "completed", memo: paid });
    expect(effectsOf(decision, "endSpan")[0]?.detail).toBe('{"matchedEventId":"event-9"}');
  });

  it("is null when the event is gone", () => {
    expect(resumed(byEvent).newSteps[0]?.memo).toBe("null");
  });

  it("is a signal with its data", () => {
    const decision = resumed({ kind: "signal", signal: 'a"b', data: asJsonText('{"hi":1}') });
    expect(decision.newSteps[0]).toMatchObject({
      op: "WaitForSignal",
      memo: '{"data":{"data":{"hi":1},"signal":"a\\"b"}}',
    });
  });

  it("is an invoked run's result", () => {
    const decision = resumed({ kind: "invoked", childRunId: asRunId("run-2"), memo: asJsonText('{"data":42}') });
    expect(decision.newSteps[0]).toMatchObject({ op: "InvokeFunction", status: "completed", memo: '{"data":42}' });
    expect(effectsOf(decision, "endSpan")[0]).toMatchObject({ status: "completed", detail: '{"childRunId":"run-2"}' });
  });

  it("is an invoked run's error", () => {
    const decision = resumed({ kind: "invoked", childRunId: null, memo: asJsonText('{"error":{"message":"no"}}') });
    expect(decision.newSteps[0]).toMatchObject({ status: "failed", memo: '{"error":{"message":"no"}}' });
    expect(effectsOf(decision, "endSpan")[0]).toMatchObject({ status: "failed", detail: "{}" });
  });

  it("changes nothing when it comes too late", () => {
    const decision = resumed(byEvent, paid, { steps: { w: null } });
    expect(decision.newSteps).toEqual([]);
    expect(enqueued(decision)).toEqual([]);
  });

  it("that is more than the run can hold fails it and calls nobody", () => {
    const decision = resumed(byEvent, paid, {
      open: ["w"],
      progress: { discovery: null, stateLength: runStateBytesMax },
    });
    expect(decision.run.status).toBe("failed");
    expect(enqueued(decision).filter((id) => id.startsWith("run-1"))).toEqual([]);
  });
});
