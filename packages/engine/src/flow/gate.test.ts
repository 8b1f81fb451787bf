import { millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon } from "../../test/sample.ts";
import { type Gate, type GateBook, type GateLimit, obstacle } from "./gate.ts";

function gate(id: string, kind: Gate["kind"] = "calls"): Gate {
  return { kind, id, limitId: `limit of ${id}`, key: null };
}

function limits(entries: Readonly<Record<string, GateLimit>>): ReadonlyMap<string, GateLimit> {
  return new Map(Object.entries(entries).map(([id, limit]) => [`limit of ${id}`, limit]));
}

function book(taken: Readonly<Record<string, number>>, arrivals: Readonly<Record<string, number>> = {}): GateBook {
  return { taken: ({ id }) => taken[id] ?? 0, arrivalAt: ({ id }) => arrivals[id] ?? null };
}

const slots = (max: number): GateLimit => ({ kind: "slots", max });
const pace: GateLimit = { kind: "pace", pace: { intervalMs: 1_000, toleranceMs: 500 } };

describe("what is in the way of a call", () => {
  it.each([
    [0, null],
    [1, null],
    [2, { kind: "full", max: 2 }],
    // More than the limit are taken when it was lowered.
    [3, { kind: "full", max: 2 }],
  ])("at a gate of two slots with %d taken is %o", (taken, expected) => {
    const found = obstacle([gate("a")], limits({ a: slots(2) }), book({ a: taken }), noon);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toEqual({ ...expected, gate: gate("a") });
  });

  it("is the first of several gates that is closed", () => {
    const gates = [gate("a"), gate("b", "runs"), gate("c", "starts")];
    const all = limits({ a: slots(1), b: slots(1), c: pace });
    const at = (taken: Readonly<Record<string, number>>, arrivals = {}) =>
      obstacle(gates, all, book(taken, arrivals), noon)?.gate.id ?? null;
    expect(at({})).toBeNull();
    expect(at({ a: 1, b: 1 }, { c: noon + 900 })).toBe("a");
    expect(at({ b: 1 }, { c: noon + 900 })).toBe("b");
    expect(at({}, { c: noon + 900 })).toBe("c");
  });

  it.each([
    [null, null],
    [noon + 500, null],
    [noon + 501, noon + 1],
    // The first whole millisecond at which it is allowed.
    [noon + 500.25, noon + 1],
    [noon + 4_000, noon + 3_500],
  ])("at a pace whose next start would be due at %s is time until %s", (arrivalAt, until) => {
    const found = obstacle(
      [gate("a", "starts")],
      limits({ a: pace }),
      book({}, arrivalAt === null ? {} : { a: arrivalAt }),
      noon,
    );
    expect(found).toEqual(until === null ? null : { kind: "early", gate: gate("a", "starts"), until: millis(until) });
  });

  it("is nothing where the limit is gone", () => {
    const full = book({ a: 9 });
    expect(obstacle([gate("a")], limits({ b: slots(1) }), full, noon)).toBeNull();
    expect(obstacle([gate("a")], undefined, full, noon)).toBeNull();
    expect(obstacle([], limits({ a: slots(1) }), full, noon)).toBeNull();
  });
});
