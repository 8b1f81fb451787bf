import { canonicalJson, parseJsonText, priorityMaxSeconds } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon } from "../../test/sample.ts";
import { headStartMs } from "./priority.ts";

function headStart(run: string, data: object = {}): number {
  return headStartMs({ run }, { event: parseJsonText(canonicalJson({ data })), now: noon });
}

describe("the head start of a run", () => {
  it.each([
    ["120", {}, 120],
    ["event.data.plan == 'pro' ? 120 : 0", { plan: "pro" }, 120],
    ["event.data.plan == 'pro' ? 120 : -60", { plan: "free" }, -60],
    ["int(event.data.n)", { n: 7 }, 7],
    // A number of an event is a double: whole ones count (semantics.md §4.5, FIX; §15, 45).
    ["event.data.n", { n: 90 }, 90],
    ["event.data.n", { n: -90 }, -90],
    ["event.data.n", { n: 0 }, 0],
    ["event.data.n", { n: 1.5 }, 0],
    ["event.data.n", { n: "90" }, 0],
    ["event.data.n", { n: true }, 0],
    ["event.data.n", { n: null }, 0],
    ["event.data.n", {}, 0],
    ["event.data.n - 1", { n: "x" }, 0],
    ["event.data. ==", {}, 0],
    ["100000", {}, priorityMaxSeconds],
    ["-100000", {}, -priorityMaxSeconds],
    ["43200", {}, 43_200],
    ["-43200", {}, -43_200],
    ["event.data.n", { n: 1e300 }, 43_200],
  ])("that asks for %s with %o is %d seconds", (run, data, seconds) => {
    expect(headStart(run, data)).toBe(seconds * 1_000);
  });

  it("is none without a priority", () => {
    expect(headStartMs(null, { event: {}, now: noon })).toBe(0);
  });
});
