import { asRunId, canonicalJson, type JsonText, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import {
  effectsOf,
  leased,
  noon,
  runId,
  sampleContext,
  sampleFunction,
  sampleRun,
  sampleState,
  step,
} from "../test/sample.ts";
import { cancel, cancelHolder, isLate, refuseCall, runTimedOut } from "./cancel.ts";
import type { Run } from "./run.ts";

const item = leased({ kind: "cancel", runId, reason: { kind: "request" } });
const lease = { kind: "lease", itemId: "item-1", generation: 1 };

describe("a cancelled run", () => {
  it("ends at once, wherever it is", () => {
    for (const status of ["queued", "running"] as const) {
      const decision = cancel(sampleState({ run: { status } }), sampleContext(), { kind: "request" }, null);
      expect(decision.run).toMatchObject({ status: "cancelled", error: '{"reason":{"kind":"request"}}' });
      expect(decision.transition.guards.map((guard) => guard.kind)).toEqual(["runVersion"]);
    }
  });

  it("was asked for by an item that holds its lease", () => {
    const decision = cancel(sampleState(), sampleContext(), { kind: "timeout", which: "start" }, item);
    expect(decision.transition.guards).toContainEqual(lease);
  });
});

describe("a timeout", () => {
  it.each([
    ["start", "queued", true],
    ["start", "running", false],
    ["finish", "running", true],
    ["finish", "queued", true],
    ["finish", "completed", false],
    ["start", "cancelled", false],
  ] as const)("to %s of a %s run applies: %s", (which, status, isExpected) => {
    expect(isLate(sampleState({ run: { status } }), which)).toBe(isExpected);
  });
});

describe("a timeout that fires", () => {
  const minute = 60_000;
  const timeout = leased({ kind: "runTimeout", runId, which: "start" });

  function fired(
    which: "start" | "finish",
    timeouts: { readonly startMs?: number | null; readonly finishMs?: number | null },
    run: Partial<Omit<Run, "progress">> = {},
    event?: JsonText,
  ) {
    const over = { status: which === "start" ? ("queued" as const) : ("running" as const), ...run };
    const state = sampleState({ run: over, ...(event === undefined ? {} : { event }) });
    const fn = sampleFunction({ timeouts: { startMs: null, finishMs: null, ...timeouts } });
    return runTimedOut(state, sampleContext({ now: millis(noon + minute) }), timeout, { which, fn });
  }

  it("cancels a run that has not started, or not ended, in time", () => {
    for (const decision of [fired("start", { startMs: minute }), fired("finish", { finishMs: minute })]) {
      expect(decision?.run.status).toBe("cancelled");
      expect(decision?.transition.guards).toContainEqual(lease);
    }
  });

  it("does nothing when it was taken away, or no longer applies", () => {
    expect(fired("start", {})).toBeNull();
    expect(fired("finish", { startMs: 1 })).toBeNull();
    expect(fired("start", { startMs: 1 }, { status: "running" })).toBeNull();
  });

  it("fires again at its new time when it was extended", () => {
    for (const [which, timeouts] of [
      ["start", { startMs: 3 * minute }],
      ["finish", { finishMs: 3 * minute }],
    ] as const) {
      const decision = fired(which, timeouts);
      expect(decision?.run.status).not.toBe("cancelled");
      expect(decision === null ? [] : effectsOf(decision, "reschedule")).toEqual([
        { kind: "reschedule", itemId: "item-1", at: noon + 3 * minute, attempt: 0 },
      ]);
      expect(decision?.transition.guards).toContainEqual(lease);
    }
  });

  it("is counted from the time of an event of the future, but not for a run again", () => {
    const event = canonicalJson({ name: "shop/order", data: {}, ts: noon + minute });
    expect(fired("start", { startMs: minute }, {}, event)?.run.status).toBe("queued");
    expect(fired("start", { startMs: minute }, { originalRunId: asRunId("run-0") }, event)?.run.status).toBe(
      "cancelled",
    );
  });

  it("stays as it was for a function that is not known any more", () => {
    const state = sampleState({ run: { status: "queued" } });
    expect(runTimedOut(state, sampleContext(), timeout, { which: "start", fn: null })?.run.status).toBe("cancelled");
  });
});

describe("a call that is refused", () => {
  it("fails the run without an answer", () => {
    const decision = refuseCall(sampleState(), sampleContext(), item, { name: "FunctionNotFound", message: "gone" });
    expect(decision.run).toMatchObject({
      status: "failed",
      output: null,
      error: '{"error":"FunctionNotFound","message":"gone","name":"FunctionNotFound"}',
    });
    expect(decision.transition.guards).toContainEqual(lease);
    expect(effectsOf(decision, "putEvent")).toHaveLength(2);
  });
});

describe("the holder of a singleton whose place is taken", () => {
  const reason = { kind: "singleton", runId: asRunId("run-2") } as const;
  const ids = ["id-a", "id-b", "id-c", "id-d"];

  it("is cancelled on its row alone: ended, reported and its invoker told", () => {
    const invokedBy = { runId: asRunId("run-0"), stepId: step("i") };
    const transition = cancelHolder(sampleRun({ invokedBy }), { reason, now: noon, ids });
    expect(transition.guards).toEqual([{ kind: "runVersion", runId, version: 7 }]);
    expect(effectsOf(transition, "updateRun")[0]?.run).toMatchObject({
      status: "cancelled",
      endedAt: noon,
      version: 8,
      error: '{"reason":{"kind":"singleton","runId":"run-2"}}',
    });
    expect(effectsOf(transition, "putEvent").map(({ event }) => [event.internalId, event.name])).toEqual([
      ["id-a", "inngest/function.finished"],
      ["id-b", "inngest/function.cancelled"],
    ]);
    expect(effectsOf(transition, "resolvePause").map(({ pauseId }) => pauseId)).toEqual(["run-0:i"]);
  });

  it("sends its deferred calls, each with an id of those it was given", () => {
    const defer = { functionSlug: "shop-later", input: canonicalJson({}), status: "live" } as const;
    const transition = cancelHolder(sampleRun({}, { defers: { d: defer, e: defer } }), { reason, now: noon, ids });
    expect(effectsOf(transition, "putEvent").map(({ event }) => event.internalId)).toEqual(ids);
  });

  it("is not half cancelled when there are too few ids", () => {
    expect(() => cancelHolder(sampleRun(), { reason, now: noon, ids: ["id-a"] })).toThrow(
      "there is an id for each event",
    );
  });

  it("is cancelled wherever it is, and given up what it was to be called for", () => {
    for (const status of ["queued", "running"] as const) {
      const transition = cancelHolder(sampleRun({ status }, { pending: [step("a")], owed: 1 }), {
        reason,
        now: noon,
        ids,
      });
      expect(effectsOf(transition, "updateRun")[0]?.run).toMatchObject({
        status: "cancelled",
        progress: { discovery: null, pending: [], owed: 0 },
      });
    }
  });
});
