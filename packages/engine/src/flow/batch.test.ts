import { asFunctionId, type Batch, batchBytesMax, canonicalJson, parseJsonText } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon, sampleFunction } from "../../test/sample.ts";
import { batcher, batchItemId, isFull } from "./batch.ts";

function made(over: Partial<Batch>, data: object = { user: "u7" }, id = "fn-1") {
  const batch: Batch = { maxSize: 3, timeoutMs: 5_000, key: null, if: null, ...over };
  const input = { event: parseJsonText(canonicalJson({ data })), now: noon };
  return batcher(sampleFunction({ batch }, asFunctionId(id)), input, () => "b-1");
}

function certainly(over: Partial<Batch>, data?: object, id?: string) {
  const one = made(over, data, id);
  if (one === null) throw new Error("the event is batched");
  return one;
}

describe("the batching of an event", () => {
  it("has the function's numbers and an id for the batch that it may open", () => {
    expect(made({ key: "event.data.user" })).toMatchObject({
      functionId: "fn-1",
      key: "u7",
      maxSize: 3,
      timeoutMs: 5_000,
      batchId: "b-1",
    });
  });

  it("is one per function and value of its key", () => {
    const key = "event.data.user";
    const buckets = [
      certainly({}),
      certainly({}, {}, "fn-2"),
      certainly({ key }),
      certainly({ key }, { user: "u8" }),
      certainly({ key }, {}),
      certainly({ key: `${key} - 1` }),
    ];
    expect(new Set(buckets.map(({ bucket }) => bucket)).size).toBe(buckets.length);
    expect(certainly({ key }, {}).bucket).toBe(certainly({ key }, { user: false }).bucket);
  });

  it.each([
    ["event.data.big == true", { big: true }, true],
    ["event.data.big == true", { big: false }, false],
    ["event.data.big == true", {}, false],
    // Nothing but true puts it into the batch: neither an error nor another value (semantics.md §4.7).
    ["event.data.n - 1 == 0", { n: "x" }, false],
    ["event.data.n", { n: 1 }, false],
    ["event.data. ==", {}, false],
  ])("with the condition %s of an event with %o is: %s", (condition, data, isBatched) => {
    expect(made({ if: condition }, data) !== null).toBe(isBatched);
  });

  it("is none without batching", () => {
    expect(batcher(sampleFunction(), { event: {}, now: noon }, () => "b-1")).toBeNull();
  });
});

describe("a batch", () => {
  const of3 = certainly({ maxSize: 3 });

  it.each([
    [null, 10, false],
    [{ count: 1, bytes: 10 }, 10, false],
    [{ count: 2, bytes: 10 }, 10, true],
    [{ count: 7, bytes: 10 }, 10, true],
    [{ count: 1, bytes: batchBytesMax - 10 }, 9, false],
    [{ count: 1, bytes: batchBytesMax - 10 }, 10, true],
    [null, batchBytesMax, true],
  ])("of %o is full with %d characters more: %s", (open, length, expected) => {
    expect(isFull(of3, open, length)).toBe(expected);
  });

  it("has one item", () => {
    expect(batchItemId("b-1")).toBe("batch:b-1");
  });
});
