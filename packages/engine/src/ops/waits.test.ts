import { defaultRunLimits, millis, pauseDefaultMs, sleepMaxMs } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { answerOf, effectsOf, enqueued, noon, op, sampleCall, sampleContext, sampleState } from "../../test/sample.ts";
import { readResponse } from "../read-response.ts";
import type { DecisionContext } from "../state.ts";

function answered(one: Parameters<typeof answerOf>[0][number], context: Partial<DecisionContext> = {}) {
  return readResponse(sampleState(), sampleContext(context), sampleCall(), answerOf([one]));
}

function errorOf(one: Parameters<typeof answerOf>[0][number]): string {
  const { run } = answered(one);
  expect(run.status).toBe("failed");
  return run.error ?? "";
}

const dayMs = 24 * 3_600_000;

describe("a planned step", () => {
  it("gets a call of its own and nothing else yet", () => {
    const decision = answered(op("StepPlanned", "a"));
    expect(effectsOf(decision, "enqueue")[0]?.item).toEqual({
      id: "run-1:a",
      lane: "call:app-1:fn-1",
      flow: { score: noon, gates: [] },
      at: noon,
      attempt: 0,
      work: { kind: "call", runId: "run-1", stepId: "a", name: "a", queuedAt: noon },
    });
    expect([...decision.opened]).toEqual(["a"]);
    expect(decision.newSteps).toEqual([]);
  });
});

describe("a sleep", () => {
  it.each([
    ["90m", {}, noon + 90 * 60_000],
    ["1.5s", {}, noon + 1_500],
    ["ignored", { duration: "250ms" }, noon + 250],
    ["2026-01-15T13:00:00.123Z", {}, noon + 3_600_123],
    ["2020-01-01T00:00:00Z", {}, noon],
    ["", {}, noon],
  ])("of %j %j wakes at its time", (name, opts, at) => {
    const decision = answered(op("Sleep", "s", { name, opts }));
    expect(effectsOf(decision, "enqueue")[0]?.item).toEqual({
      id: "run-1:s",
      lane: "system",
      at,
      attempt: 0,
      work: { kind: "wake", runId: "run-1", stepId: "s" },
    });
    expect(decision.newSteps).toEqual([]);
    expect(effectsOf(decision, "putSpan")[0]?.span).toMatchObject({
      id: "s",
      kind: "sleep",
      status: "waiting",
      detail: `{"until":${at}}`,
    });
  });

  it("of what is no time fails the run and says so", () => {
    expect(errorOf(op("Sleep", "s", { name: "soon" }))).toContain("soon");
  });

  it("may last 366 days, and not longer", () => {
    expect(answered(op("Sleep", "s", { name: "366d" })).run.status).toBe("running");
    expect(errorOf(op("Sleep", "s", { name: `${sleepMaxMs + 1}ms` }))).toContain("InngestErrTimeoutTooLong");
  });

  it("may last as long as the server says", () => {
    const limited = (ms: number) => ({ limitsOf: () => ({ ...defaultRunLimits, sleepMaxMs: ms }) });
    const sleep = (name: string) => op("Sleep", "s", { name });
    expect(answered(sleep("7d"), limited(7 * dayMs)).run.status).toBe("running");
    expect(answered(sleep("7d1s"), limited(7 * dayMs)).run.error).toContain("more than the limit of 7 days ahead");
    expect(answered(sleep("61s"), limited(60_000)).run.error).toContain("more than the limit of 60 s ahead");
    expect(answered(sleep("400d"), limited(500 * dayMs)).run.status).toBe("running");
  });
});

describe("a wait for an event", () => {
  const wait = (opts: Readonly<Record<string, unknown>>, name = "shop/paid") => op("WaitForEvent", "w", { name, opts });

  it("is a pause and a timeout", () => {
    const decision = answered(wait({ timeout: "1h" }));
    expect(effectsOf(decision, "putPause")[0]?.pause).toEqual({
      id: "run-1:w",
      kind: "event",
      runId: "run-1",
      stepId: "w",
      eventName: "shop/paid",
      signal: null,
      expression: null,
      terms: [],
      isSlow: false,
      expiresAt: noon + 3_600_000,
      createdAt: noon,
    });
    expect(effectsOf(decision, "enqueue")[0]?.item).toMatchObject({
      id: "run-1:w:timeout",
      lane: "system",
      at: noon + 3_600_000,
      work: { kind: "timeout", stepId: "w", waitKind: "event" },
    });
    expect(enqueued(decision)).toEqual(["run-1:w:timeout"]);
  });

  it("takes its event from the options where they name one", () => {
    expect(effectsOf(answered(wait({ timeout: "1h", event: "shop/other" })), "putPause")[0]?.pause.eventName).toBe(
      "shop/other",
    );
  });

  it("has the trigger's values in its condition and is indexed by them", () => {
    const [put] = effectsOf(answered(wait({ timeout: "1h", if: "event.data.id == async.data.id" })), "putPause");
    expect(put?.pause.expression).toContain("async.data.id");
    expect(put?.pause.expression).not.toContain("event.data.id");
    expect(put?.pause).toMatchObject({ terms: [{ path: "data.id", valueType: "string", value: "A" }], isSlow: false });
  });

  it("that no index can find is evaluated for every event", () => {
    const [put] = effectsOf(answered(wait({ timeout: "1h", if: "async.data.n > event.data.n" })), "putPause");
    expect(put?.pause).toMatchObject({ terms: [], isSlow: true });
  });

  it("that every event meets has no condition", () => {
    expect(
      effectsOf(answered(wait({ timeout: "1h", if: "event.data.id == 'A'" })), "putPause")[0]?.pause.expression,
    ).toBeNull();
  });

  it("that nothing can meet is only a timeout", () => {
    const decision = answered(wait({ timeout: "1h", if: "event.data.id == 'B'" }));
    expect(effectsOf(decision, "putPause")).toEqual([]);
    expect(enqueued(decision)).toEqual(["run-1:w:timeout"]);
    expect([...decision.opened]).toEqual(["w"]);
  });

  it("with an empty timeout is over at once, also when it has none", () => {
    expect(effectsOf(answered(wait({ timeout: "" })), "enqueue")[0]?.item.at).toBe(noon);
    expect(effectsOf(answered(wait({})), "enqueue")[0]?.item.at).toBe(noon);
  });

  it("until a date lasts until then", () => {
    expect(effectsOf(answered(wait({ timeout: "2026-01-15T12:00:05Z" })), "enqueue")[0]?.item.at).toBe(noon + 5_000);
  });

  it("with a condition that cannot be read fails the run and quotes it", () => {
    const error = errorOf(wait({ timeout: "1h", if: "event.data.id === async.data.id" }));
    expect(error).toContain("InvalidExpression");
    expect(error).toContain("===");
  });

  it("with a timeout that is none, or too long, fails the run", () => {
    expect(errorOf(wait({ timeout: "a while" }))).toContain("InvalidDuration");
    expect(errorOf(wait({ timeout: "367d" }))).toContain("InngestErrTimeoutTooLong");
  });
});

describe("a wait for a signal", () => {
  const wait = (opts: Readonly<Record<string, unknown>>, id = "w") =>
    op("WaitForSignal", id, { opts: { signal: "go", ...opts } });

  it("is a pause by name, holds while nobody else waits for it, and has a timeout", () => {
    const decision = answered(wait({ timeout: "1h" }));
    expect(effectsOf(decision, "putPause")[0]?.pause).toMatchObject({
      id: "run-1:w",
      kind: "signal",
      signal: "go",
      eventName: null,
      expiresAt: noon + 3_600_000,
    });
    expect(decision.transition.guards).toContainEqual({ kind: "signalFree", signal: "go" });
    expect(effectsOf(decision, "enqueue")[0]?.item.work).toMatchObject({ kind: "timeout", waitKind: "signal" });
  });

  it("lasts a year when it does not say", () => {
    expect(effectsOf(answered(wait({})), "putPause")[0]?.pause.expiresAt).toBe(noon + pauseDefaultMs);
  });

  it("lasts as long as a wait may when that is less than a year", () => {
    const limitsOf = () => ({ ...defaultRunLimits, sleepMaxMs: dayMs });
    expect(effectsOf(answered(wait({}), { limitsOf }), "putPause")[0]?.pause.expiresAt).toBe(noon + dayMs);
  });

  it("fails its run when somebody waits already", () => {
    const { run } = answered(wait({ timeout: "1h" }), { takenSignals: new Set(["go"]) });
    expect(run).toMatchObject({
      status: "failed",
      error: expect.stringContaining("Signal conflict; signal wait already exists for another run") as string,
    });
  });

  it("fails its run when another branch of the same answer waits already", () => {
    const decision = readResponse(
      sampleState(),
      sampleContext(),
      sampleCall(),
      answerOf([wait({}, "w"), wait({}, "v")]),
    );
    expect(decision.run.status).toBe("failed");
  });

  it("takes the name over when it may", () => {
    const decision = answered(wait({ timeout: "1h", conflict: "replace" }), { takenSignals: new Set(["go"]) });
    const kinds = decision.transition.effects.map((effect) => effect.kind);
    expect(kinds.indexOf("releaseSignal")).toBeLessThan(kinds.indexOf("putPause"));
    expect(decision.transition.guards.map((guard) => guard.kind)).not.toContain("signalFree");
    expect(decision.run.status).toBe("running");
  });

  it("without a name, or with a timeout that is none or too long, fails its run", () => {
    expect(errorOf(op("WaitForSignal", "w", { opts: {} }))).toContain("InvalidSignal");
    expect(errorOf(wait({ timeout: "a while" }))).toContain("InvalidSignal");
    expect(errorOf(wait({ timeout: `${400 * dayMs}ms` }))).toContain("InngestErrTimeoutTooLong");
  });
});

describe("a wait's end", () => {
  it("is never before now, even if the app's clock is ahead", () => {
    const { transition } = answered(op("Sleep", "s", { name: new Date(noon - 1).toISOString() }));
    expect(effectsOf(transition, "enqueue")[0]?.item.at).toBe(millis(noon));
  });
});
