import { asEventId, canonicalJson, type JsonText, millis, parseJsonText } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, noon, orderEvent, sampleFunction, step } from "../test/sample.ts";
import type { FromStep } from "./from-step.ts";
import { startFunction } from "./start-run.ts";

function started(input: JsonText | null, isRun = true) {
  const fromStep: FromStep = {
    stepId: step("b"),
    name: "Step b",
    isRun,
    memoized: [
      {
        id: step("a"),
        position: 4,
        op: "StepRun",
        name: "a",
        status: "completed",
        memo: canonicalJson({ data: "x" }),
        input: null,
        finishedAt: millis(noon - 5),
      },
    ],
    input,
  };
  return startFunction({
    origin: "rerun",
    fn: sampleFunction(),
    trigger: {
      ref: { kind: "stored", seq: 4 },
      internalId: asEventId("event-1"),
      name: "shop/order",
      ts: noon,
      value: parseJsonText(orderEvent),
      length: orderEvent.length,
    },
    idempotencyKey: null,
    cron: null,
    invokedBy: null,
    originalRunId: null,
    fromStep,
    now: noon,
    newId: () => "run-9",
  }).transition;
}

describe("a start from a step", () => {
  it("has the results from before it, in order and with their length, and finds the step by its first call", () => {
    const transition = started(null);
    expect(transition.effects.map(({ kind }) => kind)).toEqual(["createRun", "putStep", "enqueue"]);
    expect(effectsOf(transition, "putStep")[0]?.step).toMatchObject({ id: "a", position: 0, finishedAt: noon });
    const progress = effectsOf(transition, "createRun")[0]?.run.progress;
    expect(progress).toMatchObject({ stateLength: orderEvent.length + 12, discovery: { retryAt: null } });
    expect(progress).not.toHaveProperty("input");
  });

  it("with other arguments calls the step on its own, unless it is a wait", () => {
    const transition = started(canonicalJson([1]));
    expect(effectsOf(transition, "enqueue")[0]?.item.work).toMatchObject({ stepId: "b", name: "Step b" });
    expect(effectsOf(transition, "createRun")[0]?.run.progress).toMatchObject({
      discovery: null,
      input: { stepId: "b", value: "[1]" },
    });
    const wait = started(canonicalJson([1]), false);
    expect(effectsOf(wait, "enqueue")[0]?.item.work).toMatchObject({ stepId: null });
    expect(effectsOf(wait, "createRun")[0]?.run.progress.input).toEqual({ stepId: "b", value: "[1]", isOurs: true });
  });
});
