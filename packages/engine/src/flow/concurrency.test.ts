import { asFunctionId, canonicalJson, type ConcurrencyLimit, parseJsonText } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { functionId, noon, sampleConfig } from "../../test/sample.ts";
import { callGates, callLimitId, runGate, runLimitId } from "./concurrency.ts";

const otherId = asFunctionId("fn-2");
const key = "event.data.user";

function inputOf(data: object) {
  return { event: parseJsonText(canonicalJson({ data })), now: noon };
}

function gates(concurrency: readonly ConcurrencyLimit[], data: object = { user: "u7" }, id = functionId) {
  return callGates({ functionId: id, config: sampleConfig({ concurrency }) }, inputOf(data));
}

function ids(...args: Parameters<typeof gates>) {
  return gates(...args).map((gate) => gate.id);
}

function fn(limit: number, over: Partial<ConcurrencyLimit> = {}): ConcurrencyLimit {
  return { limit, key: null, scope: "fn", ...over };
}

describe("the gates of a call", () => {
  it("are none without concurrency", () => {
    expect(gates([])).toEqual([]);
  });

  it("are one per limit, the narrowest first, whatever their order", () => {
    const list = [
      fn(1, { scope: "account", key: "'all'" }),
      fn(2, { scope: "env", key: "'all'" }),
      fn(3),
      fn(4, { key }),
    ];
    const kinds = (all: readonly ConcurrencyLimit[]) => gates(all).map((gate) => gate.limitId);
    expect(kinds(list)).toEqual(["calls:fn:event.data.user", "calls:fn:", "calls:env:'all'", "calls:account:'all'"]);
    expect(kinds(list.toReversed())).toEqual(kinds(list));
  });

  it("are shared within the function only, unless the scope is wider", () => {
    const shared = { key: "'global'" };
    expect(ids([fn(1, shared)])).not.toEqual(ids([fn(1, shared)], {}, otherId));
    expect(ids([fn(1)])).not.toEqual(ids([fn(1)], {}, otherId));
    for (const scope of ["env", "account"] as const) {
      // Through the evaluated value, if the words are the same (semantics.md §4.1, §15, 8).
      expect(ids([fn(1, { ...shared, scope })])).toEqual(ids([fn(9, { ...shared, scope })], {}, otherId));
      expect(ids([fn(1, { key, scope })])).not.toEqual(ids([fn(1, { key, scope })], { user: "u8" }, otherId));
      expect(ids([fn(1, { key, scope })])).not.toEqual(ids([fn(1, { key: ` ${key}`, scope })], {}, otherId));
    }
    expect(ids([fn(1, { ...shared, scope: "env" })])).not.toEqual(ids([fn(1, { ...shared, scope: "account" })]));
  });

  it("are one per value of the key, of which 1 and the text 1 are one", () => {
    expect(ids([fn(1, { key })], { user: 1 })).toEqual(ids([fn(1, { key })], { user: "1" }));
    expect(ids([fn(1, { key })], { user: 1 })).not.toEqual(ids([fn(1, { key })], { user: 2 }));
  });

  it("are one for all without a key, which is that of the text false", () => {
    const shared = ids([fn(1, { key })], { user: "false" });
    for (const data of [{}, { user: false }]) expect(ids([fn(1, { key })], data)).toEqual(shared);
    // One that errs shares the bucket as well: a bad key never wedges a function.
    expect(gates([fn(1, { key: `${key} - 1` })])).toMatchObject([{ key: "false" }]);
  });

  it("are one for two limits with the same words, and two for different ones with the same value", () => {
    expect(gates([fn(1), fn(2)])).toHaveLength(1);
    expect(gates([fn(1, { key }), fn(2, { key })])).toHaveLength(1);
    expect(gates([fn(1, { key }), fn(2, { key: "event.data.user + ''" })])).toHaveLength(2);
  });

  it("say which limit they are of, and show the key", () => {
    expect(gates([fn(1, { key })])[0]).toMatchObject({
      kind: "calls",
      limitId: callLimitId(fn(7, { key })),
      key: "u7",
    });
  });
});

describe("the gate of a run", () => {
  const gateOf = (runKey: string | null, data: object = { user: "u7" }, id = functionId) =>
    runGate({ functionId: id, config: sampleConfig({ runConcurrency: { limit: 2, key: runKey } }) }, inputOf(data));

  it("is none when runs are not limited", () => {
    expect(runGate({ functionId, config: sampleConfig() }, inputOf({}))).toBeNull();
  });

  it("is one per function and value of the key", () => {
    const all = [gateOf(null), gateOf(null, {}, otherId), gateOf(key), gateOf(key, { user: "u8" }), gateOf(key, {})];
    expect(new Set(all.map((gate) => gate?.id)).size).toBe(all.length);
    expect(gateOf(key)).toMatchObject({ kind: "runs", limitId: runLimitId({ limit: 1, key }), key: "u7" });
    expect(gateOf(key, {})).toEqual(gateOf(key, { user: false }));
  });

  it("is no gate of calls", () => {
    expect(ids([fn(1)])).not.toContain(gateOf(null)?.id);
  });
});
