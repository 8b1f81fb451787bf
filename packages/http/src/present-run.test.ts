import {
  initialProgress,
  type FunctionRecord,
  type Run,
  type Span,
  type StepResult,
  type StoredPause,
} from "@stepwright/engine";
import {
  asAppId,
  asEventId,
  asFunctionId,
  asPauseId,
  asRunId,
  asStepId,
  canonicalJson,
  millis,
  type ApiActivity,
  type JsonText,
} from "@stepwright/protocol";
import type { QueuedItem } from "@stepwright/storage";
import { describe, expect, it } from "vitest";
import { presentRun, presentRunRow, type RunFacts } from "./present-run.ts";
import { indexRegistry } from "./registry-index.ts";

const runId = asRunId("01M854TGHJFHFWSZCHWRBXM6XM");
const appId = asAppId("app");
const functionId = asFunctionId("fn");

const fn: FunctionRecord = {
  id: functionId,
  appId,
  slug: "shop-order",
  version: 3,
  createdAt: millis(0),
  updatedAt: millis(0),
  archivedAt: null,
  pausedAt: null,
  config: {
    slug: "shop-order",
    name: "Order",
    triggers: [],
    url: "http://localhost:3000/api/inngest",
    retries: 2,
    cancel: [],
    timeouts: { startMs: null, finishMs: null },
    concurrency: [],
    runConcurrency: null,
    throttle: null,
    rateLimit: null,
    debounce: null,
    batch: null,
    singleton: null,
    priority: null,
    idempotency: null,
  },
};
const registry = indexRegistry({
  apps: [
    {
      id: appId,
      name: "shop",
      url: "http://localhost:3000/api/inngest",
      sdk: "js:v4.24.0",
      framework: null,
      appVersion: null,
      checksum: null,
      status: "synced",
      problem: null,
      createdAt: millis(0),
      syncedAt: null,
      triedAt: null,
      pausedAt: null,
    },
  ],
  functions: [fn],
});

function run(o: Partial<Run> = {}): Run {
  return {
    id: runId,
    functionId,
    appId,
    functionSlug: "shop-order",
    functionVersion: 3,
    status: "running",
    triggerName: "shop/ordered",
    triggerEventId: asEventId("01M854TGA40XKG4S13RJQ5G3JW"),
    cron: null,
    batchId: null,
    originalRunId: null,
    invokedBy: null,
    queuedAt: millis(100),
    startedAt: millis(110),
    endedAt: null,
    output: null,
    error: null,
    version: 1,
    flow: null,
    progress: initialProgress,
    ...o,
  };
}

function span(o: Partial<Omit<Span, "id" | "stepId">> & { readonly id: string; readonly stepId: string | null }): Span {
  return {
    runId,
    kind: "step",
    name: o.stepId ?? "function",
    op: "StepRun",
    attempt: 0,
    status: "completed",
    queuedAt: millis(100),
    startedAt: millis(110),
    endedAt: millis(120),
    error: null,
    detail: canonicalJson({}),
    ...o,
    stepId: o.stepId === null ? null : asStepId(o.stepId),
  };
}

function result(o: Partial<Omit<StepResult, "id">> & { readonly id: string; readonly memo: JsonText }): StepResult {
  return {
    position: 0,
    op: "StepRun",
    name: o.id,
    status: "completed",
    input: null,
    finishedAt: millis(120),
    ...o,
    id: asStepId(o.id),
  };
}

function item(o: Partial<Omit<QueuedItem, "stepId">> & { readonly stepId: string | null }): QueuedItem {
  return {
    id: "item",
    kind: "call",
    name: null,
    at: millis(500),
    attempt: 0,
    isLeased: false,
    waitsFor: null,
    ...o,
    stepId: o.stepId === null ? null : asStepId(o.stepId),
  };
}

function pause(o: Partial<StoredPause> & { readonly kind: StoredPause["kind"] }): StoredPause {
  return {
    id: asPauseId("pause"),
    runId,
    stepId: asStepId("wait"),
    eventName: null,
    signal: null,
    expression: null,
    terms: [],
    isSlow: false,
    expiresAt: millis(900),
    createdAt: millis(100),
    seq: 1,
    ...o,
  };
}

function facts(o: Partial<RunFacts>): RunFacts {
  return {
    run: run(),
    steps: [],
    spans: [],
    items: [],
    pauses: [],
    invokedInputs: new Map(),
    holders: new Map(),
    metadata: [],
    reruns: [],
    events: [],
    ...o,
  };
}

const boom = canonicalJson({ error: "Error", name: "Error", message: "boom\nat length", stack: "Error: boom\n at x" });

describe("a run for the dashboard", () => {
  it("names its function and its app, also after they are gone", () => {
    expect(presentRunRow(run(), facts({}), registry)).toMatchObject({
      functionName: "Order",
      appName: "shop",
      trigger: { eventName: "shop/ordered" },
      summary: null,
    });
    const nothing = indexRegistry({ apps: [], functions: [] });
    expect(presentRunRow(run(), facts({}), nothing)).toMatchObject({ functionName: "shop-order", appName: "app" });
  });

  it.each([
    [run({ status: "failed", error: boom }), "boom"],
    [run({ status: "cancelled", error: canonicalJson({ reason: { kind: "request" } }) }), "cancelled by request"],
    [
      run({
        status: "cancelled",
        error: canonicalJson({ reason: { kind: "event", eventName: "shop/stop", eventId: "x" } }),
      }),
      "cancelled by event shop/stop",
    ],
    [
      run({ status: "cancelled", error: canonicalJson({ reason: { kind: "timeout", which: "start" } }) }),
      "cancelled: it did not start in time",
    ],
    [run({ status: "skipped", error: canonicalJson({ reason: "singleton" }) }), "singleton"],
  ])("says in one line why it did not complete", (ended, summary) => {
    expect(presentRunRow(ended, facts({}), registry).summary).toBe(summary);
  });

  it.each<[string, Pick<RunFacts, "items" | "pauses">, Omit<ApiActivity, "waitsFor"> | null]>([
    ["nothing that tells", { items: [item({ stepId: null, kind: "runTimeout" })], pauses: [] }, null],
    [
      "a call under way",
      { items: [item({ stepId: null, isLeased: true })], pauses: [] },
      { kind: "calling", until: null },
    ],
    ["a call that is due", { items: [item({ stepId: null })], pauses: [] }, { kind: "queued", until: 500 }],
    [
      "an attempt to come",
      { items: [item({ stepId: null, attempt: 2 })], pauses: [] },
      { kind: "retrying", until: 500 },
    ],
    ["a sleep", { items: [item({ stepId: "nap", kind: "wake" })], pauses: [] }, { kind: "sleeping", until: 500 }],
    [
      "a wait and a longer sleep beside it",
      { items: [item({ stepId: "nap", kind: "wake", at: millis(9_000) })], pauses: [pause({ kind: "signal" })] },
      { kind: "waiting", until: 900 },
    ],
    [
      "a wait beside a retry",
      { items: [item({ stepId: "a", attempt: 1 })], pauses: [pause({ kind: "event", expiresAt: null })] },
      { kind: "retrying", until: 500 },
    ],
  ])("says what it is doing while it has %s", (_name, open, activity) => {
    const shown = presentRunRow(run(), facts(open), registry).activity;
    expect(shown).toEqual(activity === null ? null : { ...activity, waitsFor: null });
    expect(presentRunRow(run({ status: "completed" }), facts(open), registry).activity).toBeNull();
  });

  it("says in a list what a due call waits for", () => {
    const gate = { kind: "starts", id: "g", limitId: "throttle", key: "user-7" } as const;
    const items = [item({ stepId: null, waitsFor: { kind: "gate", gate, opensAt: millis(700) } })];
    expect(presentRunRow(run({ status: "queued" }), facts({ items }), registry).activity).toEqual({
      kind: "queued",
      until: 500,
      waitsFor: { text: "waiting for throttle on key user-7", until: 700 },
    });
  });

  it("shows a completed step with input, output and its attempts in order", () => {
    const shown = presentRun(
      facts({
        steps: [
          result({ id: "a", name: "Charge", memo: canonicalJson({ data: { ok: true } }), input: canonicalJson([1]) }),
        ],
        spans: [
          span({
            id: "a:1",
            stepId: "a",
            attempt: 1,
            queuedAt: millis(200),
            startedAt: millis(210),
            endedAt: millis(220),
          }),
          span({ id: "a:0", stepId: "a", status: "failed", error: boom, detail: canonicalJson({ retryAt: 200 }) }),
        ],
      }),
      registry,
    );
    expect(shown.steps).toMatchObject([
      {
        id: "a",
        name: "Charge",
        kind: "step",
        status: "completed",
        queuedAt: 100,
        startedAt: 110,
        endedAt: 220,
        input: [1],
        output: { ok: true },
        error: null,
        maxAttempts: 3,
        attempts: [
          { attempt: 0, status: "failed", startedAt: 110, endedAt: 120, error: { message: "boom\nat length" } },
          { attempt: 1, status: "completed", startedAt: 210, endedAt: 220, error: null },
        ],
      },
    ]);
  });

  it("shows when a failed step is tried again, whether it was targeted or found during discovery", () => {
    const failed = span({ id: "a:0", stepId: "a", status: "failed", error: boom });
    for (const next of [item({ stepId: "a", attempt: 1 }), item({ stepId: null, attempt: 1 })]) {
      const shown = presentRun(facts({ spans: [failed], items: [next] }), registry);
      expect(shown.steps).toMatchObject([
        { status: "retrying", nextAttemptAt: 500, endedAt: null, error: { message: "boom\nat length" } },
      ]);
      expect(shown.doing).toMatchObject([{ kind: "retrying", at: 500, attempt: 1, stepId: "a", stepName: "a" }]);
    }
  });

  it("names the step that failed last as what a call is made again for, or the function itself", () => {
    const failed = { status: "failed", error: boom } as const;
    const unreachable = canonicalJson({ error: "http_unreachable", name: "Error", message: "Unable to reach it" });
    const step = span({ id: "a:0", stepId: "a", ...failed, endedAt: millis(300) });
    const other = span({ id: "b:0", stepId: "b", ...failed, endedAt: millis(400) });
    const body = span({ id: "fn:1:1", stepId: null, kind: "function", status: "failed", error: unreachable });
    const items = [item({ stepId: null, attempt: 2 }), item({ id: "b", stepId: "b", attempt: 1, at: millis(600) })];
    const first = presentRun(facts({ spans: [step, other, body], items }), registry);
    expect(first.doing.map(({ stepId }) => stepId)).toEqual(["a", "b"]);
    const last = presentRun(facts({ spans: [step, { ...body, endedAt: millis(450) }], items }), registry);
    expect(last.doing[0]).toMatchObject({ kind: "retrying", stepId: "function" });
    expect(last.steps.find(({ id }) => id === "function")?.error).toMatchObject({ noAnswer: "http_unreachable" });
  });

  it("shows a planned step before its first call, and while it is called", () => {
    const shown = presentRun(
      facts({ items: [item({ stepId: "a", name: "pick" }), item({ id: "b", stepId: "b", isLeased: true })] }),
      registry,
    );
    expect(shown.steps).toMatchObject([
      { id: "a", name: "pick", status: "queued", startedAt: null, endedAt: null },
      { id: "b", status: "running", startedAt: null },
    ]);
    expect(shown.doing.map(({ kind }) => kind)).toEqual(["queued", "calling"]);
  });

  it("shows what a wait waits for once, not its timeout as well", () => {
    const shown = presentRun(
      facts({
        spans: [
          span({
            id: "wait",
            stepId: "wait",
            kind: "wait",
            name: "for approval",
            status: "waiting",
            endedAt: null,
            detail: canonicalJson({ event: "shop/approved", until: 900 }),
          }),
        ],
        items: [
          item({ stepId: "wait", kind: "timeout", at: millis(900) }),
          item({ stepId: null, kind: "runTimeout", at: millis(999) }),
        ],
        pauses: [
          pause({ kind: "event", eventName: "shop/approved", expression: "async.data.id == 1" }),
          pause({ kind: "cancel", stepId: null }),
        ],
      }),
      registry,
    );
    expect(shown.steps).toMatchObject([
      { kind: "wait", status: "waiting", attempts: [], detail: { event: "shop/approved", until: 900 }, endedAt: null },
    ]);
    expect(shown.doing).toEqual([
      {
        kind: "waitingForEvent",
        stepId: "wait",
        stepName: "for approval",
        at: 900,
        attempt: 0,
        event: "shop/approved",
        expression: "async.data.id == 1",
        waitsFor: null,
      },
    ]);
  });

  it("shows a sleep, a signal and an invoked run by what they are", () => {
    const shown = presentRun(
      facts({
        items: [item({ stepId: "nap", kind: "wake", at: millis(700) })],
        pauses: [
          pause({ kind: "signal", signal: "go", expiresAt: millis(800) }),
          pause({ kind: "invoke", expiresAt: null }),
        ],
      }),
      registry,
    );
    expect(shown.doing.map(({ kind, at, event }) => [kind, at, event])).toEqual([
      ["sleeping", 700, null],
      ["waitingForSignal", 800, "go"],
      ["waitingForRun", null, null],
    ]);
  });

  it("gives a matched event whole, a timed-out wait as null, and a caught failure as its error", () => {
    const event = { data: { id: 1 }, id: "e", name: "shop/approved", ts: 1, user: {} };
    const shown = presentRun(
      facts({
        steps: [
          result({ id: "matched", op: "WaitForEvent", memo: canonicalJson(event) }),
          result({ id: "late", op: "WaitForEvent", status: "timedOut", memo: canonicalJson(null) }),
          result({ id: "bad", status: "failed", memo: canonicalJson({ error: { name: "TypeError", message: "no" } }) }),
        ],
      }),
      registry,
    );
    expect(shown.steps).toMatchObject([
      { kind: "wait", status: "completed", output: event, error: null },
      { kind: "wait", status: "timedOut", output: null, error: null },
      {
        kind: "step",
        status: "failed",
        output: null,
        error: { name: "TypeError", message: "no", stack: null, cause: null, noAnswer: null },
      },
    ]);
  });

  it("shows the code outside steps as one row when it failed or ended the run", () => {
    const spans = [
      span({ id: "fn:1:0", stepId: null, kind: "function", status: "failed", error: boom }),
      span({ id: "fn:1:1", stepId: null, kind: "function", attempt: 1, startedAt: millis(210), endedAt: millis(220) }),
    ];
    const shown = presentRun(
      facts({ run: run({ status: "completed", output: canonicalJson(7), endedAt: millis(220) }), spans }),
      registry,
    );
    expect(shown).toMatchObject({ output: 7, error: null, doing: [] });
    expect(shown.steps).toMatchObject([
      {
        id: "function",
        kind: "function",
        status: "completed",
        attempts: [{ status: "failed" }, { status: "completed" }],
        endedAt: 220,
      },
    ]);
  });

  it("counts the code outside steps from the end of the steps that ran inside its call", () => {
    const inline = { queuedAt: millis(130), startedAt: millis(130), endedAt: millis(190) };
    const spans = [
      span({ id: "a:0", stepId: "a", startedAt: millis(110), queuedAt: millis(110), endedAt: millis(130) }),
      span({ id: "b:0", stepId: "b", ...inline }),
      span({ id: "fn:1:0", stepId: null, kind: "function", startedAt: millis(105), endedAt: millis(200) }),
    ];
    const { steps } = presentRun(facts({ run: run({ status: "completed", endedAt: millis(200) }), spans }), registry);
    expect(steps.map(({ id, queuedAt, startedAt, endedAt }) => [id, queuedAt, startedAt, endedAt])).toEqual([
      ["a", 110, 110, 130],
      ["b", 130, 130, 190],
      ["function", 190, 190, 200],
    ]);
    expect(steps.at(-1)?.attempts).toMatchObject([{ startedAt: 190, endedAt: 200 }]);
  });

  it("leaves nothing open in a run that has ended", () => {
    const shown = presentRun(
      facts({
        run: run({ status: "cancelled", endedAt: millis(400), error: canonicalJson({ reason: { kind: "request" } }) }),
        spans: [
          span({ id: "wait", stepId: "wait", kind: "wait", status: "cancelled", endedAt: millis(400) }),
          span({ id: "a:0", stepId: "a", status: "failed", error: boom }),
        ],
      }),
      registry,
    );
    expect(shown.steps.map(({ id, status, endedAt }) => [id, status, endedAt])).toEqual([
      ["wait", "cancelled", 400],
      ["a", "cancelled", 120],
    ]);
    expect(shown.doing).toEqual([]);
  });
});
