import { type OpName, runStateBytesMax, stepOutputBytesMax } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import {
  effectsOf,
  enqueued,
  failedOp,
  noon,
  op,
  sampleCall,
  sampleContext,
  sampleFunction,
  sampleRegistry,
  sampleState,
} from "../test/sample.ts";
import { checkpoint } from "./checkpoint.ts";

type StateOptions = NonNullable<Parameters<typeof sampleState>[0]>;

function taken(ops: Parameters<typeof checkpoint>[3], options: StateOptions = {}, context = sampleContext()) {
  const outcome = checkpoint(sampleState(options), context, sampleCall({ attempt: 1 }), ops);
  if (outcome.kind === "refused") throw outcome.error;
  return outcome.decision;
}

const ran = (id: string) => op("StepRun", id, { data: id });

describe("a checkpoint", () => {
  it("stores finished steps, gives the call its attempts back and calls nobody", () => {
    const decision = taken([ran("a"), op("Step", "b", { data: { data: 1 } })]);
    expect(decision.newSteps.map(({ id, memo, position }) => [id, memo, position])).toEqual([
      ["a", '{"data":"a"}', 0],
      ["b", '{"data":1}', 1],
    ]);
    expect(effectsOf(decision, "resetAttempt")).toEqual([{ kind: "resetAttempt", itemId: "run-1:d1" }]);
    expect(enqueued(decision)).toEqual([]);
    expect(effectsOf(decision, "dequeue")).toEqual([]);
    expect(decision.run.progress).toMatchObject({
      discovery: { itemId: "run-1:d1", retryAt: null },
      requestVersion: 2,
    });
  });

  it("counts only while its dispatch holds the lease, and raises the run's version", () => {
    const decision = taken([ran("a")]);
    expect(decision.transition.guards).toContainEqual({ kind: "lease", itemId: "run-1:d1", generation: 1 });
    expect(decision.run.version).toBe(8);
  });

  it("shows the attempt in the step's span", () => {
    expect(effectsOf(taken([ran("a")]), "putSpan")[0]?.span).toMatchObject({
      id: "a:1",
      attempt: 1,
      status: "completed",
    });
  });

  it("stores a step once", () => {
    expect(taken([ran("a")], { steps: { a: { data: "old" } } }).newSteps).toEqual([]);
    expect(taken([ran("a"), ran("a")]).newSteps).toHaveLength(1);
  });

  it("takes the start of a step, and nothing, as progress without a result", () => {
    const decision = taken([op("StepPlanned", "a"), op("None", "")]);
    expect(decision.newSteps).toEqual([]);
    expect([...decision.opened]).toEqual([]);
    expect(effectsOf(decision, "resetAttempt")).toHaveLength(1);
  });

  it("takes deferred calls", () => {
    const decision = taken([
      op("DeferAdd", "d", { opts: { fn_slug: "shop-later" } }),
      op("DeferAbort", "x", { opts: { target_hashed_id: "d" } }),
    ]);
    expect(decision.run.progress.defers["d"]?.status).toBe("aborted");
  });

  it("marks the run as running when it is the first to be heard of it", () => {
    const registry = sampleRegistry([sampleFunction({ timeouts: { startMs: null, finishMs: 1_000 } })]);
    const queued: StateOptions = { run: { status: "queued", startedAt: null } };
    const decision = taken([ran("a")], queued, sampleContext({ registry }));
    expect(decision.run).toMatchObject({ status: "running", startedAt: noon });
    expect(enqueued(decision)).toEqual(["run-1:finish-timeout"]);
  });

  it.each<OpName>([
    "Sleep",
    "WaitForEvent",
    "InvokeFunction",
    "AIGateway",
    "Gateway",
    "WaitForSignal",
    "RunComplete",
    "SyncRunComplete",
    "DiscoveryRequest",
  ])("with %s is refused as a whole", (name) => {
    const outcome = checkpoint(sampleState(), sampleContext(), sampleCall(), [ran("a"), op(name, "b")]);
    expect(outcome).toMatchObject({ kind: "refused", error: { status: 400 } });
  });

  it.each(["StepError", "StepFailed"] as const)("with %s is refused as a whole", (name) => {
    expect(checkpoint(sampleState(), sampleContext(), sampleCall(), [failedOp(name, "b")]).kind).toBe("refused");
  });

  it("with more than the run can hold fails the run, leaves the rest and says so", () => {
    for (const [ops, options, code] of [
      [[op("StepRun", "a", { data: "x".repeat(stepOutputBytesMax) }), ran("b")], {}, "output_too_large"],
      [[ran("a"), ran("b")], { progress: { stateLength: runStateBytesMax } }, "RUN_STATE_TOO_LARGE"],
    ] as const) {
      const outcome = checkpoint(sampleState(options), sampleContext(), sampleCall(), ops);
      expect(outcome).toMatchObject({ kind: "decision", tooLarge: { code, status: 413 } });
      const decision = taken(ops, options);
      expect(decision.run.status).toBe("failed");
      expect(decision.newSteps.map(({ id }) => id)).not.toContain("b");
      expect(effectsOf(decision, "resetAttempt")).toEqual([]);
    }
  });
});
