import {
  asAppId,
  asFunctionId,
  asRunId,
  callBodyBytesMax,
  canonicalJson,
  defaultRunLimits,
  millis,
  stepsPerRunMax,
  ulidOf,
} from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { orderEvent, sampleCall, sampleFunction, sampleState, step } from "../test/sample.ts";
import { buildRequest, hasTooManySteps } from "./build-request.ts";

type StateOptions = NonNullable<Parameters<typeof sampleState>[0]>;

const limits = defaultRunLimits;

function built(options: StateOptions = {}, call = sampleCall(), sdk = "js:v4.24.0") {
  const state = sampleState(options);
  const request = buildRequest({ state, fn: sampleFunction(), call, requestId: "req-1", sdk, limits });
  return { ...request, json: JSON.parse(request.body) as { ctx: Record<string, unknown> } & Record<string, unknown> };
}

describe("the request of a call", () => {
  it("carries the run's state, spliced from what is stored", () => {
    const { json } = built({ steps: { b: { data: 2 }, a: null } }, sampleCall({ attempt: 1 }));
    expect(json).toEqual({
      ctx: {
        attempt: 1,
        disable_immediate_execution: false,
        env: "",
        fn_id: "fn-1",
        generation_id: 1,
        job_id: "run-1:d1",
        max_attempts: 3,
        qi_id: "run-1:d1",
        request_id: "req-1",
        run_id: "run-1",
        stack: { current: 2, stack: ["b", "a"] },
        step_id: "step",
        use_api: false,
      },
      defers: {},
      event: JSON.parse(orderEvent) as unknown,
      events: [JSON.parse(orderEvent) as unknown],
      steps: { a: null, b: { data: 2 } },
      use_api: false,
      version: 2,
    });
  });

  it("is canonical, so that it can be signed as it is", () => {
    const { body, json } = built({ steps: { b: { data: 2 }, a: null } });
    expect(body).toBe(canonicalJson(json));
  });

  it("goes to the function's URL with the step it asks for", () => {
    expect(built().url).toBe("http://localhost:3000/api/inngest?fnId=shop-ship&stepId=step");
    const targeted = built({ open: ["a"] }, sampleCall({ stepId: step("a") }));
    expect(targeted.url).toBe("http://localhost:3000/api/inngest?fnId=shop-ship&stepId=a");
    expect(targeted.headers).toMatchObject({ "x-inngest-step-id": "a", "x-run-id": "run-1", "user-agent": "Inngest" });
  });

  it("tells the version of the run, -1 before it is known", () => {
    expect(built({ progress: { requestVersion: -1 } })).toMatchObject({
      json: { version: -1 },
      headers: { "x-inngest-req-version": "-1" },
    });
  });

  it.each<[string, StateOptions, boolean]>([
    ["in a sequence", {}, false],
    ["in a parallel section", { progress: { forceStepPlan: true } }, true],
    ["while steps are open, one of which could be found alone and run twice", { open: ["a"] }, true],
  ])("lets steps run inside it, or not: %s", (_, options, isForced) => {
    expect(built(options).json.ctx["disable_immediate_execution"]).toBe(isForced);
  });

  it("for a planned step says what the section says", () => {
    const call = sampleCall({ stepId: step("a") });
    expect(built({ open: ["a"] }, call).json.ctx["disable_immediate_execution"]).toBe(false);
  });

  it("tells of deferred calls whether they can still be taken back", () => {
    const defer = { functionSlug: "f", input: canonicalJson({}) };
    const defers = {
      a: { ...defer, status: "live" },
      b: { ...defer, status: "aborted" },
      c: { ...defer, status: "rejected" },
    } as const;
    expect(built({ progress: { defers } }).json["defers"]).toEqual({
      a: { abortable: true },
      b: { abortable: false },
      c: { abortable: false },
    });
  });

  it("leaves a large state to be fetched", () => {
    const { json } = built({ steps: { a: 1 }, progress: { stateLength: callBodyBytesMax + 1 } });
    expect(json).toMatchObject({
      use_api: true,
      events: [],
      steps: {},
      event: { id: "event-1" },
      ctx: { use_api: true },
    });
    expect(built({ progress: { stateLength: 1_000 } }).json).toMatchObject({ use_api: false });
  });

  it("leaves it to be fetched as well where only the body would be too large, in bytes and with its event twice", () => {
    const event = (bytes: number) => canonicalJson({ data: { text: "€".repeat(bytes / 3) }, id: "e", name: "n" });
    const sent = (bytes: number) => built({ event: event(bytes), progress: { stateLength: bytes } });
    expect(sent(1_800_000).json).toMatchObject({ use_api: false });
    const { body, json } = sent(2_100_000);
    expect(json).toMatchObject({ use_api: true, events: [], event: { id: "e" } });
    expect(Buffer.byteLength(body)).toBeLessThan(callBodyBytesMax);
  });

  it("tells the trace that the app's spans may join: the run, and this request", () => {
    const runId = asRunId(ulidOf(millis(1), new Uint8Array(10).fill(1)));
    const requestId = ulidOf(millis(2), new Uint8Array(10).fill(2));
    const fn = { ...sampleFunction(), id: asFunctionId("f"), appId: asAppId("a") };
    const state = sampleState({ run: { id: runId } });
    const { headers } = buildRequest({ state, fn, call: sampleCall(), requestId, sdk: null, limits });
    expect(headers).toMatchObject({
      traceparent: `00-000000000001${"01".repeat(10)}-${"02".repeat(8)}-01`,
      tracestate: expect.stringMatching(/^inngest@traceref=[^,]+,inngest@fn=f,inngest@app=a$/) as string,
    });
  });

  it("carries a state of any size to the Go SDK, which fetches nothing and would run every step again", () => {
    const large = { steps: { a: 1 }, progress: { stateLength: callBodyBytesMax + 1 } };
    expect(built(large, sampleCall(), "go:v0.16.0").json).toMatchObject({ use_api: false, steps: { a: 1 } });
  });

  it("needs an event", () => {
    const state = { ...sampleState(), events: [] };
    const request = { state, fn: sampleFunction(), call: sampleCall(), requestId: "r", sdk: null, limits };
    expect(() => buildRequest(request)).toThrow("triggering event");
  });
});

describe("the step limit", () => {
  it("counts results, so that the step that reaches it has run", () => {
    const steps = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, null]));
    expect(hasTooManySteps(sampleState({ steps: steps(stepsPerRunMax - 1) }), defaultRunLimits)).toBe(false);
    expect(hasTooManySteps(sampleState({ steps: steps(stepsPerRunMax) }), defaultRunLimits)).toBe(true);
  });
});
