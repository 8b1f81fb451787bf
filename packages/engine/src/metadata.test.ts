import { canonicalJson, type JsonObject } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { changedMetadata, type MetadataOp } from "./metadata.ts";

const target = { stepId: null, attempt: null, spanId: null };
const changed = (before: JsonObject | null, op: MetadataOp, values: JsonObject) =>
  changedMetadata(before === null ? null : canonicalJson(before), { target, kind: "userland.x", op, values });

describe("a change of metadata", () => {
  it.each([
    ["merge", { a: 1, b: { c: 1 } }, { b: { d: 2 } }, '{"a":1,"b":{"d":2}}'],
    ["set", { a: 1 }, { b: 2 }, '{"b":2}'],
    ["delete", { a: 1, b: 2 }, { a: null }, '{"b":2}'],
    ["add", { a: 1, b: "x" }, { a: 2, b: 3, c: 4 }, '{"a":3,"b":3,"c":4}'],
    ["merge", null, { a: 1 }, '{"a":1}'],
  ] as const)("by %s of %j and %j is %s", (op, before, values, after) => {
    expect(changed(before, op, values)).toBe(after);
  });

  it("that leaves nothing leaves no row", () => {
    expect(changed({ a: 1 }, "delete", { a: 1 })).toBeNull();
    expect(changed({ a: 1 }, "set", {})).toBeNull();
    expect(changed(null, "delete", { a: 1 })).toBeNull();
  });
});
