import { type Millis, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { noon, op, sampleCall, sampleDraft } from "../test/sample.ts";
import { attemptSpan, functionSpan } from "./step-span.ts";

const second = 1_000;
const outcome = { status: "completed", error: null, retryAt: null } as const;

/** Start and end, in ms after the call, of an attempt whose app reported this timing; its answer came after ten seconds. */
function times(timing: { readonly startedMs: number; readonly tookMs: number } | null): readonly number[] {
  const wire = timing === null ? {} : { timing: { a: (noon + timing.startedMs) * 1e6, b: timing.tookMs * 1e6 } };
  const draft = sampleDraft({}, { now: millis(noon + 10 * second) });
  const effect = attemptSpan(draft, { op: op("StepRun", "a", wire), call: sampleCall(), ...outcome });
  if (effect.kind !== "putSpan") throw new Error("a span");
  return [effect.span.startedAt - noon, (effect.span.endedAt ?? 0) - noon];
}

describe("the span of a step's attempt", () => {
  it.each([
    ["is the app's own timing", { startedMs: 2 * second, tookMs: 3 * second }, [2 * second, 5 * second]],
    ["is the whole call without one", null, [0, 10 * second]],
    ["never begins before the call", { startedMs: -5 * second, tookMs: second }, [0, second]],
    ["never begins after the answer", { startedMs: 20 * second, tookMs: second }, [10 * second, 10 * second]],
    ["never ends after the answer", { startedMs: 9 * second, tookMs: 5 * second }, [9 * second, 10 * second]],
    ["never ends before it began", { startedMs: 2 * second, tookMs: -second }, [2 * second, 2 * second]],
  ])("%s", (_, timing, expected) => {
    expect(times(timing)).toEqual(expected);
  });

  it("was not queued after it began", () => {
    const call = sampleCall();
    const late = { ...call, work: { ...call.work, queuedAt: millis(noon + 60 * second) } };
    const effect = attemptSpan(sampleDraft(), { op: op("StepRun", "a"), call: late, ...outcome });
    expect(effect).toMatchObject({ span: { queuedAt: noon, startedAt: noon } });
  });
});

describe("the span of the function's body", () => {
  it("is one per attempt of an item", () => {
    const ids = [0, 1].map((attempt) => functionSpan(sampleDraft(), { call: sampleCall({ attempt }), ...outcome }));
    expect(ids.map((effect) => (effect.kind === "putSpan" ? effect.span.id : ""))).toEqual([
      "fn:run-1:d1:0",
      "fn:run-1:d1:1",
    ]);
  });

  it("says when a failed attempt is tried again", () => {
    const retryAt: Millis = millis(noon + second);
    const effect = functionSpan(sampleDraft(), { call: sampleCall(), status: "failed", error: null, retryAt });
    expect(effect).toMatchObject({
      span: { name: "function error", status: "failed", detail: `{"retryAt":${retryAt}}` },
    });
  });
});
