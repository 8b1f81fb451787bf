import { describe, expect, it } from "vitest";
import { asFunctionId, asRunId, asStepId } from "./ids.ts";
import { asJsonText, canonicalJson } from "./json.ts";
import { buildCallBody, callHeaders, discoveryStepId, type CallContext, type CallRequestParts } from "./sdk-request.ts";

const ctx: CallContext = {
  runId: asRunId("01M854TKXWNT0FF1WA0BB6VT7M"),
  functionId: asFunctionId("a0e2f12b-0a52-509f-b94c-14aad05995af"),
  attempt: 1,
  maxAttempts: 5,
  disableImmediateExecution: true,
  stack: [asStepId("b"), asStepId("a")],
  stackCurrent: 2,
  requestId: "01M854TM03W5BMBJ0S9938FMYV",
  generationId: 3,
  jobId: 'job"1',
  queueItemRef: "ref",
};

const parts: CallRequestParts = {
  ctx,
  eventJsons: [asJsonText('{"name":"a"}'), asJsonText('{"name":"b"}')],
  steps: [
    [asStepId("b"), asJsonText('{"data":2}')],
    [asStepId("a"), asJsonText("null")],
  ],
  version: 2,
  useApi: false,
};

describe("the body of a call", () => {
  it("is canonical and holds every part", () => {
    const text = buildCallBody(parts);
    expect(canonicalJson(JSON.parse(text))).toBe(text);
    expect(JSON.parse(text)).toEqual({
      ctx: {
        attempt: 1,
        disable_immediate_execution: true,
        env: "",
        fn_id: ctx.functionId,
        generation_id: 3,
        job_id: 'job"1',
        max_attempts: 5,
        qi_id: "ref",
        request_id: ctx.requestId,
        run_id: ctx.runId,
        stack: { current: 2, stack: ["b", "a"] },
        step_id: "step",
        use_api: false,
      },
      defers: {},
      event: { name: "a" },
      events: [{ name: "a" }, { name: "b" }],
      steps: { a: null, b: { data: 2 } },
      use_api: false,
      version: 2,
    });
  });

  it("says what is deferred", () => {
    const text = buildCallBody({ ...parts, defers: asJsonText('{"d":{"abortable":true}}') });
    expect(JSON.parse(text)).toMatchObject({ defers: { d: { abortable: true } } });
  });

  it("leaves out what the SDK is to fetch itself", () => {
    const body: unknown = JSON.parse(buildCallBody({ ...parts, useApi: true }));
    expect(body).toMatchObject({
      ctx: { use_api: true, stack: { stack: ["b", "a"] } },
      event: { name: "a" },
      events: [],
      steps: {},
      use_api: true,
    });
  });
});

describe("the headers of a call", () => {
  it("name the run, the step and the dispatch", () => {
    expect(callHeaders({ ctx, stepId: discoveryStepId, version: -1, signature: "t=1&s=a" })).toEqual({
      "content-type": "application/json",
      "x-inngest-generation-id": "3",
      "x-inngest-job-id": 'job"1',
      "x-inngest-req-version": "-1",
      "x-inngest-signature": "t=1&s=a",
      "x-inngest-step-id": "step",
      "x-request-id": ctx.requestId,
      "x-run-id": ctx.runId,
    });
  });

  it("hold any id, encoded where a header could not", () => {
    const sent = callHeaders({ ctx: { ...ctx, jobId: "run:é😀" }, stepId: "a\nb c", version: 1, signature: null });
    expect(sent).toMatchObject({
      "x-inngest-job-id": "run%3A%C3%A9%F0%9F%98%80",
      "x-inngest-step-id": "a%0Ab%20c",
    });
  });

  it("have no signature without a key", () => {
    expect(callHeaders({ ctx, stepId: "h", version: 1, signature: null })).not.toHaveProperty("x-inngest-signature");
  });
});
