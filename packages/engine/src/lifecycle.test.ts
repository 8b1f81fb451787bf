import { asRunId, canonicalJson } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { orderEvent, sampleRun, step } from "../test/sample.ts";
import { isLoopGuarded, lifecycleData } from "./lifecycle.ts";

const raw = canonicalJson({ id: "event-1", name: "shop/order" });
const events = [{ full: orderEvent, raw }];

describe("the data of a lifecycle event", () => {
  it("has the run's events in both forms, its function and its result", () => {
    const run = sampleRun({ status: "completed", output: canonicalJson({ ok: 1 }) });
    expect(JSON.parse(lifecycleData(run, events))).toEqual({
      _inngest: { status: "Completed" },
      event: JSON.parse(orderEvent) as unknown,
      events: [{ id: "event-1", name: "shop/order" }],
      function_id: "shop-ship",
      result: { ok: 1 },
      run_id: "run-1",
    });
  });

  it("has the error of a failed run beside its raw body", () => {
    const run = sampleRun({
      status: "failed",
      output: canonicalJson({ raw: 1 }),
      error: canonicalJson({ message: "no" }),
    });
    expect(JSON.parse(lifecycleData(run, events))).toMatchObject({
      _inngest: { status: "Failed" },
      error: { message: "no" },
      result: { raw: 1 },
    });
  });

  it("of a cancelled run has neither result nor error", () => {
    const data = JSON.parse(
      lifecycleData(sampleRun({ status: "cancelled", error: canonicalJson({ reason: "x" }) }), events),
    ) as object;
    expect(data).toMatchObject({ _inngest: { status: "Cancelled" } });
    expect(data).not.toHaveProperty("error");
    expect(data).not.toHaveProperty("result");
  });

  it("names the step that invoked the run", () => {
    const run = sampleRun({ status: "completed", invokedBy: { runId: asRunId("run-0"), stepId: step("i") } });
    expect(JSON.parse(lifecycleData(run, events))).toMatchObject({ correlation_id: "run-0.i" });
  });

  it("has no event when there is none to show", () => {
    expect(JSON.parse(lifecycleData(sampleRun({ status: "completed" }), []))).toMatchObject({
      event: null,
      events: [],
    });
  });

  it.each(["queued", "running", "skipped"] as const)("is not to be had of a %s run", (status) => {
    expect(() => lifecycleData(sampleRun({ status }), events)).toThrow(status);
  });
});

describe("the loop guard", () => {
  it("holds for what finished and failed runs send, and for nothing else", () => {
    expect(["inngest/function.finished", "inngest/function.failed"].every(isLoopGuarded)).toBe(true);
    expect(["inngest/function.cancelled", "inngest/function.invoked", "shop/order"].some(isLoopGuarded)).toBe(false);
  });
});
