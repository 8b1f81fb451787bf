import {
  asEventId,
  asFunctionId,
  asRunId,
  defersPerRunMax,
  type FunctionConfig,
  idempotencyMs,
  millis,
  parseJsonText,
  pauseDefaultMs,
} from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, enqueued, noon, orderEvent, sampleFunction, step } from "../test/sample.ts";
import type { SkipReason } from "./flow/drop.ts";
import { eventKey, skippedRun, startFunction, type StartRequest, tickKey } from "./start-run.ts";

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
  it("is recorded as a repetition where its key was used before, but for ticks of other crons", () => {
    const drop = { event: { kind: "stored", seq: 4 }, functionId: "fn-1", reason: { kind: "duplicate" }, at: noon };
    expect(started().otherwise).toEqual([{ kind: "recordDrop", drop }]);
    expect(started({}, { origin: "cron" }).otherwise).toBeUndefined();
    expect(started({}, { origin: "rerun", idempotencyKey: null }).otherwise).toBeUndefined();
  });

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

describe("a function whose flow control may drop a start", () => {
  const rateLimit = { limit: 1, periodMs: 60_000, key: "event.data.id" };
  const debounce = { periodMs: 5_000, timeoutMs: null, key: null };
  const batch = { maxSize: 2, timeoutMs: 5_000, key: null, if: null };
  const singleton = { key: null, mode: "cancel" } as const;
  const invokedBy = { runId: asRunId("run-0"), stepId: step("i") };

  function admissionOf(config: Partial<FunctionConfig>, request: Partial<StartRequest> = {}) {
    return effectsOf(started(config, request), "admit")[0]?.admission ?? null;
  }

  it.each([
    ["a rate limit", { rateLimit }],
    ["idempotency", { idempotency: { key: "event.data.id" } }],
    ["a debounce", { debounce }],
    ["batching", { batch }],
    ["a singleton", { singleton }],
  ])("with %s leaves the decision to the commit, and nothing is done before", (_, config) => {
    const transition = started(config);
    expect(transition).toMatchObject({ guards: [], effects: [{ kind: "admit" }] });
    expect(transition.effects).toHaveLength(1);
  });

  it.each([
    ["concurrency", { concurrency: [{ limit: 1, key: null, scope: "fn" as const }] }],
    ["a limit of runs", { runConcurrency: { limit: 1, key: null } }],
    ["a throttle", { throttle: { limit: 1, periodMs: 1_000, burst: 0, key: null } }],
    ["a priority", { priority: { run: "60" } }],
  ])("is not one with %s: its runs are made at once and wait in the queue", (_, config) => {
    expect(effectsOf(started(config), "createRun")).toHaveLength(1);
  });

  it("has everything ready that is known before the commit", () => {
    expect(admissionOf({ rateLimit, singleton }, { invokedBy })).toMatchObject({
      functionId: "fn-1",
      event: { ref: { kind: "stored", seq: 4 }, internalId: "event-1", ts: noon, length: orderEvent.length },
      invokedBy,
      key: { text: "key", expiresAt: noon + idempotencyMs },
      batcher: null,
      limiter: { option: "rateLimit", key: "A" },
      keyError: null,
      debouncer: null,
      lock: { mode: "cancel" },
      start: { run: { id: "run-9", flow: { lock: "singleton:fn-1:" } } },
    });
  });

  it("has ids for the end of a run whose place is taken, and makes none otherwise", () => {
    // Two events of its end and 20 deferred calls at most.
    expect(admissionOf({ singleton })?.spareIds.length).toBeGreaterThanOrEqual(2 + defersPerRunMax);
    expect(admissionOf({ singleton: { key: null, mode: "skip" } })?.spareIds).toEqual([]);
    expect(admissionOf({ rateLimit })?.spareIds).toEqual([]);
  });

  it.each([
    // semantics.md §2: batch, rate limit, debounce, then singleton; §4.7: crons are not batched; §10: runs again bypass.
    ["event", ["batcher"], ["limiter", "debouncer", "lock"]],
    ["invoke", ["batcher"], ["limiter", "debouncer", "lock"]],
    ["cron", [], ["limiter", "debouncer", "lock"]],
    ["rerun", [], ["lock"]],
    ["debounce", [], ["lock"]],
    ["batch", [], ["lock"]],
  ] as const)("that is started by origin %s is under %o, or %o", (origin, batched, alone) => {
    const parts = ["batcher", "limiter", "debouncer", "lock"] as const;
    const under = (config: Partial<FunctionConfig>) => {
      const admission = admissionOf(config, { origin });
      return parts.filter((part) => admission !== null && admission[part] !== null);
    };
    expect(under({ batch })).toEqual(batched);
    expect(under({ rateLimit, debounce, singleton })).toEqual(alone);
  });

  it("has a key that cannot be evaluated as the reason to start nothing", () => {
    const broken = { rateLimit: { ...rateLimit, key: "event.data.id - 1" } };
    expect(admissionOf(broken)).toMatchObject({ limiter: null, keyError: { option: "rateLimit" } });
    expect(admissionOf(broken, { origin: "rerun", idempotencyKey: null })).toBeNull();
  });

  it("is nothing to an event that its keys leave alone", () => {
    expect(admissionOf({ rateLimit: { ...rateLimit, key: "event.data.missing" } })).toBeNull();
  });

  it.each([
    [{ batch }, "fn-1:batched:event-1"],
    [{ debounce }, "fn-1:debounced:event-1"],
    [{ rateLimit }, "key"],
    [{ singleton }, "key"],
  ])("with %o tells a repetition by the key %s", (config, key) => {
    expect(admissionOf(config)?.key?.text ?? null).toBe(key);
  });

  it("names the run only if the event starts one by itself", () => {
    const runIdOf = (config: Partial<FunctionConfig>) =>
      startFunction({
        origin: "event",
        fn: sampleFunction(config),
        trigger: trigger(noon),
        idempotencyKey: null,
        cron: null,
        invokedBy: null,
        originalRunId: null,
        now: noon,
        newId: () => "run-9",
      }).runId;
    expect([{}, { rateLimit }, { singleton }].map(runIdOf)).toEqual(["run-9", "run-9", "run-9"]);
    expect([{ debounce }, { batch }].map(runIdOf)).toEqual([null, null]);
  });
});

describe("the flow control of a started run", () => {
  it("is evaluated from its first event and put on its first call", () => {
    const transition = started({
      concurrency: [{ limit: 1, key: "event.data.id", scope: "fn" }],
      runConcurrency: { limit: 1, key: null },
      throttle: { limit: 1, periodMs: 1_000, burst: 0, key: null },
      priority: { run: "60" },
    });
    const [created] = effectsOf(transition, "createRun");
    const [first] = effectsOf(transition, "enqueue");
    expect(created?.run.flow?.calls).toMatchObject([{ kind: "calls", key: "A" }]);
    expect(first?.item.flow?.score).toBe(noon - 60_000);
    expect(first?.item.flow?.gates).toEqual([...(created?.run.flow?.calls ?? []), ...(created?.run.flow?.start ?? [])]);
    expect(first?.item.flow?.gates.map((gate) => gate.kind)).toEqual(["calls", "runs", "starts"]);
  });

  it("has those who wait for the further events of a batch, which has nothing that follows one event", () => {
    const invokers = ["a", "b"].map((id) => ({ runId: asRunId("run-0"), stepId: step(id) }));
    const transition = started(
      {
        timeouts: { startMs: 1_000, finishMs: null },
        cancel: [{ event: "shop/stop", if: null, timeoutText: null }],
      },
      { origin: "batch", batch: { id: "b-1", invokers }, trigger: trigger(noon + 60_000) },
    );
    expect(effectsOf(transition, "createRun")[0]?.run).toMatchObject({ batchId: "b-1", flow: { invokers } });
    expect(effectsOf(transition, "putPause")).toEqual([]);
    expect(effectsOf(transition, "enqueue").map(({ item }) => [item.id, item.at])).toEqual([["run-9:d1", noon]]);
  });
});

describe("a skipped run", () => {
  const reasons: readonly SkipReason[] = [{ kind: "functionPaused" }, { kind: "singleton", runId: asRunId("run-1") }];

  it.each(reasons)(
    "because of %o is recorded with its events and its reason, and nothing else comes of it",
    (reason) => {
      const start = started({
        timeouts: { startMs: 1_000, finishMs: null },
        cancel: [{ event: "shop/stop", if: null, timeoutText: null }],
        priority: { run: "60" },
      });
      const skipped = skippedRun(start, reason, noon);
      expect(skipped.guards).toEqual(start.guards);
      expect(skipped.effects).toHaveLength(1);
      expect(effectsOf(skipped, "createRun")[0]).toMatchObject({
        events: [{ kind: "stored", seq: 4 }],
        idempotencyKey: "key",
        run: { id: "run-9", status: "skipped", endedAt: noon, output: null, flow: null, progress: { discovery: null } },
      });
      expect(JSON.parse(effectsOf(skipped, "createRun")[0]?.run.error ?? "")).toEqual({ reason });
    },
  );

  it("tells everybody who invoked it", () => {
    const by = (id: string) => ({ runId: asRunId("run-0"), stepId: step(id) });
    const start = started({}, { origin: "batch", invokedBy: by("a"), batch: { id: "b-1", invokers: [by("b")] } });
    const told = effectsOf(skippedRun(start, { kind: "functionPaused" }, noon), "resolvePause");
    expect(told.map(({ pauseId }) => pauseId)).toEqual(["run-0:a", "run-0:b"]);
    expect(told[0]?.item.work).toMatchObject({
      outcome: { kind: "invoked", childRunId: "run-9", memo: expect.stringContaining("it is paused") as string },
    });
  });

  it("is what a paused function's start is, whatever starts it", () => {
    for (const origin of ["event", "cron", "invoke", "rerun", "debounce", "batch"] as const) {
      const fn = { ...sampleFunction(), pausedAt: noon };
      expect(effectsOf(started({}, { origin, fn }), "createRun")[0]?.run.status).toBe("skipped");
      expect(enqueued(started({}, { origin, fn }))).toEqual([]);
    }
  });
});
