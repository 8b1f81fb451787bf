import { asRunId, canonicalJson, type FunctionConfig, parseJsonText } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon, sampleConfig, sampleFunction, step } from "../../test/sample.ts";
import { gateLimits, runFlow } from "./run-flow.ts";

const throttle = { limit: 2, periodMs: 10_000, burst: 1, key: null };
const concurrency = [
  { limit: 2, key: "event.data.user", scope: "fn" },
  { limit: 5, key: null, scope: "fn" },
] as const;
const runConcurrency = { limit: 3, key: null };

function flowOf(config: Partial<FunctionConfig>, over: Partial<Parameters<typeof runFlow>[1]> = {}) {
  return runFlow(sampleFunction(config), {
    event: parseJsonText(canonicalJson({ data: { user: "u7", n: 30 } })),
    now: noon,
    lock: null,
    invokers: [],
    ...over,
  });
}

describe("the flow control of a run", () => {
  it("is nothing for a function without any, nor for one whose starts alone are limited", () => {
    expect(flowOf({})).toBeNull();
    expect(flowOf({ rateLimit: { limit: 1, periodMs: 1_000, key: null } })).toBeNull();
    expect(flowOf({ priority: { run: "0" } })).toBeNull();
  });

  it("has the gates of every call, and further ones of the first: the pace last", () => {
    const flow = flowOf({ concurrency, runConcurrency, throttle });
    expect(flow?.calls.map((gate) => gate.limitId)).toEqual(["calls:fn:event.data.user", "calls:fn:"]);
    expect(flow?.start.map((gate) => gate.limitId)).toEqual(["runs:", "starts:"]);
  });

  it("has its keys evaluated", () => {
    const flow = flowOf({ concurrency, throttle: { ...throttle, key: "event.data.user" } });
    expect(flow?.calls[0]?.key).toBe("u7");
    expect(flow?.start[0]).toMatchObject({ kind: "starts", key: "u7" });
    // A throttle key that is missing or errs shares a bucket (semantics.md §4.3).
    for (const key of ["event.data.missing", "event.data.user - 1"]) {
      expect(flowOf({ throttle: { ...throttle, key } })?.start[0]?.key).toBe("false");
    }
  });

  it("has its own pace per function and key", () => {
    const pace = (key: string | null) => flowOf({ throttle: { ...throttle, key } })?.start[0]?.id;
    expect(new Set([pace(null), pace("event.data.user"), pace("event.data.missing")]).size).toBe(3);
  });

  it.each([
    [{ priority: { run: "event.data.n" } }, {}, { headStartMs: 30_000 }],
    [{}, { lock: "singleton:fn-1:" }, { lock: "singleton:fn-1:" }],
    [
      {},
      { invokers: [{ runId: asRunId("run-0"), stepId: step("i") }] },
      { invokers: [{ runId: "run-0", stepId: "i" }] },
    ],
  ])("is kept for %o with %o alone", (config, over, expected) => {
    expect(flowOf(config, over)).toEqual({
      calls: [],
      start: [],
      headStartMs: 0,
      lock: null,
      invokers: [],
      ...expected,
    });
  });
});

describe("the limits of a function", () => {
  it("are those of its gates, by their names", () => {
    const config = { concurrency, runConcurrency, throttle };
    const limits = gateLimits(sampleConfig(config));
    const flow = flowOf(config);
    expect([...(flow?.calls ?? []), ...(flow?.start ?? [])].map((gate) => limits.get(gate.limitId))).toEqual([
      { kind: "slots", max: 2 },
      { kind: "slots", max: 5 },
      { kind: "slots", max: 3 },
      { kind: "pace", pace: { intervalMs: 5_000, toleranceMs: 10_000 } },
    ]);
  });

  it("are none for a function without any", () => {
    expect(gateLimits(sampleConfig()).size).toBe(0);
  });

  it("are the lower one of two with the same words", () => {
    const limits = gateLimits(
      sampleConfig({ concurrency: [2, 9].map((limit) => ({ limit, key: null, scope: "fn" })) }),
    );
    expect([...limits.values()]).toEqual([{ kind: "slots", max: 2 }]);
  });

  it("are found by a run made before they changed, unless the words of the key did", () => {
    const before =
      flowOf({ concurrency: [{ limit: 1, key: "event.data.user", scope: "fn" }] })?.calls[0]?.limitId ?? "";
    const now = (key: string, limit: number) =>
      gateLimits(sampleConfig({ concurrency: [{ limit, key, scope: "fn" }] })).get(before);
    expect(now("event.data.user", 7)).toEqual({ kind: "slots", max: 7 });
    expect(now("event.data.shop", 7)).toBeUndefined();
  });
});
