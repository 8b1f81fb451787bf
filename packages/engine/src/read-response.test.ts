import { canonicalJson, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import {
  answerOf,
  effectsOf,
  enqueued,
  failedOp,
  failure,
  noon,
  op,
  sampleCall,
  sampleContext,
  sampleFunction,
  sampleRegistry,
  sampleState,
  step,
} from "../test/sample.ts";
import { readResponse, startedCalling } from "./read-response.ts";

const a = step("a");
const completed = { kind: "completed", output: canonicalJson({ ok: 1 }) } as const;

describe("every answer", () => {
  it("counts only while its dispatch holds the lease and the run is as it was read", () => {
    const decision = readResponse(sampleState(), sampleContext(), sampleCall(), completed);
    expect(decision.transition.guards).toEqual([
      { kind: "runVersion", runId: "run-1", version: 7 },
      { kind: "lease", itemId: "run-1:d1", generation: 1 },
    ]);
    expect(decision.run.version).toBe(8);
    expect(decision.transition.effects.at(-1)).toEqual({ kind: "updateRun", run: decision.run });
  });

  it("makes a queued run a running one from the moment of the call", () => {
    const state = sampleState({ run: { status: "queued", startedAt: null } });
    const context = sampleContext({ now: millis(noon + 500) });
    const { run } = readResponse(state, context, sampleCall(), answerOf([op("StepRun", "a", { data: 1 })]));
    expect(run).toMatchObject({ status: "running", startedAt: noon });
  });
});

describe("the start of a run", () => {
  const state = sampleState({ run: { status: "queued", startedAt: null } });

  it("can be told before the answer is there", () => {
    const decision = startedCalling(state, sampleContext(), sampleCall());
    expect(decision.run).toMatchObject({ status: "running", startedAt: noon, progress: state.run.progress });
    expect(decision.transition.guards.map((guard) => guard.kind)).toEqual(["runVersion", "lease"]);
  });

  it("starts the clock of the finish timeout, once", () => {
    const registry = sampleRegistry([sampleFunction({ timeouts: { startMs: null, finishMs: 60_000 } })]);
    const context = sampleContext({ registry });
    const first = startedCalling(state, context, sampleCall());
    expect(effectsOf(first, "enqueue")[0]?.item).toMatchObject({
      id: "run-1:finish-timeout",
      at: noon + 60_000,
      work: { kind: "runTimeout", runId: "run-1", which: "finish", from: noon },
    });
    expect(enqueued(startedCalling(sampleState(), context, sampleCall()))).toEqual([]);
  });
});

describe("the request version", () => {
  function versionAfter(before: number, answer: Parameters<typeof readResponse>[3]): number {
    const state = sampleState({ progress: { requestVersion: before } });
    return readResponse(state, sampleContext(), sampleCall(), answer).run.progress.requestVersion;
  }
  const ran = [op("StepRun", "a", { data: 1 })];

  it("is fixed by the first 206 that says it", () => {
    expect(versionAfter(-1, answerOf(ran, { requestVersion: 1 }))).toBe(1);
    expect(versionAfter(-1, answerOf(ran, { requestVersion: null }))).toBe(-1);
  });

  it("never changes after that", () => {
    expect(versionAfter(1, answerOf(ran, { requestVersion: 2 }))).toBe(1);
  });

  it("is not fixed by a failure", () => {
    expect(versionAfter(-1, failure({ requestVersion: 2 }))).toBe(-1);
  });

  it("counts for the very answer that says it", () => {
    const planned = [op("StepPlanned", "a"), op("StepPlanned", "b"), op("StepRun", "c", { data: 1 })];
    const state = sampleState({ progress: { requestVersion: -1 } });
    const one = readResponse(state, sampleContext(), sampleCall(), answerOf(planned, { requestVersion: 1 }));
    const two = readResponse(state, sampleContext(), sampleCall(), answerOf(planned, { requestVersion: 2 }));
    expect(enqueued(one)).toContain("run-1:d2");
    expect(enqueued(two)).not.toContain("run-1:d2");
  });
});

describe("a result", () => {
  it("completes the run and leaves its item to the end of the run", () => {
    const decision = readResponse(sampleState(), sampleContext(), sampleCall(), completed);
    expect(decision.run).toMatchObject({ status: "completed", output: '{"ok":1}', endedAt: noon, error: null });
    expect(effectsOf(decision, "dequeue")).toEqual([]);
    expect(effectsOf(decision, "putSpan")[0]?.span).toMatchObject({
      id: "fn:run-1:d1:0",
      kind: "function",
      status: "completed",
    });
  });

  it("completes the run while other steps are open", () => {
    const decision = readResponse(sampleState({ open: ["b"] }), sampleContext(), sampleCall(), completed);
    expect(decision.run.status).toBe("completed");
  });
});

describe("an error of the function", () => {
  function failed(attempt: number, answer = failure(), stepId?: typeof a) {
    const call = sampleCall({ attempt, ...(stepId === undefined ? {} : { stepId }) });
    return readResponse(sampleState({ open: stepId === undefined ? [] : [stepId] }), sampleContext(), call, answer);
  }

  it("is tried again, one attempt later, while attempts are left", () => {
    const decision = failed(0);
    expect(effectsOf(decision, "reschedule")).toEqual([
      { kind: "reschedule", itemId: "run-1:d1", at: noon + 1_000, attempt: 1 },
    ]);
    expect(effectsOf(decision, "dequeue")).toEqual([]);
    expect(decision.run).toMatchObject({
      status: "running",
      progress: { discovery: { itemId: "run-1:d1", retryAt: noon + 1_000 } },
    });
    expect(effectsOf(decision, "putSpan")[0]?.span).toMatchObject({
      status: "failed",
      detail: `{"retryAt":${noon + 1_000}}`,
    });
  });

  it("fails the run on the last attempt, even if the header asks for more", () => {
    for (const noRetry of [null, false]) {
      const decision = failed(2, failure({ noRetry }));
      expect(decision.run).toMatchObject({
        status: "failed",
        output: '{"message":"boom","name":"Error"}',
        error: '{"error":"invalid status code: 500","message":"boom","name":"Error"}',
      });
      expect(effectsOf(decision, "reschedule")).toEqual([]);
    }
  });

  it("fails the run at once when the app says that it must not be tried again", () => {
    expect(failed(0, failure({ noRetry: true })).run.status).toBe("failed");
  });

  it("is tried again when it is what a checkpoint that was taken for stale leads to: the dispatch that counts is not", () => {
    const { error } = failure();
    const stale = failure({ noRetry: true, error: { ...error, name: "StaleDispatchError" } });
    expect(effectsOf(failed(0, stale), "reschedule")).toMatchObject([{ itemId: "run-1:d1", attempt: 1 }]);
    expect(failed(2, stale).run.status).toBe("failed");
  });

  it("is tried again when the app said", () => {
    const decision = failed(0, failure({ retryAt: millis(noon + 77_000) }));
    expect(effectsOf(decision, "reschedule")[0]?.at).toBe(noon + 77_000);
  });

  it("of a targeted call retries that call and leaves the discovery alone", () => {
    const decision = failed(0, failure(), a);
    expect(effectsOf(decision, "reschedule")[0]).toMatchObject({ itemId: "run-1:a", attempt: 1 });
    expect(decision.run.progress.discovery).toEqual({ itemId: "run-1:d1", retryAt: null });
  });

  it("of a targeted call fails the run on the last attempt", () => {
    expect(failed(2, failure(), a).run.status).toBe("failed");
  });
});

describe("the answer of a discovery call", () => {
  function answered(ops: Parameters<typeof answerOf>[0], options: Parameters<typeof sampleState>[0] = {}, seen = 0) {
    return readResponse(sampleState(options), sampleContext(), sampleCall({ completionsSeen: seen }), answerOf(ops));
  }

  it("ends its item; a step that ran inside it is followed by the next call", () => {
    const decision = answered([op("StepRun", "a", { data: 1 })]);
    expect(effectsOf(decision, "dequeue")).toEqual([{ kind: "dequeue", itemId: "run-1:d1" }]);
    expect(enqueued(decision)).toEqual(["run-1:d2"]);
    expect(decision.newSteps.map((one) => one.id)).toEqual(["a"]);
  });

  it("without any op asks again after a pause", () => {
    expect(effectsOf(answered([]), "enqueue")[0]?.item.at).toBe(noon + 1_000);
    expect(effectsOf(answered([op("None", "")]), "enqueue")[0]?.item.at).toBe(noon + 1_000);
  });

  it("that asks for discovery gets it at once", () => {
    expect(effectsOf(answered([op("DiscoveryRequest", "x")]), "enqueue")[0]?.item.at).toBe(noon);
  });

  it("with new lazy ops alone is followed by another call at once, with known ones after a pause", () => {
    const lazy = [op("DeferAdd", "d", { opts: { fn_slug: "shop-later" } })];
    const defers = { d: { functionSlug: "shop-later", input: canonicalJson({}), status: "live" } } as const;
    expect(effectsOf(answered(lazy), "enqueue")[0]?.item.at).toBe(noon);
    expect(effectsOf(answered(lazy, { progress: { defers } }), "enqueue")[0]?.item.at).toBe(noon + 1_000);
  });

  it("is followed by another when steps finished while it was out", () => {
    expect(enqueued(answered([op("StepPlanned", "b")], { progress: { requestVersion: 1, completions: 1 } }))).toEqual([
      "run-1:b",
      "run-1:d2",
    ]);
  });

  it("keeps its item when a step in it is to be tried again, whatever else it tells", () => {
    const decision = answered([op("StepRun", "a", { data: 1 }), failedOp("StepError", "b")]);
    expect(effectsOf(decision, "reschedule")).toHaveLength(1);
    expect(effectsOf(decision, "dequeue")).toEqual([]);
    expect(enqueued(decision)).toEqual([]);
    expect(decision.newSteps.map((one) => one.id)).toEqual(["a"]);
  });
});

describe("the answer of a targeted call", () => {
  function answered(
    ops: Parameters<typeof answerOf>[0],
    progress: NonNullable<Parameters<typeof sampleState>[0]>["progress"],
  ) {
    const state = sampleState({ open: ["a", "b"], progress: { discovery: null, ...progress } });
    return readResponse(state, sampleContext(), sampleCall({ stepId: a }), answerOf(ops));
  }

  it("stores the step and calls the function once its group is complete", () => {
    const last = answered([op("StepRun", "a", { data: 1 })], { pending: [a] });
    expect(enqueued(last)).toEqual(["run-1:d2"]);
    const first = answered([op("StepRun", "a", { data: 1 })], { pending: [a, step("b")] });
    expect(enqueued(first)).toEqual([]);
    expect(first.run.progress.pending).toEqual(["b"]);
    expect(effectsOf(first, "dequeue")).toEqual([{ kind: "dequeue", itemId: "run-1:a" }]);
  });

  it("without a result for its step closes the step and asks the function again", () => {
    for (const ops of [[], [op("StepPlanned", "a")], [op("StepRun", "other", { data: 1 })]]) {
      const decision = answered(ops, { pending: [a] });
      expect(decision.closed.has(a)).toBe(true);
      expect(enqueued(decision)).toEqual(["run-1:d2"]);
      expect(decision.run.progress.pending).toEqual([]);
    }
  });

  it("that asks for discovery gets it", () => {
    expect(enqueued(answered([op("DiscoveryRequest", "x")], { pending: [a, step("b")] }))).toEqual(["run-1:d2"]);
  });
});
