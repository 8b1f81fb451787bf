// Function configurations that cannot work are refused at the sync, each with its path and what would be allowed.
import { describe, expect, test } from "vitest";
import { listen, portOf } from "../harness/app.ts";
import { registerFunctions, type WireFunction } from "../harness/fake-app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer();

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
    "",
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
  ["a timeout that is no duration", { timeouts: { finish: "soon" } }, "timeouts.finish", "soon"],
  ["a cancellation by a wildcard", { cancel: [{ event: "a/*" }] }, "cancel[0].event", "cannot cancel a run"],
  ["a cancellation with a bad expression", { cancel: [{ event: "a/b", if: "async.data.x ===" }] }, "cancel[0].if", ""],
  [
    "six cancellations",
    { cancel: Array.from({ length: 6 }, (_, n) => ({ event: `a/${n}` })) },
    "cancel",
    "6 cancelOn entries are more than the limit of 5",
  ],
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

describe.each(sdks)("SDK $name", (sdk) => {
  test("the app's problem is shown with the function and the fault", async () => {
    const client = sdk.client({ id: `broken-${sdk.name}`, baseUrl: server.url, isDev: true, eventKey: "test" });
    const http = await listen(client.serve([client.define({ id: "weekly" }, { cron: "0 9 * * FUNDAY" }, () => null)]));
    const app = await server.addApp(`http://localhost:${portOf(http)}/api/inngest`);
    expect(app.status).toBe("failed");
    expect(app.problem?.message).toContain(`broken-${sdk.name}-weekly triggers[0].cron`);
    expect(app.problem?.message).toContain("0 9 * * FUNDAY");
  });
});
