import { asRunId, asStepId, emptyObjectJson, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { type AppSpan, type AppSpanTree, placeAppSpans } from "./app-span.ts";
import type { Span } from "./span.ts";

const stepA = asStepId("a");
const stepB = asStepId("b");

function stored(id: string, changes: Partial<Span>): Span {
  return {
    runId: asRunId("run"),
    id,
    kind: "step",
    stepId: null,
    name: id,
    op: "StepRun",
    attempt: 0,
    status: "completed",
    queuedAt: millis(0),
    startedAt: millis(0),
    endedAt: millis(0),
    error: null,
    detail: emptyObjectJson,
    ...changes,
  };
}

function own(id: string, changes: Partial<AppSpan> = {}): AppSpan {
  return {
    id,
    parentId: null,
    name: id,
    status: "completed",
    startedAt: millis(0),
    endedAt: millis(1),
    stepId: null,
    calledAt: null,
    detail: emptyObjectJson,
    ...changes,
  };
}

/** A run of two calls: the first ran step a and failed, the second ran it again; then b, and the end of the code. */
const spans = [
  stored("a:0", { stepId: stepA, startedAt: millis(10), status: "failed" }),
  stored("a:1", { stepId: stepA, startedAt: millis(20) }),
  stored("b:0", { stepId: stepB, startedAt: millis(30) }),
  stored("fn:i:0", { kind: "function", startedAt: millis(40) }),
];

/** What is placed, as names in brackets. */
function placed(list: readonly AppSpan[]): Record<string, string> {
  const write = ({ span, children }: AppSpanTree): string =>
    children.length === 0 ? span.id : `${span.id}(${children.map(write).join(" ")})`;
  return Object.fromEntries(
    [...placeAppSpans(spans, list)].map(([key, trees]) => [String(key), trees.map(write).join(" ")]),
  );
}

describe("spans of an app", () => {
  it("are at the attempt of their step that their call made", () => {
    expect(
      placed([
        own("x", { stepId: stepA, calledAt: millis(9) }),
        own("y", { stepId: stepA, calledAt: millis(18) }),
        own("z", { stepId: stepA }),
      ]),
    ).toEqual({ "a:0": "x z", "a:1": "y" });
  });

  it("are at what the call came to first when they are of no step", () => {
    expect(placed([own("x", { calledAt: millis(29) }), own("y", { calledAt: millis(40) })])).toEqual({
      "b:0": "x",
      "fn:i:0": "y",
    });
  });

  it("are the run's own while nothing is known of their call", () => {
    expect(
      placed([own("x"), own("y", { calledAt: millis(41) }), own("z", { stepId: asStepId("c"), calledAt: millis(1) })]),
    ).toEqual({ null: "x y z" });
  });

  it("are below their parents, in the order they began, wherever those are", () => {
    expect(
      placed([
        own("late", { parentId: "top", startedAt: millis(6) }),
        own("top", { stepId: stepB, startedAt: millis(4) }),
        own("early", { parentId: "top", startedAt: millis(5), stepId: stepA }),
        own("deep", { parentId: "late", startedAt: millis(7) }),
        own("orphan", { parentId: "gone", stepId: stepA }),
      ]),
    ).toEqual({ "a:0": "orphan", "b:0": "top(early late(deep))" });
  });

  it("are there once each, also those that are their own parents", () => {
    expect(placed([own("x", { parentId: "x" }), own("y", { parentId: "z" }), own("z", { parentId: "y" })])).toEqual({
      null: "x y(z)",
    });
  });
});
