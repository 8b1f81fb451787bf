import { asStepId, canonicalJson } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { answerOf, op, sampleCall, sampleContext, sampleDraft, sampleState, step } from "../test/sample.ts";
import { completeStep } from "./complete-step.ts";
import { readResponse } from "./read-response.ts";
import {
  advance,
  closeDraft,
  hasOpenSteps,
  hasResult,
  isOpen,
  nextItemId,
  openStep,
  patchProgress,
  stepCount,
  triggerEvent,
} from "./state.ts";

const a = step("a");
const result = {
  id: a,
  op: "StepRun",
  name: "a",
  status: "completed",
  memo: canonicalJson(null),
  input: null,
} as const;

describe("a draft", () => {
  it("knows of steps that are stored, opened and finished in it", () => {
    const draft = sampleDraft({ steps: { s: null }, open: ["a"] });
    expect([hasResult(draft, step("s")), hasResult(draft, a), isOpen(draft, a), isOpen(draft, step("s"))]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    completeStep(draft, result);
    expect([hasResult(draft, a), isOpen(draft, a), hasOpenSteps(draft), stepCount(draft)]).toEqual([
      true,
      false,
      false,
      2,
    ]);
    openStep(draft, step("b"));
    expect([isOpen(draft, step("b")), hasOpenSteps(draft)]).toEqual([true, true]);
  });

  it("opens a step again that it had closed", () => {
    const draft = sampleDraft({ open: ["a"] });
    draft.closed.add(a);
    openStep(draft, a);
    expect(isOpen(draft, a)).toBe(true);
  });

  it("makes a new id for every item", () => {
    const draft = sampleDraft();
    expect([nextItemId(draft), nextItemId(draft)]).toEqual(["run-1:d2", "run-1:d3"]);
  });

  it("may not leave an unfinished run without anything to go on by", () => {
    const draft = sampleDraft();
    patchProgress(draft, { discovery: null });
    expect(() => closeDraft(draft)).toThrow("an unfinished run has a queue item or a pause");
    openStep(draft, a);
    expect(() => closeDraft(draft)).not.toThrow();
    draft.run = { ...draft.run, status: "completed" };
    draft.closed.add(a);
    expect(() => closeDraft(draft)).not.toThrow();
  });

  it("needs an event to fill conditions in from", () => {
    expect(triggerEvent(sampleState())).toMatchObject({ id: "event-1" });
    expect(() => triggerEvent({ ...sampleState(), events: [] })).toThrow("triggering event");
  });
});

describe("the state in memory", () => {
  it("follows a committed decision", () => {
    const state = sampleState({ open: ["x"] });
    const ops = [op("StepRun", "a", { data: 1 }), op("StepPlanned", "b")];
    advance(state, readResponse(state, sampleContext(), sampleCall(), answerOf(ops)));
    expect(state.run.version).toBe(8);
    expect([...state.steps.keys()]).toEqual(["a"]);
    expect(state.stack).toEqual(["a"]);
    expect([...state.open]).toEqual(["x", "b"].map(asStepId));
  });

  it("does not follow a decision that was made for another version", () => {
    const state = sampleState();
    const decision = readResponse(state, sampleContext(), sampleCall(), answerOf([]));
    advance(state, decision);
    expect(() => advance(state, decision)).toThrow("version");
  });
});
