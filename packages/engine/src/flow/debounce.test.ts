import { asFunctionId, canonicalJson, type Debounce, millis, parseJsonText } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon, sampleFunction } from "../../test/sample.ts";
import { debounceItemId, debouncer, firesAt } from "./debounce.ts";
import { bucketKey } from "./flow-key.ts";

const second = 1_000;

function debounce(over: Partial<Debounce> = {}): Debounce {
  return { periodMs: 5 * second, timeoutMs: null, key: null, ...over };
}

function inputOf(data: object) {
  return { event: parseJsonText(canonicalJson({ data })), now: noon };
}

function made(over: Partial<Debounce>, data: object = { user: "u7" }, id = "fn-1") {
  const one = debouncer(sampleFunction({ debounce: debounce(over) }, asFunctionId(id)), inputOf(data), () => "w-1");
  if (one === null) throw new Error("there is a debounce");
  return one;
}

describe("the debounce of an event", () => {
  it("has the function's numbers and an id for the window that it may open", () => {
    expect(made({ key: "event.data.user", timeoutMs: 9 * second })).toMatchObject({
      functionId: "fn-1",
      key: "u7",
      periodMs: 5 * second,
      timeoutMs: 9 * second,
      windowId: "w-1",
    });
  });

  it("is one per function and value of its key", () => {
    const key = "event.data.user";
    const buckets = [made({}), made({}, {}, "fn-2"), made({ key }), made({ key }, { user: "u8" }), made({ key }, {})];
    expect(new Set(buckets.map(({ bucket }) => bucket)).size).toBe(buckets.length);
    expect(made({ key }, {}).bucket).toBe(made({ key }, { user: false }).bucket);
  });

  it("is none without a debounce, and needs no id then", () => {
    const newId = () => {
      throw new Error("no id was needed");
    };
    expect(debouncer(sampleFunction(), inputOf({}), newId)).toBeNull();
  });
});

describe("the key of a bucket", () => {
  it.each([
    [null, null],
    ["event.data.user", "u7"],
    ["event.data.missing", "false"],
    ["event.data.no", "false"],
    // One that errs has a bucket of its own (semantics.md §4.6).
    ["event.data.user - 1", "<invalid>"],
    ["event.data. ==", "<invalid>"],
  ])("%s is %s", (expression, expected) => {
    expect(bucketKey(expression, inputOf({ user: "u7", no: false }))).toBe(expected);
  });
});

describe("a window", () => {
  it.each([
    // Period, timeout, first event and this event in seconds; when it fires.
    [5, null, 0, 0, 5],
    [5, null, 0, 100, 105],
    [5, 10, 0, 0, 5],
    [5, 10, 0, 4, 9],
    [5, 10, 0, 6, 10],
    [5, 10, 0, 9.999, 10],
    // A ceiling from the first event, not a second period (semantics.md §15, 12).
    [5, 3, 0, 0, 3],
    // Whole seconds, at least one (§4.6).
    [5, 2.9, 0, 0, 2],
    [5, 0.1, 0, 0, 1],
    [5, 0, 0, 0, 1],
  ])(
    "of %d s with a timeout of %s s from %d s fires after an event at %d s at %d s",
    (period, timeout, first, now, at) => {
      const one = made({ periodMs: period * second, timeoutMs: timeout === null ? null : timeout * second });
      const firesAfter = firesAt(one, millis(noon + first * second), millis(noon + now * second));
      expect(firesAfter - noon).toBe(at * second);
    },
  );

  it("has one item", () => {
    expect(debounceItemId("w-1")).toBe("debounce:w-1");
  });
});
