import { runStateBytesMax, stepOutputBytesMax } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import {
  answerOf,
  effectsOf,
  enqueued,
  noon,
  op,
  sampleCall,
  sampleContext,
  sampleState,
  step,
} from "../../test/sample.ts";
import { readResponse } from "../read-response.ts";

type StateOptions = NonNullable<Parameters<typeof sampleState>[0]>;

function answered(one: Parameters<typeof answerOf>[0][number], options: StateOptions = {}, call = sampleCall()) {
  return readResponse(sampleState(options), sampleContext(), call, answerOf([one]));
}

describe("a step that the function ran itself, while a call of its own was planned", () => {
  it("has its result, and stays open until that call has ended", () => {
    const decision = answered(op("StepRun", "a", { data: 1 }), { open: ["a"] });
    expect(effectsOf(decision, "putStep")).toHaveLength(1);
    expect([...decision.closed]).toEqual([]);
    const own = answered(op("StepRun", "a", { data: 1 }), { open: ["a"] }, sampleCall({ stepId: step("a") }));
    expect([...own.closed]).toEqual([step("a")]);
  });
});

describe("a finished step", () => {
  it("is stored with its result under `data`, its title, input and place", () => {
    const one = op("StepRun", "a", { data: { v: 1 }, displayName: "Charge", opts: { input: [1, "x"] } });
    expect(effectsOf(answered(one, { steps: { before: null } }), "putStep")[0]).toEqual({
      kind: "putStep",
      runId: "run-1",
      step: {
        id: "a",
        position: 1,
        op: "StepRun",
        name: "Charge",
        status: "completed",
        memo: '{"data":{"v":1}}',
        input: '[1,"x"]',
        finishedAt: noon,
      },
    });
  });

  it("without data has the result null", () => {
    expect(answered(op("StepRun", "a")).newSteps[0]?.memo).toBe('{"data":null}');
  });

  it("of the legacy kind is stored as it is", () => {
    expect(answered(op("Step", "a", { data: { data: 1 } })).newSteps[0]?.memo).toBe('{"data":1}');
  });

  it("has a span of its attempt, with the app's timing where it fits", () => {
    const early = { a: (noon - 5_000) * 1e6, b: 2e6 };
    const [span] = effectsOf(answered(op("StepRun", "a", { data: 1, timing: early })), "putSpan");
    expect(span?.span).toMatchObject({ id: "a:0", kind: "step", status: "completed", startedAt: noon, endedAt: noon });
  });

  it("that has a result already changes nothing but goes on", () => {
    const decision = answered(op("StepRun", "a", { data: "new" }), { steps: { a: { data: "old" } } });
    expect(effectsOf(decision, "putStep")).toEqual([]);
    expect(effectsOf(decision, "putSpan")).toEqual([]);
    expect(enqueued(decision)).toEqual(["run-1:d2"]);
  });

  it("leaves its group", () => {
    const state = { open: ["a", "b"], progress: { discovery: null, pending: [step("a"), step("b")] } };
    expect(answered(op("StepRun", "a"), state, sampleCall({ stepId: step("a") })).run.progress.pending).toEqual(["b"]);
  });

  it("inside a discovery call waits for an open group, unless it races", () => {
    const open = { open: ["b"], progress: { pending: [step("b")] } };
    expect(enqueued(answered(op("StepRun", "a"), open))).toEqual([]);
    const racing = { open: ["b"], progress: { pending: [step("b")], race: [step("a")] } };
    expect(enqueued(answered(op("StepRun", "a"), racing))).toEqual(["run-1:d2"]);
  });

  it("fails the run when its result is too large", () => {
    const decision = answered(op("StepRun", "a", { data: "x".repeat(stepOutputBytesMax) }));
    expect(decision.run.status).toBe("failed");
    expect(decision.run.error).toContain("output_too_large");
    expect(effectsOf(decision, "putStep")).toEqual([]);
  });

  it("fails the run by the bytes of its result, not by its characters", () => {
    const euros = (count: number) => answered(op("StepRun", "a", { data: "€".repeat(count) }));
    const fitting = Math.floor((stepOutputBytesMax - 2) / 3);
    expect(euros(fitting).run.status).toBe("running");
    const { run } = euros(fitting + 1);
    expect(run.status).toBe("failed");
    expect(run.error).toContain(`returned ${(fitting + 1) * 3 + 2} bytes; at most ${stepOutputBytesMax}`);
  });

  it("adds its bytes to those of the run", () => {
    const memo = '{"data":"€😀"}';
    const { progress } = answered(op("StepRun", "a", { data: "€😀" }), { progress: { stateLength: 7 } }).run;
    expect(progress.stateLength).toBe(7 + Buffer.byteLength(memo));
  });

  it("fails the run when all results together are too large", () => {
    const full = { progress: { stateLength: runStateBytesMax - 5 } };
    const decision = answered(op("StepRun", "a", { data: "x" }), full);
    expect(decision.run.status).toBe("failed");
    expect(decision.run.error).toContain("InngestErrStateOverflowed");
    expect(enqueued(decision).filter((id) => id.startsWith("run-1:"))).toEqual([]);
  });
});
