import { opsPerResponseMax } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { answerOf, effectsOf, enqueued, op, sampleCall, sampleContext, sampleState, step } from "../test/sample.ts";
import { readResponse } from "./read-response.ts";

type StateOptions = NonNullable<Parameters<typeof sampleState>[0]>;

function answered(ops: Parameters<typeof answerOf>[0], options: StateOptions = {}) {
  return readResponse(sampleState(options), sampleContext(), sampleCall(), answerOf(ops));
}

const sleep = op("Sleep", "s", { name: "1m" });
const wait = op("WaitForEvent", "w", { name: "shop/paid", opts: { timeout: "1h" } });
const race = { opts: { parallelMode: "race" } };

describe("several ops in one answer", () => {
  it("begin a group: what has no result is pending, and steps are planned from now on", () => {
    const { run } = answered([op("StepPlanned", "a"), sleep, wait]);
    expect(run.progress).toMatchObject({ pending: ["a", "s", "w"], forceStepPlan: true, race: [] });
  });

  it("join the group that is open", () => {
    const { run } = answered([op("StepPlanned", "a"), op("StepPlanned", "b")], {
      progress: { pending: [step("x"), step("a")] },
    });
    expect(run.progress.pending).toEqual(["x", "a", "b"]);
  });

  it("leave out what has a result, in store or in this answer", () => {
    const { run } = answered([op("StepPlanned", "a"), op("StepPlanned", "b"), op("StepRun", "c", { data: 1 })], {
      steps: { a: null },
    });
    expect(run.progress.pending).toEqual(["b"]);
  });

  it("note who is in race mode", () => {
    const { run } = answered([op("StepPlanned", "a", race), op("StepPlanned", "b")]);
    expect(run.progress.race).toEqual(["a"]);
  });

  it.each([
    ["a single op", [sleep]],
    ["an op and lazy ones", [op("DeferAdd", "d"), sleep]],
    ["a result and the end", [op("StepRun", "a", { data: 1 }), op("RunComplete", "", { data: 1 })]],
    ["an op and nothing", [sleep, op("None", "")]],
  ])("are no group when there is only %s", (_, ops) => {
    expect(answered(ops).run.progress).toMatchObject({ pending: [], forceStepPlan: false });
  });

  it("go on when a finished step comes with an open one", () => {
    const decision = answered([op("StepRun", "a", { data: 1 }), op("StepPlanned", "b")]);
    expect(enqueued(decision)).toEqual(["run-1:b"]);
    expect(decision.run.progress).toMatchObject({ pending: ["b"], discovery: null });
  });
});

describe("the order of ops", () => {
  it("puts waits before anything that could send what they wait for", () => {
    const kinds = answered([op("StepRun", "a", { data: 1 }), wait]).transition.effects.map((effect) => effect.kind);
    expect(kinds.indexOf("putPause")).toBeLessThan(kinds.indexOf("putStep"));
  });

  it("records deferred calls before the run ends", () => {
    const decision = answered([
      op("RunComplete", "", { data: 1 }),
      op("DeferAdd", "d", { opts: { fn_slug: "shop-later" } }),
    ]);
    expect(effectsOf(decision, "putEvent").map((effect) => effect.event.name)).toContain("inngest/deferred.schedule");
  });

  it("stores steps before the run ends, wherever its end is told, and ends it once", () => {
    const decision = answered([
      op("StepRun", "a", { data: 1 }),
      op("RunComplete", "", { data: 2 }),
      op("StepRun", "b", { data: 3 }),
      op("RunComplete", "", { data: 4 }),
    ]);
    expect(decision.newSteps.map((one) => one.id)).toEqual(["a", "b"]);
    expect(decision.run).toMatchObject({ status: "completed", output: "2" });
  });
});

describe("an op that was reported before", () => {
  const opening = [
    op("StepPlanned", "x"),
    op("Sleep", "x", { name: "1m" }),
    op("WaitForEvent", "x", { name: "shop/paid", opts: { timeout: "1h" } }),
    op("InvokeFunction", "x", { opts: { function_id: "shop-ship" } }),
    op("AIGateway", "x", { opts: { url: "http://ai/" } }),
    op("Gateway", "x", { opts: { url: "http://api/" } }),
    op("WaitForSignal", "x", { opts: { signal: "go" } }),
  ];

  it.each(opening)("changes nothing while it is open: $op", (one) => {
    const decision = answered([one], { open: ["x"] });
    expect(decision.transition.effects.map((effect) => effect.kind)).toEqual(["dequeue", "updateRun"]);
    expect(decision.transition.guards.map((guard) => guard.kind)).toEqual(["runVersion", "lease"]);
  });

  it.each(opening)("changes nothing once it has a result: $op", (one) => {
    expect(enqueued(answered([one], { steps: { x: null }, open: ["y"] }))).toEqual([]);
  });

  it.each(opening)("opens once when it comes twice in one answer: $op", (one) => {
    expect(new Set(enqueued(answered([one, one]))).size).toBe(enqueued(answered([one, one])).length);
    expect(effectsOf(answered([one, one]), "putPause").length).toBeLessThanOrEqual(1);
  });
});

describe("the end of a run as an op", () => {
  it("completes it with its data, or with null", () => {
    expect(answered([op("RunComplete", "", { data: { ok: true } })]).run.output).toBe('{"ok":true}');
    expect(answered([op("RunComplete", "")]).run.output).toBe("null");
  });
});

describe("too many ops", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => op("StepPlanned", `s${index}`));

  it("fail the run", () => {
    const { run } = answered(many(opsPerResponseMax + 1));
    expect(run.status).toBe("failed");
    expect(run.error).toContain("InngestErrFunctionOverflowed");
  });

  it("are more than the limit, not the limit itself", () => {
    expect(enqueued(answered(many(opsPerResponseMax)))).toHaveLength(opsPerResponseMax);
  });
});
