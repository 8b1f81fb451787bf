import { describe, expect, it } from "vitest";
import type { ConfigChecks } from "./config-problem.ts";
import { effectiveRateLimit } from "./rate-limit.ts";
import { functionsError, parseFunctions, type FunctionConfig } from "./function-config.ts";

/** Checks that refuse what has `bad` in it, and tell what they were asked. */
const checks: ConfigChecks = {
  checkExpression: (text, use) => (text.includes("bad") ? `bad ${use}` : null),
  checkCron: (cron, timeZone) => (cron.startsWith("99") || timeZone === "Nowhere" ? "no such time" : null),
};

const bare = {
  id: "app-fn",
  name: "Fn",
  triggers: [{ event: "a/b" }],
  steps: {
    step: {
      id: "step",
      name: "step",
      runtime: { type: "http", url: "http://localhost:3000/api/inngest?fnId=app-fn&stepId=step" },
    },
  },
};

function read(extra: Readonly<Record<string, unknown>>): FunctionConfig {
  const parsed = parseFunctions([{ ...bare, ...extra }], checks);
  if (parsed.kind === "rejected") throw new Error(JSON.stringify(parsed.problems));
  const [config] = parsed.functions;
  if (config === undefined) throw new Error("no function");
  return config;
}

describe("a function that only says what it must", () => {
  it("has the defaults", () => {
    expect(read({})).toEqual({
      slug: "app-fn",
      name: "Fn",
      triggers: [{ kind: "event", event: "a/b", expression: null }],
      url: "http://localhost:3000/api/inngest?fnId=app-fn&stepId=step",
      retries: 4,
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
    });
  });

  it("may say null for everything else", () => {
    const keys = [
      "concurrency",
      "throttle",
      "rateLimit",
      "idempotency",
      "debounce",
      "priority",
      "batchEvents",
      "singleton",
      "cancel",
      "timeouts",
      "retries",
    ];
    expect(read(Object.fromEntries(keys.map((key) => [key, null])))).toEqual(read({}));
  });

  it("may have no trigger at all", () => {
    expect(read({ triggers: [] }).triggers).toEqual([]);
    expect(read({ triggers: null }).triggers).toEqual([]);
  });
});

describe("a function's settings", () => {
  it.each<[string, Readonly<Record<string, unknown>>, Partial<FunctionConfig>]>([
    [
      "a filter",
      { triggers: [{ event: "a/*", expression: "event.data.x" }] },
      { triggers: [{ kind: "event", event: "a/*", expression: "event.data.x" }] },
    ],
    [
      "a schedule",
      {
        triggers: [
          { cron: "TZ=Europe/Berlin 0 9 * * MON", jitter: "30s" },
          { cron: "* * * * *" },
          { cron: "CRON_TZ=UTC  0 0 * * *" },
        ],
      },
      {
        triggers: [
          {
            kind: "cron",
            cron: "0 9 * * MON",
            timeZone: "Europe/Berlin",
            text: "TZ=Europe/Berlin 0 9 * * MON",
            jitterMs: 30_000,
          },
          { kind: "cron", cron: "* * * * *", timeZone: "UTC", text: "* * * * *", jitterMs: null },
          { kind: "cron", cron: "0 0 * * *", timeZone: "UTC", text: "CRON_TZ=UTC  0 0 * * *", jitterMs: null },
        ],
      },
    ],
    ["a number as concurrency", { concurrency: 3 }, { concurrency: [{ limit: 3, key: null, scope: "fn" }] }],
    [
      "one concurrency limit",
      { concurrency: { limit: 3, key: "event.data.u" } },
      { concurrency: [{ limit: 3, key: "event.data.u", scope: "fn" }] },
    ],
    [
      "two concurrency limits, the lower first",
      { concurrency: [{ limit: 5 }, { limit: 2, key: "'k'", scope: "account" }] },
      {
        concurrency: [
          { limit: 2, key: "'k'", scope: "account" },
          { limit: 5, key: null, scope: "fn" },
        ],
      },
    ],
    [
      "concurrency of runs and steps",
      { concurrency: { fn: [{ limit: 1, key: "event.data.u" }], step: [{ limit: 2 }] } },
      { runConcurrency: { limit: 1, key: "event.data.u" }, concurrency: [{ limit: 2, key: null, scope: "fn" }] },
    ],
    ["no concurrency limit in the list", { concurrency: [] }, { concurrency: [] }],
    [
      "throttle",
      { throttle: { limit: 10, period: "1m", burst: 2, key: "event.data.u" } },
      { throttle: { limit: 10, periodMs: 60_000, burst: 2, key: "event.data.u" } },
    ],
    [
      "throttle without a burst and with the limit SDKs send for none",
      { throttle: { limit: 0, period: "1s" } },
      { throttle: { limit: 1, periodMs: 1000, burst: 0, key: null } },
    ],
    [
      "rate limit",
      { rateLimit: { limit: 1, period: "24h", key: "" } },
      { rateLimit: { limit: 1, periodMs: 86_400_000, key: null } },
    ],
    [
      "debounce",
      { debounce: { period: "7d", timeout: "10m", key: "" } },
      { debounce: { periodMs: 604_800_000, timeoutMs: 600_000, key: null } },
    ],
    [
      "batching",
      { batchEvents: { maxSize: 2, timeout: "1m30s", key: "event.data.u", if: "event.data.x == 1" } },
      { batch: { maxSize: 2, timeoutMs: 90_000, key: "event.data.u", if: "event.data.x == 1" } },
    ],
    ["singleton", { singleton: { mode: "cancel" } }, { singleton: { key: null, mode: "cancel" } }],
    [
      "singleton without a mode",
      { singleton: { key: "event.data.u" } },
      { singleton: { key: "event.data.u", mode: "skip" } },
    ],
    ["priority", { priority: { run: "120" } }, { priority: { run: "120" } }],
    ["an empty priority", { priority: {} }, { priority: null }],
    ["timeouts", { timeouts: { start: "1h", finish: "0s" } }, { timeouts: { startMs: 3_600_000, finishMs: null } }],
    [
      "cancellation",
      {
        cancel: [
          { event: "x", if: "event.data.a == async.data.a", timeout: "1h" },
          { event: "y", if: "", timeout: "2030-01-01T00:00:00Z" },
          { event: "z" },
        ],
      },
      {
        cancel: [
          { event: "x", if: "event.data.a == async.data.a", timeoutText: "1h" },
          { event: "y", if: null, timeoutText: "2030-01-01T00:00:00Z" },
          { event: "z", if: null, timeoutText: null },
        ],
      },
    ],
    ["retries of the function", { retries: 2 }, { retries: 2 }],
  ])("hold %s", (_, extra, expected) => {
    expect(read(extra)).toMatchObject(expected);
  });

  it("take retries from the step first", () => {
    const steps = { step: { ...bare.steps.step, retries: { attempts: 0 } } };
    expect(read({ steps, retries: 2 }).retries).toBe(0);
  });

  it("lower too many retries, and say so", () => {
    const parsed = parseFunctions([{ ...bare, retries: 21 }], checks);
    expect(parsed).toMatchObject({
      kind: "functions",
      functions: [{ retries: 20 }],
      notices: [{ functionSlug: "app-fn", path: "retries" }],
    });
  });

  it("have idempotency in place of a rate limit", () => {
    const config = read({ idempotency: "event.data.k", rateLimit: { limit: 5, period: "1m" } });
    expect(config).toMatchObject({ idempotency: { key: "event.data.k" }, rateLimit: null });
    expect(effectiveRateLimit(config)).toEqual({ limit: 1, periodMs: 86_400_000, key: "event.data.k" });
    expect(effectiveRateLimit(read({ rateLimit: { limit: 5, period: "1m" } }))).toEqual({
      limit: 5,
      periodMs: 60_000,
      key: null,
    });
    expect(effectiveRateLimit(read({}))).toBeNull();
  });
});

describe("refused settings", () => {
  const many = (count: number, make: (index: number) => unknown): unknown[] =>
    Array.from({ length: count }, (_, index) => make(index));

  it.each<[string, Readonly<Record<string, unknown>>, string, string]>([
    ["no id", { id: "" }, "id", "config_invalid"],
    ["no name", { name: "" }, "name", "config_invalid"],
    ["no steps", { steps: {} }, "steps", "config_invalid"],
    ["two steps", { steps: { a: bare.steps.step, b: bare.steps.step } }, "steps", "config_invalid"],
    [
      "a URL that is none",
      { steps: { step: { runtime: { url: "/api" } } } },
      "steps.step.runtime.url",
      "config_invalid",
    ],
    [
      "a URL of another kind",
      { steps: { step: { runtime: { url: "ftp://host/api" } } } },
      "steps.step.runtime.url",
      "config_invalid",
    ],
    [
      "a worker that connects",
      { steps: { step: { runtime: { type: "ws", url: "ws://connect?fnId=app-fn" } } } },
      "steps.step.runtime.type",
      "config_invalid",
    ],
    ["negative retries", { retries: -1 }, "retries", "config_invalid"],
    ["fractional retries", { retries: 1.5 }, "retries", "config_invalid"],
    ["retries as text", { retries: "3" }, "retries", "config_invalid"],
    ["a trigger that is none", { triggers: [{}] }, "triggers[0]", "config_invalid"],
    ["a trigger that is two", { triggers: [{ event: "a", cron: "* * * * *" }] }, "triggers[0]", "config_invalid"],
    ["a wildcard in the middle", { triggers: [{ event: "a/*/b" }] }, "triggers[0].event", "event_name_invalid"],
    ["a long event name", { triggers: [{ event: "x".repeat(256) }] }, "triggers[0].event", "event_name_invalid"],
    ["a bad filter", { triggers: [{ event: "a", expression: "bad" }] }, "triggers[0].expression", "config_invalid"],
    ["duplicate triggers", { triggers: [{ event: "a" }, { event: "a" }] }, "triggers[1]", "config_invalid"],
    [
      "duplicate schedules",
      { triggers: [{ cron: "* * * * *" }, { cron: "* * * * *", jitter: "5s" }] },
      "triggers[1]",
      "config_invalid",
    ],
    ["too many triggers", { triggers: many(11, (index) => ({ event: `e${index}` })) }, "triggers", "config_invalid"],
    ["a descriptor as schedule", { triggers: [{ cron: "@daily" }] }, "triggers[0].cron", "schedule_invalid"],
    ["six fields", { triggers: [{ cron: "0 * * * * *" }] }, "triggers[0].cron", "schedule_invalid"],
    [
      "a long schedule",
      { triggers: [{ cron: `${"1,".repeat(130)}1 * * * *` }] },
      "triggers[0].cron",
      "schedule_invalid",
    ],
    ["an impossible schedule", { triggers: [{ cron: "99 * * * *" }] }, "triggers[0].cron", "schedule_invalid"],
    ["an unknown time zone", { triggers: [{ cron: "TZ=Nowhere 0 * * * *" }] }, "triggers[0].cron", "schedule_invalid"],
    [
      "too little jitter",
      { triggers: [{ cron: "* * * * *", jitter: "500ms" }] },
      "triggers[0].jitter",
      "schedule_invalid",
    ],
    ["too much jitter", { triggers: [{ cron: "* * * * *", jitter: "6m" }] }, "triggers[0].jitter", "schedule_invalid"],
    [
      "too many concurrency limits",
      { concurrency: many(11, () => ({ limit: 1 })) },
      "concurrency",
      "concurrency_limit_invalid",
    ],
    ["no room at all", { concurrency: 0 }, "concurrency[0].limit", "concurrency_limit_invalid"],
    ["a negative limit", { concurrency: [{ limit: -1 }] }, "concurrency[0].limit", "concurrency_limit_invalid"],
    [
      "a shared scope without a key",
      { concurrency: [{ limit: 1, scope: "env" }] },
      "concurrency[0].key",
      "concurrency_limit_invalid",
    ],
    [
      "the app scope",
      { concurrency: [{ limit: 1, scope: "app", key: "'k'" }] },
      "concurrency[0].scope",
      "concurrency_limit_invalid",
    ],
    ["an unknown scope", { concurrency: [{ limit: 1, scope: "all" }] }, "concurrency.step[0].scope", "config_invalid"],
    ["a bad concurrency key", { concurrency: [{ limit: 1, key: "bad" }] }, "concurrency[0].key", "config_invalid"],
    [
      "two run limits",
      { concurrency: { fn: [{ limit: 1 }, { limit: 2 }] } },
      "concurrency.fn",
      "concurrency_limit_invalid",
    ],
    [
      "a run limit of another scope",
      { concurrency: { fn: [{ limit: 1, scope: "app" }] } },
      "concurrency.fn[0].scope",
      "concurrency_limit_invalid",
    ],
    [
      "a run limit of none",
      { concurrency: { fn: [{ limit: 0 }] } },
      "concurrency.fn[0].limit",
      "concurrency_limit_invalid",
    ],
    ["a short throttle", { throttle: { limit: 1, period: "500ms" } }, "throttle.period", "config_invalid"],
    [
      "a throttle that is no duration",
      { throttle: { limit: 1, period: "bogus" } },
      "throttle.period",
      "config_invalid",
    ],
    ["a bad throttle key", { throttle: { limit: 1, period: "1s", key: "bad" } }, "throttle.key", "config_invalid"],
    ["a negative throttle", { throttle: { limit: -1, period: "1s" } }, "throttle.limit", "config_invalid"],
    ["a negative burst", { throttle: { limit: 1, period: "1s", burst: -1 } }, "throttle.burst", "config_invalid"],
    ["a rate limit over a day", { rateLimit: { limit: 1, period: "25h" } }, "rateLimit.period", "config_invalid"],
    ["a rate limit of no time", { rateLimit: { limit: 1, period: "0s" } }, "rateLimit.period", "config_invalid"],
    ["a rate limit without a period", { rateLimit: { limit: 1, period: "" } }, "rateLimit.period", "config_invalid"],
    ["a rate limit of none", { rateLimit: { limit: 0, period: "1h" } }, "rateLimit.limit", "config_invalid"],
    [
      "a bad rate limit under idempotency",
      { idempotency: "event.id", rateLimit: { limit: 0, period: "1h" } },
      "rateLimit.limit",
      "config_invalid",
    ],
    ["bad idempotency", { idempotency: "bad" }, "idempotency", "config_invalid"],
    ["a short debounce", { debounce: { period: "500ms" } }, "debounce.period", "config_invalid"],
    ["a long debounce", { debounce: { period: "8d" } }, "debounce.period", "config_invalid"],
    [
      "an unreadable debounce timeout",
      { debounce: { period: "1s", timeout: "soon" } },
      "debounce.timeout",
      "config_invalid",
    ],
    ["a batch of one", { batchEvents: { maxSize: 1, timeout: "1s" } }, "batchEvents.maxSize", "batch_size_invalid"],
    [
      "a short batch",
      { batchEvents: { maxSize: 2, timeout: "500ms" } },
      "batchEvents.timeout",
      "batch_timeout_invalid",
    ],
    ["a batch of days", { batchEvents: { maxSize: 2, timeout: "1d" } }, "batchEvents.timeout", "batch_timeout_invalid"],
    [
      "a bad batch key",
      { batchEvents: { maxSize: 2, timeout: "1s", key: "bad" } },
      "batchEvents.key",
      "batch_key_expression_invalid",
    ],
    [
      "a bad batch filter",
      { batchEvents: { maxSize: 2, timeout: "1s", if: "bad" } },
      "batchEvents.if",
      "batch_if_expression_invalid",
    ],
    [
      "a batch with cancellation",
      { batchEvents: { maxSize: 2, timeout: "1s" }, cancel: [{ event: "x" }] },
      "batchEvents",
      "combo_unsupported",
    ],
    [
      "a batch with debounce",
      { batchEvents: { maxSize: 2, timeout: "1s" }, debounce: { period: "1s" } },
      "batchEvents",
      "combo_unsupported",
    ],
    [
      "a batch with singleton",
      { batchEvents: { maxSize: 2, timeout: "1s" }, singleton: {} },
      "batchEvents",
      "combo_unsupported",
    ],
    [
      "a batch with priority",
      { batchEvents: { maxSize: 2, timeout: "1s" }, priority: { run: "1" } },
      "batchEvents",
      "combo_unsupported",
    ],
    ["an unknown singleton mode", { singleton: { mode: "bogus" } }, "singleton.mode", "config_invalid"],
    ["a bad singleton key", { singleton: { key: "bad" } }, "singleton.key", "config_invalid"],
    ["a bad priority", { priority: { run: "bad" } }, "priority.run", "config_invalid"],
    ["six cancellations", { cancel: many(6, (index) => ({ event: `e${index}` })) }, "cancel", "config_invalid"],
    ["cancellation by wildcard", { cancel: [{ event: "a/*" }] }, "cancel[0].event", "event_name_invalid"],
    ["cancellation by nothing", { cancel: [{ event: "" }] }, "cancel[0].event", "event_name_invalid"],
    ["a bad cancellation", { cancel: [{ event: "a", if: "bad" }] }, "cancel[0].if", "config_invalid"],
    [
      "an unreadable cancellation timeout",
      { cancel: [{ event: "a", timeout: "soon" }] },
      "cancel[0].timeout",
      "config_invalid",
    ],
    ["an unreadable start timeout", { timeouts: { start: "soon" } }, "timeouts.start", "config_invalid"],
    ["a negative finish timeout", { timeouts: { finish: "-1s" } }, "timeouts.finish", "config_invalid"],
  ])("%s", (_, extra, path, code) => {
    const parsed = parseFunctions([{ ...bare, ...extra }], checks);
    expect(parsed).toMatchObject({ kind: "rejected", problems: [{ path, code }] });
  });

  it("of one function keep all others out", () => {
    const parsed = parseFunctions([bare, { ...bare, id: "app-other", retries: -1 }], checks);
    expect(parsed).toMatchObject({ kind: "rejected", problems: [{ functionSlug: "app-other" }] });
  });

  it("are told all at once", () => {
    const parsed = parseFunctions([{ ...bare, retries: -1, triggers: [{}] }, null], checks);
    expect(parsed).toMatchObject({
      kind: "rejected",
      problems: [{ path: "triggers[0]" }, { path: "retries" }, { path: "functions[1]", functionSlug: "" }],
    });
  });

  it("include a slug that is used twice", () => {
    expect(parseFunctions([bare, bare], checks)).toMatchObject({ kind: "rejected", problems: [{ path: "id" }] });
  });

  it("say which kind of expression was refused", () => {
    const parsed = parseFunctions([{ ...bare, cancel: [{ event: "a", if: "bad" }] }], checks);
    expect(parsed).toMatchObject({ problems: [{ message: expect.stringContaining("bad cancel") as string }] });
  });

  it("become one error that names each, up to a limit", () => {
    const parsed = parseFunctions(
      [
        { ...bare, retries: -1 },
        { ...bare, id: "", triggers: many(20, () => ({})) },
      ],
      checks,
    );
    if (parsed.kind === "functions") throw new Error("the functions were accepted");
    const error = functionsError(parsed.problems);
    expect(error).toMatchObject({ code: "config_invalid", status: 400, details: { problems: parsed.problems } });
    expect(error.message).toMatch(/^At least one function is invalid.*app-fn retries: -1 retries are impossible/);
    const long = functionsError(Array.from({ length: 12 }, () => parsed.problems).flat());
    expect(long.message).toMatch(/and \d+ more$/);
  });
});
