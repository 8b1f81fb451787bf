import { asQueueItemId, canonicalJson } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import {
  answerOf,
  effectsOf,
  enqueued,
  leased,
  noon,
  op,
  runId,
  sampleCall,
  sampleContext,
  sampleDraft,
  sampleState,
  step,
} from "../../test/sample.ts";
import type { GatewayRequest } from "../queue-item.ts";
import { readResponse } from "../read-response.ts";
import { gatewayAnswered, type GatewayResult } from "./gateway.ts";

function requested(name: "Gateway" | "AIGateway", opts: Readonly<Record<string, unknown>>) {
  return readResponse(
    sampleState(),
    sampleContext(),
    sampleCall(),
    answerOf([op(name, "g", { displayName: "ask", opts })]),
  );
}

function requestOf(name: "Gateway" | "AIGateway", opts: Readonly<Record<string, unknown>>): GatewayRequest | undefined {
  const [item] = effectsOf(requested(name, opts), "enqueue");
  return item?.item.work.kind === "gateway" ? item.item.work.request : undefined;
}

describe("a run that was started again from step.ai.infer with another question", () => {
  const asked = (input: unknown, opts: Readonly<Record<string, unknown>>, over: { readonly isOurs?: true } = {}) => {
    const state = sampleState({ progress: { input: { stepId: step("g"), value: canonicalJson(input), ...over } } });
    const [item] = effectsOf(
      readResponse(state, sampleContext(), sampleCall(), answerOf([op("AIGateway", "g", { opts })])),
      "enqueue",
    );
    return item?.item.work.kind === "gateway" ? item.item.work.request.body : undefined;
  };
  const url = "http://provider/";
  const opts = { url, body: { model: "m", messages: ["old"] } };

  it("asks that, with the rest as the code has it", () => {
    const changed = asked([{ messages: ["new"] }], opts, { isOurs: true });
    expect(changed).toBe('{"messages":["new"],"model":"m"}');
    expect(asked([{ messages: ["new"] }], { url }, { isOurs: true })).toBe('{"messages":["new"]}');
  });

  it("asks what the code asks where there is nothing to put in its place", () => {
    const own = canonicalJson(opts.body);
    expect(asked([], opts, { isOurs: true })).toBe(own);
    expect(asked(["text"], opts, { isOurs: true })).toBe(own);
    expect(asked([{ messages: ["new"] }], opts)).toBe(own);
  });
});

describe("a request for step.fetch", () => {
  it("is an item of its own, in its app's lane of such requests", () => {
    const decision = requested("Gateway", {
      url: "http://api/x",
      method: "PUT",
      headers: { "X-A": "1", "X-B": ["2", "3"] },
      body: "text",
    });
    expect(effectsOf(decision, "enqueue")[0]?.item).toEqual({
      id: "run-1:g:gateway",
      lane: "gateway:app-1",
      at: noon,
      attempt: 0,
      work: {
        kind: "gateway",
        runId: "run-1",
        stepId: "g",
        request: {
          op: "Gateway",
          name: "ask",
          method: "PUT",
          url: "http://api/x",
          headers: { "user-agent": "Inngest", "x-a": "1", "x-b": "2,3" },
          body: "text",
          queuedAt: noon,
        },
      },
    });
    expect([...decision.opened]).toEqual(["g"]);
  });

  it("is a POST without a body unless it says otherwise", () => {
    expect(requestOf("Gateway", { url: "http://api/" })).toMatchObject({ method: "POST", body: null });
    expect(requestOf("Gateway", { url: "http://api/", body: { a: 1 }, headers: "odd" })).toMatchObject({
      body: '{"a":1}',
    });
  });

  it("of what is no URL fails the run and names it", () => {
    const { run } = requested("Gateway", { url: "nowhere" });
    expect(run.status).toBe("failed");
    expect(run.error).toContain("nowhere");
  });

  it("tells the span no more than where it goes", () => {
    const [span] = effectsOf(requested("Gateway", { url: "http://api/secret?key=1" }), "putSpan");
    expect(span?.span.detail).toBe('{"method":"POST","url":"http://api"}');
  });
});

describe("a request for step.ai.infer", () => {
  it.each([
    ["openai-chat", { authorization: "Bearer k" }],
    ["anthropic", { "x-api-key": "k" }],
    ["bedrock", { authorization: "k" }],
    ["gemini", {}],
  ])("carries the key as %s wants it", (format, headers) => {
    const request = requestOf("AIGateway", {
      url: "https://ai/v1",
      format,
      auth_key: "k",
      body: { m: 1 },
      method: "GET",
    });
    expect(request?.headers).toEqual({ "user-agent": "Inngest", "content-type": "application/json", ...headers });
    expect(request).toMatchObject({
      method: "POST",
      body: '{"m":1}',
      url: format === "gemini" ? "https://ai/v1?key=k" : "https://ai/v1",
    });
  });

  it("lets the app's headers win, and goes without a key where there is none", () => {
    const request = requestOf("AIGateway", {
      url: "https://ai/",
      format: "anthropic",
      headers: { "Content-Type": "text/x" },
    });
    expect(request?.headers).toEqual({ "user-agent": "Inngest", "content-type": "text/x" });
  });

  it("to gemini with a URL that is none fails the run", () => {
    expect(requested("AIGateway", { url: "nowhere", format: "gemini", auth_key: "k" }).run.status).toBe("failed");
  });
});

describe("the answer to a request", () => {
  function answered(
    name: "Gateway" | "AIGateway",
    result: GatewayResult,
    options: { attempt?: number; steps?: Record<string, unknown>; pending?: readonly string[] } = {},
  ) {
    const draft = sampleDraft({
      open: ["g"],
      steps: options.steps ?? {},
      progress: { discovery: null, pending: (options.pending ?? []).map(step) },
    });
    const request: GatewayRequest = {
      op: name,
      name: "ask",
      method: "POST",
      url: "http://api/x",
      headers: {},
      body: null,
      queuedAt: noon,
    };
    const work = { kind: "gateway", runId, stepId: step("g"), request } as const;
    const item = leased(work, { id: asQueueItemId("run-1:g:gateway"), attempt: options.attempt ?? 0 });
    gatewayAnswered(draft, { item, work, result, attemptsMax: 3 });
    return draft;
  }
  const ok = (status: number, body: string): GatewayResult => ({ kind: "response", status, headers: { a: "b" }, body });
  const broken: GatewayResult = { kind: "failed", message: "refused" };

  it("has its headers spelt as the reference does, without those of the connection", () => {
    const headers = {
      "content-type": "text/plain",
      "x-target": "yes",
      connection: "close",
      "content-encoding": "gzip",
    };
    const draft = answered("Gateway", { kind: "response", status: 200, headers, body: "" });
    expect(draft.newSteps[0]?.memo).toContain(`"headers":{"Content-Type":"text/plain","X-Target":"yes"}`);
  });

  it.each([200, 404, 500])("of step.fetch is its result whatever the status: %i", (status) => {
    const draft = answered("Gateway", ok(status, "text"));
    expect(draft.newSteps[0]?.memo).toBe(
      `{"data":{"body":"text","headers":{"A":"b"},"status_code":${status},"url":"http://api/x"}}`,
    );
    expect(draft.newSteps[0]?.status).toBe("completed");
    expect(effectsOf(draft, "dequeue")).toEqual([{ kind: "dequeue", itemId: "run-1:g:gateway" }]);
    expect(effectsOf(draft, "endSpan")[0]).toMatchObject({
      spanId: "g",
      status: "completed",
      detail: `{"status":${status}}`,
    });
    expect(enqueued(draft)).toEqual(["run-1:d2"]);
  });

  it("of step.ai.infer is the provider's JSON, or its text", () => {
    expect(answered("AIGateway", ok(200, '{"b":1,"a":2}')).newSteps[0]?.memo).toBe('{"data":{"a":2,"b":1}}');
    expect(answered("AIGateway", ok(299, "plain")).newSteps[0]?.memo).toBe('{"data":"plain"}');
  });

  it.each<["Gateway" | "AIGateway", GatewayResult]>([
    ["Gateway", broken],
    ["AIGateway", broken],
    ["AIGateway", ok(429, "slow down")],
  ])("of %s that failed is tried again without calling the app", (name, result) => {
    const draft = answered(name, result, { attempt: 1 });
    expect(draft.effects).toEqual([{ kind: "reschedule", itemId: "run-1:g:gateway", attempt: 2, at: noon + 1_000 }]);
  });

  it.each<["Gateway" | "AIGateway", GatewayResult, string]>([
    ["Gateway", broken, '{"error":{"message":"Error making gateway request: refused","name":"GatewayError"}}'],
    ["AIGateway", broken, '{"error":{"message":"Error making AI request: refused","name":"GatewayError"}}'],
    [
      "AIGateway",
      ok(429, '{"e":1}'),
      '{"error":{"data":{"e":1},"message":"Error making AI request: unsuccessful status code: 429","name":"AIGatewayError","stack":"{\\"e\\":1}"}}',
    ],
  ])("of %s that failed for the last time is an error for the function to catch", (name, result, memo) => {
    const draft = answered(name, result, { attempt: 2 });
    expect(draft.newSteps[0]).toMatchObject({ status: "failed", memo });
    expect(enqueued(draft)).toEqual(["run-1:d2"]);
    expect(effectsOf(draft, "endSpan")[0]?.status).toBe("failed");
  });

  it("waits for the rest of its group", () => {
    expect(enqueued(answered("Gateway", ok(200, ""), { pending: ["g", "b"] }))).toEqual([]);
  });

  it("after a result came for the step only ends the item", () => {
    const draft = answered("Gateway", ok(200, ""), { steps: { g: { data: 1 } } });
    expect(draft.effects).toEqual([{ kind: "dequeue", itemId: "run-1:g:gateway" }]);
  });
});
