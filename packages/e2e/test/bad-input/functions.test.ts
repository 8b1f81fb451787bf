// Function configurations that cannot work are refused at the sync, each with its path and what would be allowed.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { registerFunctions, type WireFunction } from "../harness/fake-app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks, type Trigger } from "../harness/sdk.ts";

const server = useServer();

const workerSteps = { step: { runtime: { type: "ws", url: "ws://connect?fnId=a-b&stepId=step" } } };

const refused: readonly [name: string, config: Omit<WireFunction, "id">, path: string, reason: string][] = [
  ["a cron of four fields", { triggers: [{ cron: "* * * *" }] }, "triggers[0].cron", "five fields"],
  [
    "a cron with an impossible minute",
    { triggers: [{ cron: "99 * * * *" }] },
    "triggers[0].cron",
    'the schedule "99 * * * *" is invalid',
  ],
  [
    "a time zone that does not exist",
    { triggers: [{ cron: "TZ=Mars/Olympus 0 9 * * *" }] },
    "triggers[0].cron",
    "Mars/Olympus",
  ],
  [
    "an expression that does not parse",
    { triggers: [{ event: "a/b", expression: "event.data.x ==" }] },
    "triggers[0].expression",
    "the expression `event.data.x ==` is invalid: unexpected token: EOF (line 1, column 16)",
  ],
  [
    "a trigger without anything",
    { triggers: [{}] },
    "triggers[0]",
    "a trigger needs either an event or a cron schedule",
  ],
  ["the same trigger twice", { triggers: [{ event: "a/b" }, { event: "a/b" }] }, "triggers[1]", "duplicate"],
  ["a wildcard in the middle", { triggers: [{ event: "a*/b" }] }, "triggers[0].event", "cannot trigger a function"],
  [
    "eleven triggers",
    { triggers: Array.from({ length: 11 }, (_, n) => ({ event: `a/${n}` })) },
    "triggers",
    "11 triggers are more than the limit of 10",
  ],
  ["negative retries", { retries: -1 }, "retries", "-1 retries are impossible; use a whole number from 0 to 20"],
  ["half a retry", { retries: 1.5 }, "retries", "1.5 retries are impossible"],
  [
    "retries that are no number",
    // What no typed SDK sends, but a hand may.
    { retries: "three" },
    "steps.step.retries.attempts",
    "expected number, received string",
  ],
  [
    "a timeout that is no duration",
    { timeouts: { finish: "soon" } },
    "timeouts.finish",
    '"soon" must be a duration such as "1h"',
  ],
  [
    "a cancellation until a time that is none",
    { cancel: [{ event: "a/b", timeout: "later" }] },
    "cancel[0].timeout",
    '"later" is neither a duration such as "1h" nor an RFC 3339 date',
  ],
  [
    "a debounce that is no duration",
    { debounce: { period: "a while" } },
    "debounce.period",
    '"a while" must be a duration between 1s and 7d',
  ],
  [
    "a batch that waits for days",
    { batchEvents: { maxSize: 10, timeout: "1d" } },
    "batchEvents.timeout",
    '"1d" must be a duration of 1s or more, written without days and weeks',
  ],
  [
    "a throttle that is no duration",
    { throttle: { limit: 1, period: "x" } },
    "throttle.period",
    '"x" must be a duration of 1s or more',
  ],
  [
    "a rate over more than a day",
    { rateLimit: { limit: 1, period: "25h" } },
    "rateLimit.period",
    '"25h" must be a duration above 0 and up to 24h',
  ],
  ["a cancellation by a wildcard", { cancel: [{ event: "a/*" }] }, "cancel[0].event", "cannot cancel a run"],
  [
    "an expression about something unknown",
    { triggers: [{ event: "a/b", expression: "user.plan == 'free'" }] },
    "triggers[0].expression",
    'undeclared reference to "user"; an expression knows event and',
  ],
  [
    "a cancellation with a bad expression",
    { cancel: [{ event: "a/b", if: "async.data.x ===" }] },
    "cancel[0].if",
    "the expression `async.data.x ===` is invalid: unexpected character: = (line 1, column 16)",
  ],
  ["a key with a bad expression", { idempotency: "event.data.(" }, "idempotency", "expected IDENTIFIER, got LPAREN"],
  [
    "six cancellations",
    { cancel: Array.from({ length: 6 }, (_, n) => ({ event: `a/${n}` })) },
    "cancel",
    "6 cancelOn entries are more than the limit of 5",
  ],
  ["a schedule by name", { triggers: [{ cron: "@daily" }] }, "triggers[0].cron", "five fields"],
  ["a schedule with seconds", { triggers: [{ cron: "0 0 9 * * *" }] }, "triggers[0].cron", "five fields"],
  ["a schedule that is too long", { triggers: [{ cron: `${"0,".repeat(130)}0 * * * *` }] }, "triggers[0].cron", "255"],
  ["a date that never comes", { triggers: [{ cron: "0 0 30 2 *" }] }, "triggers[0].cron", "cannot be read"],
  [
    "a cancellation that calls functions",
    { cancel: [{ event: "a/b", if: "async.data.name.startsWith('x')" }] },
    "cancel[0].if",
    "the expression `async.data.name.startsWith('x')` is invalid",
  ],
  ["a debounce of less than a second", { debounce: { period: "10ms" } }, "debounce.period", "between 1s and 7d"],
  ["a debounce of more than a week", { debounce: { period: "8d" } }, "debounce.period", "between 1s and 7d"],
  [
    "a debounce that ends at no time",
    { debounce: { period: "1m", timeout: "later" } },
    "debounce.timeout",
    '"later" must be a duration',
  ],
  ["a rate of none", { rateLimit: { limit: 0, period: "1h" } }, "rateLimit.limit", "the limit 0 must be 1 or more"],
  ["a batch of one", { batchEvents: { maxSize: 1, timeout: "5s" } }, "batchEvents.maxSize", "use 2 or more"],
  [
    "a batch that waits for less than a second",
    { batchEvents: { maxSize: 5, timeout: "100ms" } },
    "batchEvents.timeout",
    "of 1s or more",
  ],
  ...["cancel", "debounce", "singleton", "priority"].map((option): (typeof refused)[number] => [
    `a batch with ${option}`,
    {
      batchEvents: { maxSize: 5, timeout: "5s" },
      [option]: {
        cancel: [{ event: "a/b" }],
        debounce: { period: "1m" },
        singleton: { mode: "skip" },
        priority: { run: "1" },
      }[option],
    },
    "batchEvents",
    option,
  ]),
  [
    "eleven limits of concurrency",
    { concurrency: Array.from({ length: 11 }, (_, n) => ({ limit: n + 1, key: `'${n}'` })) },
    "concurrency",
    "11 concurrency limits are more than the 10 a function may have",
  ],
  ["a worker that connects", { steps: workerSteps }, "steps.step.runtime.type", 'serve the function over "http"'],
  ["a limit of no calls", { concurrency: 0 }, "concurrency[0].limit", "use 1 or more"],
  ["a limit of fewer than none", { concurrency: [{ limit: -2 }] }, "concurrency[0].limit", "use 1 or more"],
  [
    "a shared limit without a key",
    { concurrency: { limit: 1, scope: "account" } },
    "concurrency[0].key",
    'scope "account" needs a key',
  ],
  [
    "a scope that is none",
    { concurrency: { limit: 1, scope: "world", key: "'x'" } },
    "concurrency.step[0].scope",
    'use "fn", "env" or "account"',
  ],
  [
    "a key about something unknown",
    { concurrency: { limit: 1, key: "user.id" } },
    "concurrency[0].key",
    'undeclared reference to "user"',
  ],
  [
    "a throttle key that does not parse",
    { throttle: { limit: 1, period: "1m", key: "event." } },
    "throttle.key",
    "event.",
  ],
  ["a singleton of an unknown mode", { singleton: { mode: "bogus" } }, "singleton.mode", "skip"],
  ["a singleton key that does not parse", { singleton: { mode: "skip", key: "event." } }, "singleton.key", "event."],
  ["a priority that does not parse", { priority: { run: "1 +" } }, "priority.run", "1 +"],
  [
    "a jitter of an hour",
    { triggers: [{ cron: "0 9 * * *", jitter: "1h" }] },
    "triggers[0].jitter",
    "between 1s and 5m",
  ],
  ["a name of an event that is too long", { triggers: [{ event: "e".repeat(256) }] }, "triggers[0].event", "255"],
];

describe("a sync is refused for", () => {
  test.each(refused)("%s", async (_name, config, path, reason) => {
    const answer = await registerFunctions(server, [{ id: "good" }, { id: "bad", ...config }]);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ status: 400, code: "config_invalid" });
    const { error } = answer.json as { readonly error: string };
    expect(error).toContain("At least one function is invalid");
    expect(error).toContain(`-bad ${path}: `);
    expect(error).toContain(reason);
    expect(error).not.toContain("-good ");
  });

  test("a body that is no registration", async () => {
    for (const body of ["", "[]", "{}", '{"appName":"x"}', '{"appName":"","functions":[]}']) {
      const answer = await server.request("POST", "/fn/register", { body });
      expect([body, answer.status]).toEqual([body, 400]);
      expect(answer.json).toMatchObject({ status: 400, error: expect.stringMatching(/\w+ \w+/) });
    }
  });

  test("an SDK with a known hole", async () => {
    const answer = await server.request("POST", "/fn/register", {
      body: {
        url: "http://localhost:9/api/inngest",
        appName: "old",
        functions: [],
        sdk: "js:v3.30.0",
        v: "0.1",
        framework: "nodejs",
        deployType: "ping",
      },
    });
    expect(answer).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining("upgrade to 3.54.0 or later") },
    });
  });
});

test("too many retries are lowered, not refused", async () => {
  const answer = await registerFunctions(server, [{ id: "eager", retries: 50 }], { appName: "eager-app" });
  expect(answer.status).toBe(200);
  const { json } = await server.request("GET", "/api/functions/eager-app-eager");
  expect(json).toMatchObject({ retries: 20 });
});

test("a refused sync leaves the functions as they were", async () => {
  expect((await registerFunctions(server, [{ id: "one" }], { appName: "keeps" })).status).toBe(200);
  expect((await registerFunctions(server, [{ id: "one", retries: -1 }], { appName: "keeps" })).status).toBe(400);
  expect((await server.request("GET", "/api/functions/keeps-one")).json).toMatchObject({ retries: 4, version: 1 });
});

const faults: readonly [name: string, options: object, trigger: Trigger, problem: string][] = [
  ["a cron", {}, { cron: "0 9 * * FUNDAY" }, 'triggers[0].cron: the schedule "0 9 * * FUNDAY" is invalid'],
  [
    "an expression",
    {},
    { event: "a/b", if: "event.data.x ==" },
    "triggers[0].expression: the expression `event.data.x ==` is invalid",
  ],
  ["a duration", { timeouts: { finish: "soon" } }, { event: "a/b" }, 'timeouts.finish: "soon" must be a duration'],
  ["retries", { retries: -1 }, { event: "a/b" }, "retries: -1 retries are impossible; use a whole number from 0 to 20"],
];

describe.each(sdks)("SDK $name", (sdk) => {
  test.each(faults)(
    "%s that cannot work is shown on the app, whose functions stay as they were",
    async (_name, options, trigger, problem) => {
      const app = await serveApp(server, sdk, ({ define, event }) => [
        define({ id: "good", retries: 0 }, { event: event("go") }, () => "went"),
      ]);
      const good = app.client.define({ id: "good", retries: 7 }, { event: app.event("go") }, () => "went");
      const bad = app.client.define({ id: "bad", ...options }, trigger, () => null);

      await app.serve([good, bad]);
      const shown = (await server.apps()).find(({ name }) => name === app.id);
      expect(shown).toMatchObject({ status: "failed", functionCount: 1, problem: { code: "config_invalid" } });
      expect(shown?.problem?.message).toContain("At least one function is invalid, so nothing was synced");
      expect(shown?.problem?.message).toContain(`${app.id}-bad ${problem}`);
      expect((await server.request("GET", `/api/functions/${app.id}-good`)).json).toMatchObject({ retries: 0 });
      expect((await server.request("GET", `/api/functions/${app.id}-bad`)).status).toBe(404);
      expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: "went" });

      // Mended, it is synced, and the problem is gone.
      expect(await app.serve([good])).toMatchObject({ status: "synced", problem: null, functionCount: 1 });
      expect((await server.request("GET", `/api/functions/${app.id}-good`)).json).toMatchObject({ retries: 7 });
    },
  );

  test("whoever syncs by hand is told the reason by the app", async () => {
    const app = await serveApp(server, sdk, ({ define }) => [
      define({ id: "weekly" }, { cron: "0 9 * * FUNDAY" }, () => null),
    ]);
    const response = await fetch(app.url, { method: "PUT" });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      {
        message: expect.stringContaining(`${app.id}-weekly triggers[0].cron: the schedule "0 9 * * FUNDAY" is invalid`),
      },
    ]);
  });
});
