import type { ApiApp, ApiDoing, ApiFunction, ApiRun, ApiStep } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { findInFunction } from "./function-findings.ts";
import { findInRun, type RunFacts } from "./run-findings.ts";

const now = Date.UTC(2026, 10, 26, 12);
const later = now + 3_600_000;
const server = "http://localhost:8288";
const run: ApiRun = {
  id: "R",
  status: "running",
  functionSlug: "shop-order",
  functionName: "order",
  appName: "shop",
  trigger: { eventName: "shop/ordered", eventId: "E", cron: null },
  queuedAt: now,
  startedAt: now,
  endedAt: null,
  summary: null,
  activity: { kind: "waiting", until: null, waitsFor: null },
  output: null,
  error: null,
  events: [],
  steps: [],
  doing: [],
  invokedBy: null,
  originalRunId: null,
  reruns: [],
  functionVersion: 1,
  metadata: [],
};
const fn: ApiFunction = {
  id: "F",
  slug: "shop-order",
  name: "order",
  appId: "A",
  appName: "shop",
  version: 1,
  pausedAt: null,
  pausedBy: [],
  retries: 3,
  triggers: [],
  config: null,
};
const app: ApiApp = {
  id: "A",
  name: "shop",
  url: "http://localhost:3000/api/inngest",
  status: "synced",
  sdk: null,
  framework: null,
  appVersion: null,
  env: null,
  problem: null,
  syncedAt: now,
  triedAt: now,
  pausedAt: null,
  functionCount: 1,
};
const doing = (more: Partial<ApiDoing>): ApiDoing => ({
  kind: "queued",
  stepId: null,
  stepName: null,
  at: now,
  attempt: 0,
  event: null,
  expression: null,
  waitsFor: null,
  ...more,
});
const error = { name: "Error", message: "no\nstock", stack: null, cause: null, noAnswer: null };
const step = (more: Partial<ApiStep>): ApiStep => ({
  id: "s1",
  name: "charge",
  kind: "step",
  status: "running",
  queuedAt: now,
  startedAt: now,
  endedAt: null,
  input: null,
  output: null,
  error: null,
  attempts: [],
  nextAttemptAt: null,
  maxAttempts: 4,
  detail: {},
  ...more,
});
const failedAttempt = { attempt: 1, status: "failed", queuedAt: now, startedAt: now, endedAt: now, error } as const;
const facts = (o: Partial<RunFacts> & { readonly doing?: readonly ApiDoing[] }): RunFacts => ({
  run: { ...run, doing: o.doing ?? [doing({ kind: "sleeping", at: later, stepName: "nap" })] },
  fn,
  app,
  setAside: [],
  server,
  now,
  ...o,
});
const limit = { text: "waiting for concurrency limit 1", obstacle: "concurrency limit 1", until: null, holders: ["H"] };
const ended = (more: Partial<ApiRun>): RunFacts => facts({ run: { ...run, activity: null, ...more } });

describe("what the doctor finds in a run", () => {
  it.each<readonly [string, RunFacts, string, RegExp, RegExp]>([
    ["a sleep", facts({}), "RUN_SLEEPS", /^run R sleeps until 2026-11-26T13:00:00Z \(step nap\)$/, /runs cancel R$/],
    [
      "a wait",
      facts({
        doing: [doing({ kind: "waitingForEvent", event: "shop/paid", expression: "async.data.id == 7", at: later })],
      }),
      "RUN_WAITS_FOR_EVENT",
      /^run R waits for event shop\/paid with async\.data\.id == 7 until 2026-11-26T13:00:00Z$/,
      /^stepwright send shop\/paid --data '\{…\}', with data that fits$/,
    ],
    [
      "a signal",
      facts({ doing: [doing({ kind: "waitingForSignal", event: "go", at: null })] }),
      "RUN_WAITS_FOR_SIGNAL",
      /^run R waits for signal go$/,
      /^curl -X POST http:\/\/localhost:8288\/v1\/signals -d '\{"signal":"go","data":null\}'$/,
    ],
    [
      "an invocation",
      facts({
        run: {
          ...run,
          doing: [doing({ kind: "waitingForRun", stepId: "s1", at: null })],
          steps: [step({ kind: "invoke", detail: { childRunId: "C" } })],
        },
      }),
      "RUN_WAITS_FOR_RUN",
      /^run R waits for the run it has invoked \(step s1\)$/,
      /^stepwright doctor C$/,
    ],
    [
      "a limit",
      facts({ doing: [doing({ waitsFor: limit })] }),
      "RUN_WAITS_FOR_LIMIT",
      /^run R is waiting for concurrency limit 1, held by H$/,
      /^Wait for H \(stepwright doctor H\), or raise that limit/,
    ],
    [
      "a throttle",
      facts({
        doing: [doing({ waitsFor: { text: "waiting for throttle", obstacle: "throttle", until: later, holders: [] } })],
      }),
      "RUN_WAITS_FOR_LIMIT",
      /^run R is waiting for throttle, next at 2026-11-26T13:00:00Z$/,
      /^Wait until 2026-11-26T13:00:00Z/,
    ],
    [
      "room",
      facts({
        doing: [
          doing({
            waitsFor: {
              text: "waiting: the app has as many calls in flight as it may",
              obstacle: "the app has as many calls in flight as it may",
              until: null,
              holders: [],
            },
          }),
        ],
      }),
      "RUN_WAITS_FOR_LIMIT",
      /as many calls in flight as it may$/,
      /--calls-per-app$/,
    ],
    [
      "a retry",
      facts({
        run: {
          ...run,
          doing: [doing({ kind: "retrying", stepId: "s1", stepName: "charge", at: later, attempt: 2 })],
          steps: [step({ attempts: [failedAttempt] })],
        },
      }),
      "RUN_RETRIES",
      /^run R is tried again at 2026-11-26T13:00:00Z, attempt 3 of 4 \(step charge\), after Error: no stock$/,
      /runs cancel R$/,
    ],
    [
      "a later start",
      facts({ doing: [doing({ at: later })] }),
      "RUN_STARTS_LATER",
      /^run R is queued for 2026-11-26T13:00:00Z$/,
      /without a later time$/,
    ],
    [
      "a slow call",
      facts({ doing: [doing({ kind: "calling", at: now - 120_000 })] }),
      "CALL_SLOW",
      /^run R is being called, attempt 1, and the app has not answered for 2 min$/,
      /--call-timeout/,
    ],
    [
      "a failure",
      ended({
        status: "failed",
        error,
        steps: [step({ status: "failed" }), step({ kind: "function", name: "order", status: "failed" })],
      }),
      "RUN_FAILED",
      /^run R has failed in step charge: Error: no stock$/,
      /runs rerun R --from-step charge$/,
    ],
    [
      "a failure of steps of one name",
      ended({ status: "failed", error, steps: [step({ id: "s0" }), step({ status: "failed" })] }),
      "RUN_FAILED",
      /in step charge/,
      /--from-step s1$/,
    ],
    [
      "a failure outside of steps",
      ended({ status: "failed", error }),
      "RUN_FAILED",
      /^run R has failed: Error: no stock$/,
      /runs rerun R$/,
    ],
    [
      "a cancellation",
      ended({ status: "cancelled", summary: "by hand" }),
      "RUN_CANCELLED",
      /^run R was cancelled: by hand$/,
      /^stepwright runs rerun R$/,
    ],
    [
      "a run that was skipped",
      ended({ status: "skipped", summary: "paused" }),
      "RUN_SKIPPED",
      /^run R was skipped and never called: paused$/,
      /stepwright doctor shop-order$/,
    ],
    [
      "nothing that goes on",
      facts({ doing: [] }),
      "RUN_STRANDED",
      /neither has work in the queue nor waits/,
      /doctor --db FOLDER$/,
    ],
    [
      "work that was set aside",
      facts({
        doing: [],
        setAside: [{ id: "R:step one", kind: "call", runId: "R", reason: "it\nis damaged", at: now }],
      }),
      "RUN_SET_ASIDE",
      /^run R stands still, its call could not be processed: it is damaged$/,
      /^stepwright queue retry 'R:step one'$/,
    ],
    [
      "a paused function",
      facts({ fn: { ...fn, pausedAt: now }, doing: [doing({})] }),
      "FUNCTION_PAUSED",
      /^the function shop-order has been paused since/,
      /^stepwright functions resume shop-order$/,
    ],
    [
      "a paused app",
      facts({ fn: { ...fn, pausedAt: now }, app: { ...app, pausedAt: now }, doing: [doing({})] }),
      "APP_PAUSED",
      /^the app shop has been paused since/,
      /^stepwright apps resume shop$/,
    ],
    [
      "a function that is gone",
      facts({ fn: null, doing: [doing({})] }),
      "FUNCTION_GONE",
      /^the function shop-order is not registered any more$/,
      /apps sync http:\/\/localhost:3000\/api\/inngest.*runs cancel R$/,
    ],
    [
      "an app that is gone",
      facts({
        app: {
          ...app,
          problem: { code: "APP_UNREACHABLE", message: "Unable to reach it", httpStatus: null, bodyExcerpt: null },
        },
        doing: [doing({})],
      }),
      "APP_UNREACHABLE",
      /^Unable to reach it$/,
      /^Start the app/,
    ],
  ])("%s", (_what, given, code, says, fix) => {
    const [first, ...others] = findInRun(given);
    expect(first).toEqual({ code, says: expect.stringMatching(says), fix: expect.stringMatching(fix) });
    expect(others).toEqual([]);
  });

  it("is nothing in a run that goes on, or has completed", () => {
    for (const open of [doing({}), doing({ kind: "calling", at: now - 1_000 }), doing({ kind: "other" })])
      expect(findInRun(facts({ doing: [open] }))).toEqual([]);
    expect(findInRun(ended({ status: "completed" }))).toEqual([]);
  });

  it("is told soonest first, after what stops the whole function", () => {
    const waits = doing({ kind: "waitingForEvent", event: "x", at: later });
    const found = findInRun(facts({ fn: { ...fn, pausedAt: now }, doing: [doing({ kind: "sleeping" }), waits] }));
    expect(found.map(({ code }) => code)).toEqual(["FUNCTION_PAUSED", "RUN_SLEEPS", "RUN_WAITS_FOR_EVENT"]);
  });
});

const paused = {
  text: "waiting: the function is paused",
  obstacle: "the function is paused",
  until: null,
  holders: [],
};
const gone = {
  text: "waiting: the app cannot be reached, its calls go out as soon as it is back",
  obstacle: "the app cannot be reached, its calls go out as soon as it is back",
  until: null,
  holders: [],
};

describe("what the doctor finds in a function", () => {
  const queue = { pausedAt: null, inFlight: 1, waiting: 3, future: 0, debounced: 0, batched: 0, lines: [] };

  it("is what its calls wait for", () => {
    expect(findInFunction({ fn, app, queue, server })).toEqual([]);
    const lines = [
      { keys: ["u"], waitsFor: limit, count: 3 },
      { keys: [], waitsFor: { ...limit, holders: [], until: later }, count: 1 },
      { keys: [], waitsFor: gone, count: 1 },
    ];
    const clear = "to clear what waits: stepwright functions drop-backlog shop-order";
    expect(findInFunction({ fn, app, queue: { ...queue, lines }, server })).toEqual([
      {
        code: "FUNCTION_WAITS_FOR_LIMIT",
        says: "3 calls of shop-order are waiting for concurrency limit 1",
        fix: `Wait for H (stepwright doctor H), or raise that limit in the function's configuration; ${clear}`,
      },
      {
        code: "FUNCTION_WAITS_FOR_LIMIT",
        says: "1 call of shop-order is waiting for concurrency limit 1, next at 2026-11-26T13:00:00Z",
        fix: `Wait until 2026-11-26T13:00:00Z, or raise that limit in the function's configuration; ${clear}`,
      },
      {
        code: "FUNCTION_WAITS_FOR_LIMIT",
        says: `1 call of shop-order is ${gone.text}`,
        fix: `Start the app: what waits goes out as soon as it is back; ${clear}`,
      },
    ]);
  });

  it("is that it is paused, and nothing more about calls that wait for that alone", () => {
    const lines = [{ keys: [], waitsFor: paused, count: 3 }];
    const given = { fn: { ...fn, pausedAt: now }, app, queue: { ...queue, lines }, server };
    expect(findInFunction(given).map(({ code }) => code)).toEqual(["FUNCTION_PAUSED"]);
    const open = [doing({ waitsFor: paused })];
    expect(findInRun(facts({ fn: given.fn, doing: open })).map(({ code }) => code)).toEqual(["FUNCTION_PAUSED"]);
  });
});
