import {
  asEventId,
  asFunctionId,
  asRunId,
  type FunctionConfig,
  idempotencyMs,
  millis,
  parseJsonText,
  pauseDefaultMs,
} from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, enqueued, noon, orderEvent, sampleFunction, step } from "../test/sample.ts";
import { eventKey, startFunction, type StartRequest, tickKey } from "./start-run.ts";

function started(config: Partial<FunctionConfig> = {}, request: Partial<StartRequest> = {}) {
  return startFunction({
    origin: "event",
    fn: sampleFunction(config),
    trigger: {
      ref: { kind: "stored", seq: 4 },
      internalId: asEventId("event-1"),
      name: "shop/order",
      ts: noon,
      value: parseJsonText(orderEvent),
      length: orderEvent.length,
    },
    idempotencyKey: "key",
    cron: null,
    invokedBy: null,
    originalRunId: null,
    now: noon,
    newId: () => "run-9",
    ...request,
  }).transition;
}

function trigger(ts: number): StartRequest["trigger"] {
  return {
    ref: { kind: "stored", seq: 4 },
    internalId: asEventId("event-1"),
    name: "shop/order",
    ts: millis(ts),
    value: {},
    length: 2,
  };
}

describe("a started run", () => {
  it("is queued with its first call", () => {
    const [created] = effectsOf(started(), "createRun");
    expect(created?.run).toEqual({
      id: "run-9",
      functionId: "fn-1",
      appId: "app-1",
      functionSlug: "shop-ship",
      functionVersion: 1,
      status: "queued",
      triggerName: "shop/order",
      triggerEventId: "event-1",
      cron: null,
      batchId: null,
      originalRunId: null,
      invokedBy: null,
      queuedAt: noon,
      startedAt: null,
      endedAt: null,
      output: null,
      error: null,
      version: 1,
      flow: null,
      progress: {
        requestVersion: -1,
        forceStepPlan: false,
        pending: [],
        race: [],
        discovery: { itemId: "run-9:d1", retryAt: null },
        completions: 0,
        owed: 0,
        itemsMade: 1,
        stateLength: orderEvent.length,
        defers: {},
      },
    });
    expect(effectsOf(started(), "enqueue")).toEqual([
      {
        kind: "enqueue",
        item: {
          id: "run-9:d1",
          lane: "call:app-1:fn-1",
          flow: { score: noon, gates: [] },
          at: noon,
          attempt: 0,
          work: { kind: "call", runId: "run-9", stepId: null, name: null, queuedAt: noon },
        },
      },
    ]);
  });

  it("has all its events in order", () => {
    const [created] = effectsOf(started({}, { moreEvents: [{ kind: "stored", seq: 5 }] }), "createRun");
    expect(created?.events).toEqual([
      { kind: "stored", seq: 4 },
      { kind: "stored", seq: 5 },
    ]);
  });

  it("remembers who asked for it", () => {
    const by = { runId: asRunId("run-0"), stepId: step("i") };
    const [created] = effectsOf(
      started({}, { invokedBy: by, originalRunId: asRunId("run-3"), cron: "* * * * *" }),
      "createRun",
    );
    expect(created?.run).toMatchObject({ invokedBy: by, originalRunId: "run-3", cron: "* * * * *" });
  });

  it("is not called before its event's time, and is not late before that", () => {
    const at = noon + 8_000;
    const transition = started({ timeouts: { startMs: 3_000, finishMs: null } }, { trigger: trigger(at) });
    expect(effectsOf(transition, "enqueue").map(({ item }) => [item.id, item.at])).toEqual([
      ["run-9:d1", at],
      ["run-9:start-timeout", at + 3_000],
    ]);
    expect(effectsOf(transition, "createRun")[0]?.run.queuedAt).toBe(noon);
  });

  it("is called at once when its event's time has passed", () => {
    expect(effectsOf(started({}, { trigger: trigger(noon - 60_000) }), "enqueue")[0]?.item.at).toBe(noon);
  });

  it("has no start timeout unless one is set; the finish timeout starts later", () => {
    expect(enqueued(started({ timeouts: { startMs: null, finishMs: 1_000 } }))).toEqual(["run-9:d1"]);
  });
});

describe("the key of a run", () => {
  it("must be free and is remembered for a day", () => {
    const transition = started();
    expect(transition.guards).toEqual([{ kind: "keyFree", key: "key", now: noon }]);
    expect(effectsOf(transition, "createRun")[0]).toMatchObject({
      idempotencyKey: "key",
      keyExpiresAt: noon + idempotencyMs,
    });
  });

  it("may be absent: the run always starts", () => {
    const transition = started({}, { idempotencyKey: null });
    expect(transition.guards).toEqual([]);
    expect(effectsOf(transition, "createRun")[0]).toMatchObject({ idempotencyKey: null, keyExpiresAt: null });
  });

  it("differs by function, and between events and ticks", () => {
    const fn = sampleFunction();
    expect(eventKey(fn, "1")).not.toBe(eventKey(sampleFunction({}, asFunctionId("fn-2")), "1"));
    expect(eventKey(fn, String(noon))).not.toBe(tickKey(fn, noon));
  });
});

describe("a cancel listener", () => {
  const cancel = (...list: readonly Partial<FunctionConfig["cancel"][number]>[]) =>
    effectsOf(
      started({ cancel: list.map((one) => ({ event: "shop/stop", if: null, timeoutText: null, ...one })) }),
      "putPause",
    ).map(({ pause }) => pause);

  it("waits a year for any event of its name", () => {
    expect(cancel({})).toEqual([
      {
        id: "run-9:cancel:0",
        kind: "cancel",
        runId: "run-9",
        stepId: null,
        eventName: "shop/stop",
        signal: null,
        expression: null,
        terms: [],
        isSlow: false,
        expiresAt: noon + pauseDefaultMs,
        createdAt: noon,
      },
    ]);
  });

  it("has the trigger's values in its condition", () => {
    const [pause] = cancel({ if: "event.data.id == async.data.id" });
    expect(pause?.expression).not.toContain("event.");
    expect(pause?.terms).toEqual([{ path: "data.id", valueType: "string", value: "A" }]);
  });

  it("is as slow as its condition", () => {
    expect(cancel({ if: "async.data.n > 3" })[0]).toMatchObject({ isSlow: true, terms: [] });
  });

  it("is not there when its condition is false whatever comes, or cannot be read", () => {
    expect(cancel({ if: "event.data.id == 'B'" }, { if: "not an expression (" })).toEqual([]);
  });

  it("has no condition left when it is true whatever comes", () => {
    expect(cancel({ if: "event.data.id == 'A'" })[0]?.expression).toBeNull();
  });

  it("lives as long as its timeout says", () => {
    expect(cancel({ timeoutText: "1h" })[0]?.expiresAt).toBe(noon + 3_600_000);
    expect(cancel({ timeoutText: "2026-01-15T12:00:01Z" })[0]?.expiresAt).toBe(noon + 1_000);
  });

  it("has an id by its place, so that each entry has one", () => {
    expect(cancel({}, { if: "event.data.id == 'B'" }, { event: "shop/end" }).map(({ id }) => id)).toEqual([
      "run-9:cancel:0",
      "run-9:cancel:2",
    ]);
  });
});
