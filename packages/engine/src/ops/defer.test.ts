import { canonicalJson, deferInputBytesMax, defersPerRunMax, type Op } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { op, sampleDraft } from "../../test/sample.ts";
import type { DeferState } from "../run.ts";
import { deferAbort, deferAdd } from "./defer.ts";

function add(id: string, input: unknown = { a: 1 }): Op {
  return op("DeferAdd", id, { opts: { fn_slug: "shop-later", input } });
}

function after(ops: readonly Op[], before: Readonly<Record<string, DeferState>> = {}) {
  const draft = sampleDraft({ progress: { defers: before } });
  for (const one of ops) (one.op === "DeferAdd" ? deferAdd : deferAbort)(draft, one);
  return draft.run.progress.defers;
}

describe("a deferred call", () => {
  it("is recorded with its input", () => {
    expect(after([add("d")])).toEqual({ d: { functionSlug: "shop-later", input: '{"a":1}', status: "live" } });
  });

  it("is recorded once: the first one counts", () => {
    expect(after([add("d", { a: 1 }), add("d", { a: 2 })])["d"]?.input).toBe('{"a":1}');
  });

  it("without input has an empty one", () => {
    expect(after([op("DeferAdd", "d")])["d"]).toEqual({ functionSlug: "", input: "{}", status: "live" });
  });

  it("is refused by itself when there are too many, without its input", () => {
    const many = Array.from({ length: defersPerRunMax + 1 }, (_, index) => add(`d${index}`));
    const defers = after(many);
    expect(Object.values(defers).filter(({ status }) => status === "live")).toHaveLength(defersPerRunMax);
    expect(defers[`d${defersPerRunMax}`]).toEqual({ functionSlug: "shop-later", input: "{}", status: "rejected" });
  });

  it("is refused by itself when all inputs together are too large", () => {
    const half = "x".repeat(deferInputBytesMax / 2);
    const defers = after([add("a", { half }), add("b", { half }), add("c")]);
    expect([defers["a"]?.status, defers["b"]?.status, defers["c"]?.status]).toEqual(["live", "rejected", "live"]);
  });

  it("can be taken back while it is live", () => {
    const abort = op("DeferAbort", "x", { opts: { target_hashed_id: "d" } });
    expect(after([add("d"), abort])["d"]?.status).toBe("aborted");
    expect(after([abort])).toEqual({});
    const rejected = { functionSlug: "", input: canonicalJson({}), status: "rejected" } as const;
    expect(after([abort], { d: rejected })["d"]).toBe(rejected);
  });
});
