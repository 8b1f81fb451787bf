// A small shop's worth of runs, events, functions and apps: one of each state a page has to show.
import type {
  ApiApp,
  ApiEvent,
  ApiEventDetail,
  ApiFate,
  ApiFunction,
  ApiFunctionQueue,
  ApiInfo,
  ApiRun,
  ApiStep,
  ApiTrigger,
  JsonObject,
  ApiWaitsFor,
} from "@stepwright/protocol";
import { sampleAttempt, sampleDoing, sampleError, sampleRun, sampleStep } from "./sample-run.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Everything the fixture server knows. */
export interface FixtureData {
  readonly info: ApiInfo;
  readonly runs: ApiRun[];
  readonly events: ApiEventDetail[];
  readonly functions: ApiFunction[];
  readonly apps: ApiApp[];
  /** By slug; a function that is not in it has nothing in its queue. */
  readonly queues: ReadonlyMap<string, ApiFunctionQueue>;
}

/** Makes the data as of `now`. */
export function fixtureData(now: number): FixtureData {
  const events: ApiEventDetail[] = [];
  const runs: ApiRun[] = [];
  let count = 0;

  function add(
    name: string,
    at: number,
    data: ApiEvent["data"],
    ...makers: readonly ((event: ApiEvent) => ApiRun)[]
  ): void {
    count += 1;
    const internalId = `01KB${String(10_000_000_000 - count).padStart(12, "0")}EVENT${String(count).padStart(5, "0")}`;
    const event: ApiEvent = { internalId, id: internalId, name, data, user: {}, ts: at, v: null, receivedAt: at };
    const started = makers.map((make) => make(event));
    runs.push(...started);
    events.push({
      ...event,
      runs: started.map((run) => ({ runId: run.id, functionSlug: run.functionSlug, status: run.status })),
      matches: [],
      fates: [],
    });
  }

  /** Adds to the newest event what came of it besides runs. */
  function addEffects(effects: Partial<Pick<ApiEventDetail, "matches" | "fates">>): void {
    const newest = events.pop();
    if (newest !== undefined) events.push({ ...newest, ...effects });
  }

  function runOf(event: ApiEvent, fn: string, at: number, facts: Partial<ApiRun>): ApiRun {
    const id = `01KB${String(20_000_000_000 - runs.length - count * 3).padStart(12, "0")}RUN${String(runs.length + count).padStart(7, "0")}`;
    return sampleRun({
      id,
      functionName: fn,
      functionSlug: `my-app-${fn}`,
      trigger: { eventName: event.name, eventId: event.internalId, cron: null },
      events: [event],
      queuedAt: at,
      startedAt: at + 3,
      endedAt: null,
      ...facts,
    });
  }

  add("content/submitted", now - 4 * second, { contentId: "c-118", authorId: "u-7", reviewerId: "u-2" }, (event) =>
    runningApproval(event, now, runOf),
  );
  add("my/event", now - 9 * second, { attemptAt: "dependency" }, (event) => retryingRun(event, now, runOf));
  add("user/signed-up", now - 50 * minute, { userId: "u-4411", email: "ana@example.com", name: "Ana" }, (event) =>
    sleepingRun(event, now, runOf),
  );
  add("file/uploaded", now - 2 * minute, csvUpload, (event) => failedUpload(event, now, runOf));
  add("reports/generate-all", now - 3 * minute, { month: 10, year: 2026 }, (event) =>
    parallelReports(event, now, runOf),
  );
  add("user/validate", now - 5 * minute, { email: "not-an-address" }, (event) =>
    simpleFailure(
      event,
      "validate-input",
      now - 5 * minute,
      runOf,
      sampleError('"not-an-address" is not an e-mail address', { name: "NonRetriableError" }),
    ),
  );
  add("user/signed-up", now - 8 * day, { userId: "u-4100", email: "bo@example.com", name: "Bo" }, (event) =>
    finishedSequence(event, now - 8 * day, runOf),
  );
  let cancelledId = "";
  add("order/paid", now - 10 * minute, { orderId: 42 }, (event) => {
    const run = runOf(event, "fulfil-order", now - 10 * minute, {
      status: "cancelled",
      endedAt: now - 9 * minute,
      summary: "cancelled by event order/cancelled",
      steps: [waitStep(now - 10 * minute, { status: "cancelled", endedAt: now - 9 * minute, name: "wait-for-stock" })],
    });
    cancelledId = run.id;
    return run;
  });
  add("order/cancelled", now - 9 * minute, { orderId: 42 });
  addEffects({
    matches: [
      { runId: cancelledId, functionSlug: "my-app-fulfil-order", status: "cancelled", stepId: null, stepName: null },
      {
        runId: runs[0]?.id ?? "",
        functionSlug: "my-app-content-approval-workflow",
        status: "running",
        stepId: "id-of-wait-for-approval",
        stepName: "wait-for-approval",
      },
    ],
  });
  let holderId = "";
  add("card/charge", now - 40 * second, { customer: "u-7" }, (event) => {
    const run = runOf(event, "charge-card", now - 40 * second, {
      status: "running",
      doing: [sampleDoing({ kind: "calling" })],
    });
    holderId = run.id;
    return run;
  });
  add("card/charge", now - 20 * second, { customer: "u-7" }, (event) =>
    heldRun(event, now, runOf, waitFor("concurrency limit 1 on key u-7", null, [holderId])),
  );
  add("card/charge", now - 15 * second, { customer: "u-9" }, (event) =>
    heldRun(event, now, runOf, waitFor(throttle, now + 44 * second)),
  );
  add("report/wanted", now - 30 * second, { of: "sales" }, (event) =>
    runOf(event, "build-report", now - 30 * second, {
      status: "skipped",
      startedAt: null,
      endedAt: now - 30 * second,
      summary: `skipped: singleton held by run ${holderId}`,
    }),
  );
  add("search/changed", now - 25 * second, { document: "d-1" });
  addEffects({ fates: fatesOf(now, events[0]?.internalId ?? "") });
  for (let index = 0; index < 240; index++) {
    const at = now - 12 * minute - index * 97 * second;
    add("digest/send-to-user", at, { userId: `u-${index}` }, (event) =>
      index % 17 === 5
        ? simpleFailure(
            event,
            "send-user-digest",
            at,
            runOf,
            sampleError("451 4.3.0 mailbox is temporarily unavailable"),
          )
        : runOf(event, "send-user-digest", at, {
            endedAt: at + 40 + ((index * 37) % 400),
            output: { sent: true },
            steps: [quickStep("get-user", at + 5), quickStep("send-email", at + 20)],
          }),
    );
  }
  runs.push(queuedRun(now));

  const byTime = (a: { readonly queuedAt: number }, b: { readonly queuedAt: number }) => b.queuedAt - a.queuedAt;
  // Ids are ULIDs on a real server: later is greater. The fixture sorts by time instead.
  runs.sort(byTime);
  events.sort((a, b) => b.receivedAt - a.receivedAt);
  return {
    info: infoOf(now, runs),
    runs,
    events,
    functions: fixtureFunctions(now),
    apps: fixtureApps(now),
    queues: new Map([["my-app-charge-card", queueOf(now)]]),
  };
}

const throttle = "throttle on key u-9 (one start every 1 min)";

function waitFor(obstacle: string, until: number | null = null, holders: readonly string[] = []): ApiWaitsFor {
  return { text: `waiting for ${obstacle}`, obstacle, until, holders };
}

function heldRun(event: ApiEvent, now: number, runOf: RunOf, waitsFor: ApiWaitsFor) {
  return runOf(event, "charge-card", now - 20 * second, {
    status: "queued",
    startedAt: null,
    doing: [sampleDoing({ kind: "queued", at: now - 20 * second, waitsFor })],
  });
}

function fatesOf(now: number, otherId: string): readonly ApiFate[] {
  const fate = (fn: string, kind: ApiFate["kind"], text: string, until: number | null): ApiFate => ({
    functionSlug: `my-app-${fn}`,
    kind,
    text,
    until,
  });
  return [
    fate("reindex", "debouncing", "debounced on key d-1: starts when no other event has come", now + 40 * second),
    fate("mirror", "batching", "in a batch of 7: starts when it is full or old enough", now + 5 * minute),
    fate("notify-watchers", "notStarted", "rate limited on key d-1", now + 50 * minute),
    fate("summarize", "notStarted", `debounced, event ${otherId} took its place`, null),
  ];
}

function queueOf(now: number): ApiFunctionQueue {
  return {
    pausedAt: null,
    inFlight: 1,
    waiting: 2,
    future: 1,
    debounced: 0,
    batched: 7,
    lines: [
      {
        keys: ["u-7"],
        waitsFor: waitFor("concurrency limit 1 on key u-7"),
        count: 1,
      },
      { keys: ["u-9"], waitsFor: waitFor(throttle, now + 44 * second), count: 1 },
    ],
  };
}

type RunOf = (event: ApiEvent, fn: string, at: number, facts: Partial<ApiRun>) => ApiRun;

const csvUpload = {
  fileUrl: "https://files.example.com/uploads/2026/11/customers-export-final-v2.csv",
  userId: "u-90",
  fileName: "customers-export-final-v2.csv",
  fileSize: 184_220,
};

function failedUpload(event: ApiEvent, now: number, runOf: RunOf): ApiRun {
  const at = now - 2 * minute;
  const error = sampleError(
    'duplicate key value violates unique constraint "customers_email_key": Key (email)=(ana@example.com) already exists.',
    {
      name: "DatabaseError",
      cause: {
        name: "Error",
        message: "23505",
        stack: "Error: 23505\n    at Parser.parse (/home/ana/shop/node_modules/pg-protocol/dist/parser.js:92:19)",
      },
    },
  );
  const attempts = [
    sampleAttempt({
      attempt: 0,
      queuedAt: at + 470,
      startedAt: at + 474,
      endedAt: at + 590,
      error: sampleError("connect ECONNREFUSED 127.0.0.1:5432"),
    }),
    sampleAttempt({
      attempt: 1,
      queuedAt: at + 590,
      startedAt: at + 1_640,
      endedAt: at + 1_712,
      error: sampleError("connect ECONNREFUSED 127.0.0.1:5432"),
    }),
    sampleAttempt({ attempt: 2, queuedAt: at + 1_712, startedAt: at + 3_790, endedAt: at + 3_860, error }),
  ];
  return runOf(event, "process-csv-upload", at, {
    status: "failed",
    endedAt: at + 3_880,
    error,
    summary: error.message,
    steps: [
      sampleStep({
        name: "parse-csv",
        queuedAt: at + 3,
        startedAt: at + 6,
        endedAt: at + 380,
        attempts: [sampleAttempt({ queuedAt: at + 3, startedAt: at + 6, endedAt: at + 380 })],
        output: {
          rows: 1_204,
          columns: ["email", "name", "country"],
          sample: [{ email: "ana@example.com", name: "Ana", country: "PT" }],
        },
      }),
      sampleStep({
        name: "validate-rows",
        queuedAt: at + 380,
        startedAt: at + 384,
        endedAt: at + 470,
        attempts: [sampleAttempt({ queuedAt: at + 380, startedAt: at + 384, endedAt: at + 470 })],
        output: { valid: 1_190, invalid: 14 },
      }),
      sampleStep({
        name: "insert-to-database",
        status: "failed",
        queuedAt: at + 470,
        startedAt: at + 474,
        endedAt: at + 3_860,
        input: [{ batch: 1, size: 100 }],
        attempts,
        error,
      }),
      sampleStep({
        id: "function",
        name: "my-app-process-csv-upload",
        kind: "function",
        status: "failed",
        queuedAt: at + 3_860,
        startedAt: at + 3_864,
        endedAt: at + 3_880,
        attempts: [sampleAttempt({ queuedAt: at + 3_860, startedAt: at + 3_864, endedAt: at + 3_880, error })],
        error,
      }),
    ],
  });
}

function retryingRun(event: ApiEvent, now: number, runOf: RunOf): ApiRun {
  const at = now - 9 * second;
  const error = sampleError("the dependency answered 503 Service Unavailable");
  const attempts = [
    sampleAttempt({ attempt: 0, queuedAt: at + 3, startedAt: at + 5, endedAt: at + 120, error }),
    sampleAttempt({ attempt: 1, queuedAt: at + 120, startedAt: at + 1_150, endedAt: at + 1_260, error }),
    sampleAttempt({ attempt: 2, queuedAt: at + 1_260, startedAt: at + 3_300, endedAt: at + 3_390, error }),
  ];
  const step = sampleStep({
    name: "risky-operation",
    status: "retrying",
    queuedAt: at + 3,
    startedAt: at + 5,
    endedAt: null,
    attempts,
    error,
    nextAttemptAt: now + 27 * second,
    maxAttempts: 6,
  });
  return runOf(event, "my-function", at, {
    status: "running",
    steps: [step],
    doing: [sampleDoing({ kind: "retrying", stepId: step.id, stepName: step.name, attempt: 3, at: now + 27 * second })],
  });
}

function sleepingRun(event: ApiEvent, now: number, runOf: RunOf): ApiRun {
  const at = now - 50 * minute;
  const sleep = sampleStep({
    name: "wait-before-tips",
    kind: "sleep",
    status: "waiting",
    queuedAt: at + 90,
    startedAt: at + 90,
    endedAt: null,
    attempts: [],
    detail: { until: at + 2 * day },
  });
  return runOf(event, "welcome-email-sequence", at, {
    status: "running",
    steps: [quickStep("send-welcome-email", at + 10, 80), sleep],
    doing: [sampleDoing({ kind: "sleeping", stepId: sleep.id, stepName: sleep.name, at: at + 2 * day })],
  });
}

function finishedSequence(event: ApiEvent, at: number, runOf: RunOf): ApiRun {
  const sleep = (name: string, from: number, length: number) =>
    sampleStep({
      name,
      kind: "sleep",
      queuedAt: from,
      startedAt: from,
      endedAt: from + length,
      attempts: [],
      detail: { until: from + length },
    });
  return runOf(event, "welcome-email-sequence", at, {
    endedAt: at + 7 * day + 310,
    output: { userId: "u-4100", emailsSent: 3 },
    steps: [
      quickStep("send-welcome-email", at + 10, 80),
      sleep("wait-before-tips", at + 90, 2 * day),
      quickStep("send-tips-email", at + 2 * day + 92, 70),
      sleep("wait-before-upgrade", at + 2 * day + 162, 5 * day),
      quickStep("check-user-plan", at + 7 * day + 165, 20),
      quickStep("send-upgrade-email", at + 7 * day + 190, 95),
    ],
  });
}

function runningApproval(event: ApiEvent, now: number, runOf: RunOf): ApiRun {
  const at = now - 4 * second;
  const wait = waitStep(at + 70, { status: "waiting", endedAt: null, name: "wait-for-approval" });
  return runOf(event, "content-approval-workflow", at, {
    status: "running",
    steps: [quickStep("notify-reviewer", at + 8, 55), wait],
    doing: [
      sampleDoing({
        kind: "waitingForEvent",
        stepId: wait.id,
        stepName: wait.name,
        at: at + 2 * day,
        event: "content/reviewed",
        expression: 'async.data.contentId == "c-118"',
      }),
    ],
  });
}

function parallelReports(event: ApiEvent, now: number, runOf: RunOf): ApiRun {
  const at = now - 3 * minute;
  const report = (name: string, queue: number, length: number) =>
    sampleStep({
      name,
      queuedAt: at + 20,
      startedAt: at + 20 + queue,
      endedAt: at + 20 + queue + length,
      attempts: [sampleAttempt({ queuedAt: at + 20, startedAt: at + 20 + queue, endedAt: at + 20 + queue + length })],
      output: { report: name, rows: length },
    });
  return runOf(event, "generate-monthly-reports", at, {
    endedAt: at + 1_480,
    output: { sent: true, reports: ["sales", "usage", "churn"] },
    steps: [
      report("generate-sales-report", 4, 640),
      report("generate-usage-report", 6, 1_050),
      report("generate-churn-report", 160, 420),
      quickStep("email-reports-to-team", at + 1_090, 370),
    ],
  });
}

function simpleFailure(
  event: ApiEvent,
  fn: string,
  at: number,
  runOf: RunOf,
  error: ReturnType<typeof sampleError>,
): ApiRun {
  const step = sampleStep({
    name: fn === "validate-input" ? "validate-input" : "send-email",
    status: "failed",
    queuedAt: at + 3,
    startedAt: at + 5,
    endedAt: at + 12,
    error,
    attempts: [sampleAttempt({ queuedAt: at + 3, startedAt: at + 5, endedAt: at + 12, error })],
    maxAttempts: 4,
  });
  return runOf(event, fn, at, { status: "failed", endedAt: at + 20, error, summary: error.message, steps: [step] });
}

function queuedRun(now: number): ApiRun {
  return sampleRun({
    id: "01KB999999999999QUEUED0001",
    status: "queued",
    functionName: "weekly-digest",
    functionSlug: "my-app-weekly-digest",
    trigger: { eventName: "inngest/scheduled.timer", eventId: "01KB0000000000000000CRON01", cron: "0 9 * * MON" },
    queuedAt: now - 800,
    startedAt: null,
    endedAt: null,
    doing: [sampleDoing({ kind: "queued", at: now - 800 })],
  });
}

function quickStep(name: string, at: number, length = 12): ApiStep {
  return sampleStep({
    name,
    queuedAt: at,
    startedAt: at + 2,
    endedAt: at + 2 + length,
    attempts: [sampleAttempt({ queuedAt: at, startedAt: at + 2, endedAt: at + 2 + length })],
    output: { ok: true },
  });
}

function waitStep(at: number, facts: Partial<ApiStep>): ApiStep {
  return sampleStep({
    kind: "wait",
    queuedAt: at,
    startedAt: at,
    attempts: [],
    detail: { event: "content/reviewed", expression: 'async.data.contentId == "c-118"', until: at + 2 * day },
    ...facts,
  });
}

function infoOf(now: number, runs: readonly ApiRun[]): ApiInfo {
  const counts = { queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0, skipped: 0 };
  for (const run of runs) counts[run.status] += 1;
  return {
    version: "0.1.0",
    mode: "dev",
    startedAt: now - 3 * hour,
    dataDir: "/home/ana/shop/.stepwright",
    isDiscovering: true,
    virtualNow: null,
    needsLogin: false,
    queue: { due: 1, future: 4, setAside: 0 },
    runs: counts,
  };
}

function fixtureFunctions(now: number): ApiFunction[] {
  const event = (name: string, expression: string | null = null): ApiTrigger => ({
    kind: "event",
    event: name,
    expression,
    cron: null,
    timeZone: null,
    nextAt: null,
  });
  const cron = (text: string, nextAt: number, timeZone: string | null = null): ApiTrigger => ({
    kind: "cron",
    event: null,
    expression: null,
    cron: text,
    timeZone,
    nextAt,
  });
  const make = (
    name: string,
    retries: number,
    triggers: readonly ApiTrigger[],
    extra: JsonObject = {},
    pausedAt: number | null = null,
  ): ApiFunction => ({
    id: `id-${name}`,
    slug: `my-app-${name}`,
    name,
    appId: "app-1",
    appName: "my-app",
    version: 2,
    pausedAt,
    pausedBy: pausedAt === null ? [] : ["function"],
    retries,
    triggers,
    config: {
      slug: `my-app-${name}`,
      name,
      retries,
      url: "http://localhost:3000/api/inngest",
      concurrency: [],
      cancel: [],
      ...extra,
    },
  });
  return [
    make("welcome-email-sequence", 3, [event("user/signed-up")]),
    make("process-csv-upload", 2, [event("file/uploaded", "event.data.fileSize < 50000000")]),
    make("generate-monthly-reports", 1, [event("reports/generate-all")]),
    make("weekly-digest", 2, [cron("0 9 * * MON", now + 3 * day + 5 * hour)]),
    make("weekly-digest-fanout", 1, [
      cron("0 9 * * MON", now + 3 * day + 4 * hour, "Europe/Lisbon"),
      event("digest/run-now"),
    ]),
    make("send-user-digest", 3, [event("digest/send-to-user")]),
    make("content-approval-workflow", 3, [event("content/submitted")]),
    make("my-function", 5, [event("my/event")]),
    make("validate-input", 3, [event("user/validate")]),
    make("fulfil-order", 3, [event("order/paid")]),
    make("charge-card", 3, [event("card/charge")], {
      concurrency: [{ limit: 1, key: "event.data.customer", scope: "fn" }],
      throttle: { limit: 1, periodMs: minute, burst: 0, key: "event.data.customer" },
      priority: { run: "event.data.isVip ? 60 : 0" },
      timeouts: { startMs: hour, finishMs: null },
    }),
    make(
      "build-report",
      3,
      [event("report/wanted")],
      { singleton: { key: null, mode: "skip" }, idempotency: { key: "event.data.of" } },
      now - 12 * minute,
    ),
  ];
}

function fixtureApps(now: number): ApiApp[] {
  const base = { sdk: "js:v3.54.2", framework: "nextjs", appVersion: null, env: null };
  return [
    {
      ...base,
      id: "app-1",
      name: "my-app",
      url: "http://localhost:3000/api/inngest",
      status: "synced",
      problem: null,
      syncedAt: now - 2 * hour,
      triedAt: now - 2 * hour,
      pausedAt: null,
      functionCount: 12,
    },
    {
      ...base,
      id: "app-2",
      name: "billing",
      url: "http://localhost:4000/api/inngest",
      status: "failed",
      framework: null,
      problem: {
        code: "APP_NOT_SDK",
        message:
          "the response of http://localhost:4000/api/inngest did not come from an Inngest SDK; check the path, and that no proxy answers in its place",
        httpStatus: 404,
        bodyExcerpt: "<!DOCTYPE html>\n<html><head><title>404: This page could not be found</title></head>",
      },
      syncedAt: now - 26 * hour,
      triedAt: now - 40 * second,
      pausedAt: null,
      functionCount: 0,
    },
  ];
}
