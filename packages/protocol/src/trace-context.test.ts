import { describe, expect, it } from "vitest";
import { asAppId, asFunctionId, asRunId, asStepId, millis } from "./ids.ts";
import { readTraceRef, traceHeaders, traceIdOf } from "./trace-context.ts";

const runId = asRunId("01M854TKXWNT0FF1WA0BB6VT7M");
const call = {
  runId,
  appId: asAppId("10380af4-0e77-5536-a466-91d29970c9c7"),
  functionId: asFunctionId("a0e2f12b-0a52-509f-b94c-14aad05995af"),
  requestId: "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
  calledAt: millis(1_795_469_168_451),
  stepId: asStepId("fe05bcdcdc4928012781a5f1a2a77cbb5398e106"),
};

describe("the headers of a call", () => {
  it("name its trace and, in the members that SDKs know, its reference, function and app", () => {
    const { traceparent = "", tracestate = "" } = traceHeaders(call);
    expect(traceparent).toBe(`00-${traceIdOf(runId)}-ffffffffffffffff-01`);
    const members = Object.fromEntries(tracestate.split(",").map((member) => member.split("=")));
    expect(members).toEqual({
      "inngest@traceref": expect.any(String),
      "inngest@fn": call.functionId,
      "inngest@app": call.appId,
    });
    expect(members["inngest@traceref"].length).toBeLessThanOrEqual(256);
    expect(readTraceRef(members["inngest@traceref"])).toEqual({
      runId,
      calledAt: call.calledAt,
      stepId: call.stepId,
    });
  });

  it("leave out a step whose id is too long for them", () => {
    const { tracestate = "" } = traceHeaders({ ...call, stepId: asStepId("s".repeat(65)) });
    const [, ref = ""] = /traceref=([^,]*)/.exec(tracestate) ?? [];
    expect(readTraceRef(ref)).toMatchObject({ runId, stepId: null });
  });

  it("are none for a run whose id has no bits", () => {
    expect(traceHeaders({ ...call, runId: asRunId("run-1") })).toEqual({});
  });
});

describe("a reference", () => {
  it("may know no more than the trace", () => {
    const ref = encodeURIComponent(JSON.stringify({ tp: `00-${traceIdOf(runId)}-00f067aa0ba902b7-01`, ts: "" }));
    expect(readTraceRef(ref)).toEqual({ runId, calledAt: null, stepId: null });
  });

  it.each(["", "%", "{}", '"x"', '{"tp":"00-1-2-01"}', '{"tp":5}', "%7B"])("is not %j", (text) => {
    expect(readTraceRef(text)).toBeNull();
  });
});
