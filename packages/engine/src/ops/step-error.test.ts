import { millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import {
  answerOf,
  effectsOf,
  enqueued,
  failedOp,
  noon,
  sampleCall,
  sampleContext,
  sampleState,
  step,
} from "../../test/sample.ts";
import { readResponse } from "../read-response.ts";

const a = step("a");

interface Case {
  readonly name?: "StepError" | "StepFailed";
  readonly attempt?: number;
  readonly noRetry?: boolean | null;
  readonly error?: Readonly<Record<string, unknown>>;
  readonly retryAt?: number;
  readonly isTargeted?: boolean;
}

function answered(options: Case) {
  const isTargeted = options.isTargeted ?? false;
  const state = sampleState({
    open: isTargeted ? ["a", "b"] : [],
    progress: isTargeted ? { discovery: null, pending: [a, step("b")] } : {},
  });
  const call = sampleCall({ attempt: options.attempt ?? 0, ...(isTargeted ? { stepId: a } : {}) });
  return readResponse(
    state,
    sampleContext(),
    call,
    answerOf([failedOp(options.name ?? "StepError", "a", options.error)], {
      noRetry: options.noRetry ?? null,
      retryAt: options.retryAt === undefined ? null : millis(options.retryAt),
    }),
  );
}

describe("an answer with several errors", () => {
  it("is one attempt: the call is tried again once", () => {
    const decision = readResponse(
      sampleState(),
      sampleContext(),
      sampleCall(),
      answerOf([failedOp("StepError", "a"), failedOp("StepError", "b")]),
    );
    expect(effectsOf(decision, "reschedule")).toHaveLength(1);
  });
});

describe("a step that threw", () => {
  it("is tried again with the same item and leaves no result", () => {
    const decision = answered({});
    expect(effectsOf(decision, "reschedule")).toEqual([
      { kind: "reschedule", itemId: "run-1:d1", at: noon + 1_000, attempt: 1 },
    ]);
    expect(decision.newSteps).toEqual([]);
    expect(decision.run.progress.discovery).toEqual({ itemId: "run-1:d1", retryAt: noon + 1_000 });
    expect(effectsOf(decision, "putSpan")[0]?.span).toMatchObject({
      id: "a:0",
      status: "failed",
      error: '{"message":"no","name":"Error"}',
      detail: `{"retryAt":${noon + 1_000}}`,
    });
  });

  it("is tried again when the app said", () => {
    expect(effectsOf(answered({ retryAt: noon + 9_000 }), "reschedule")[0]?.at).toBe(noon + 9_000);
  });

  it("in a targeted call stays in its group meanwhile", () => {
    const decision = answered({ isTargeted: true });
    expect(effectsOf(decision, "reschedule")[0]?.itemId).toBe("run-1:a");
    expect(decision.run.progress).toMatchObject({ pending: ["a", "b"], discovery: null });
  });

  it.each<[string, Case]>([
    ["the last attempt", { attempt: 2 }],
    ["the last attempt although the header asks for more", { attempt: 2, noRetry: false }],
    ["the header", { noRetry: true }],
    ["the error itself", { error: { noRetry: true } }],
    ["the op", { name: "StepFailed" }],
    ["the op although the header asks for more", { name: "StepFailed", noRetry: false }],
  ])("is final by %s: its error is its result, and the function may catch it at once", (_, options) => {
    const decision = answered(options);
    expect(decision.newSteps[0]).toMatchObject({ id: "a", status: "failed" });
    expect(decision.newSteps[0]?.memo).toMatch(/^\{"error":\{"message":"no","name":"Error"/);
    expect(decision.run.status).toBe("running");
    expect(effectsOf(decision, "reschedule")).toEqual([]);
    expect(effectsOf(decision, "enqueue")[0]?.item).toMatchObject({ id: "run-1:d2", at: noon, attempt: 0 });
  });

  it("counts as finished in its group", () => {
    const decision = answered({ isTargeted: true, name: "StepFailed" });
    expect(decision.run.progress.pending).toEqual(["b"]);
    expect(enqueued(decision)).toEqual([]);
  });

  it("keeps what its error carries and drops what the SDK added", () => {
    const decision = answered({
      name: "StepFailed",
      error: { name: "TypeError", stack: "at x", cause: { message: "why" }, data: { code: 7 }, __serialized: true },
    });
    expect(decision.newSteps[0]?.memo).toBe(
      '{"error":{"cause":{"message":"why"},"data":{"code":7},"message":"no","name":"TypeError","stack":"at x"}}',
    );
  });

  it("after a result came for it changes nothing but goes on", () => {
    const state = sampleState({ steps: { a: { data: 1 } } });
    const decision = readResponse(state, sampleContext(), sampleCall(), answerOf([failedOp("StepFailed", "a")]));
    expect(decision.newSteps).toEqual([]);
    expect(enqueued(decision)).toEqual(["run-1:d2"]);
  });
});
