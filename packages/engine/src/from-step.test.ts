import { asStepId, canonicalJson, type JsonText, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon, runId, sampleRun } from "../test/sample.ts";
import { memosOf } from "./build-request.ts";
import { stepsBefore } from "./from-step.ts";
import type { Span } from "./span.ts";
import type { StepResult } from "./step.ts";

const result = (id: string, position: number, name = id): StepResult => ({
  id: asStepId(id),
  position,
  op: "StepRun",
  name,
  status: "completed",
  memo: `{"data":"${id}"}` as JsonText,
  input: null,
  finishedAt: millis(noon + 100 + position),
});

const span = (id: string, startedAt: number, over: Partial<Span> = {}): Span => ({
  runId,
  id: `${id}:0`,
  kind: "step",
  stepId: asStepId(id),
  name: id,
  op: "StepRun",
  attempt: 0,
  status: "completed",
  queuedAt: noon,
  startedAt: millis(noon + startedAt),
  endedAt: millis(noon + startedAt),
  error: null,
  detail: canonicalJson({}),
  ...over,
});

const before = (asked: string, steps: readonly StepResult[], spans: readonly Span[]) => {
  const found = stepsBefore({ asked, steps, spans });
  return found.kind === "found" ? found.memoized.map((step) => step.id) : found.kind;
};

describe("the steps before a step", () => {
  it("are those that began before it, in the order in which they ended", () => {
    const steps = [result("slow", 2), result("a", 0), result("b", 1), result("c", 3)];
    const spans = [span("a", 1), span("slow", 2), span("b", 3), span("c", 4)];
    expect(before("c", steps, spans)).toEqual(["a", "b", "slow"]);
    expect(before("b", steps, spans)).toEqual(["a", "slow"]);
    expect(before("a", steps, spans)).toEqual([]);
  });

  it("are told apart by their results when they began in the same millisecond", () => {
    const spans = [span("a", 1), span("b", 1), span("c", 1)];
    expect(before("b", [result("a", 0), result("b", 1), result("c", 2)], spans)).toEqual(["a"]);
    expect(before("b", [result("a", 0), result("c", 1)], spans)).toEqual(["a", "c"]);
  });

  it("count from their first attempt, and a step without a span from its result", () => {
    const retried = [span("a", 1), span("a", 9, { id: "a:1" }), span("b", 5)];
    expect(before("b", [result("a", 0), result("b", 1)], retried)).toEqual(["a"]);
    expect(before("b", [result("a", 0), result("b", 1)], [])).toEqual(["a"]);
  });

  it("are found by the step's id, or by a name that no other step has", () => {
    const spans = [span("a", 1, { name: "twice" }), span("b", 2, { name: "twice" }), span("c", 3, { name: "once" })];
    const steps = [result("a", 0), result("b", 1), result("c", 2)];
    expect(before("once", steps, spans)).toEqual(["a", "b"]);
    expect(before("b", steps, spans)).toEqual(["a"]);
    expect(stepsBefore({ asked: "twice", steps, spans })).toEqual({ kind: "ambiguous", ids: ["a", "b"] });
    expect(before("nope", steps, spans)).toBe("unknown");
    expect(before("a", [], [span("a", 1, { kind: "function" })])).toBe("unknown");
  });
});

describe("arguments of a step that is to run with others", () => {
  const state = (steps: readonly StepResult[]) => ({
    run: sampleRun({}, { input: { stepId: asStepId("b"), value: canonicalJson([{ n: 2 }]) } }),
    events: [],
    steps: new Map(steps.map((step) => [step.id, step])),
    stack: steps.map((step) => step.id),
    open: new Set([asStepId("b")]),
    setAsideDiscovery: null,
  });

  it("are sent until the step has a result", () => {
    expect(memosOf(state([result("a", 0)]))).toEqual([
      ["a", '{"data":"a"}'],
      ["b", '{"input":[{"n":2}]}'],
    ]);
    expect(memosOf(state([result("a", 0), result("b", 1)]))).toEqual([
      ["a", '{"data":"a"}'],
      ["b", '{"data":"b"}'],
    ]);
  });

  it("are kept from the app where the server puts them in place", () => {
    const ours = state([result("a", 0)]);
    const { input } = ours.run.progress;
    if (input === undefined) throw new Error("the sample has arguments");
    const run = { ...ours.run, progress: { ...ours.run.progress, input: { ...input, isOurs: true as const } } };
    expect(memosOf({ ...ours, run })).toEqual([["a", '{"data":"a"}']]);
  });
});
