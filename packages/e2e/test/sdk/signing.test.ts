// Production: keys on both sides, signatures that are checked, and what is shown when the keys do not fit.
import { signRequest } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const key = "signkey-prod-00112233445566778899aabbccddeeff";
const otherKey = "signkey-prod-ffeeddccbbaa99887766554433221100";

const server = useServer({
  command: "start",
  args: ["--signing-key", key, "--event-key", "first-key", "--event-key", "second-key", "--host", "127.0.0.1"],
  key,
  eventKey: "first-key",
});
const cloud = { isDev: false, signingKey: key, eventKey: "second-key" };

describe.each(sdks)("SDK $name", (sdk) => {
  test("an app with the same key is synced, called and may checkpoint", async () => {
    const app = await serveApp(
      server,
      sdk,
      ({ client, define, event }) => [
        define({ id: "signed" }, { event: event("go") }, async ({ step }) => {
          const one = await step.run("one", () => 1);
          await step.sendEvent("tell", { name: event("told") });
          await client.send({ name: event("told") });
          await step.sleep("nap", "1s");
          return one + (await step.run("two", () => 2));
        }),
        define({ id: "told" }, { event: event("told") }, () => "heard"),
      ],
      { client: cloud },
    );
    expect(app.synced).toMatchObject({ status: "synced", problem: null, functionCount: 2 });
    const { ids } = await app.client.send({ name: app.event("go") });
    const [run] = await server.runsOf(ids[0] ?? "");
    expect(await server.ended(run?.id ?? "")).toMatchObject({ status: "completed", output: 3 });
    expect((await server.runs({ event: app.event("told") })).length).toBeGreaterThanOrEqual(2);
  });

  test("an app with another key refuses the server, and the page says what to do", async () => {
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [define({ id: "other" }, { event: event("go") }, () => null)],
      {
        client: { ...cloud, signingKey: otherKey },
      },
    );
    expect(app.synced).toMatchObject({ status: "failed", problem: { code: "APP_SIGNATURE" } });
    expect(app.synced.problem?.message).toContain("give the app and the server the same signing key");
  });

  test("the app refuses calls that are not signed with its key", async () => {
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [define({ id: "guarded" }, { event: event("go") }, () => "secret")],
      {
        client: cloud,
      },
    );
    const call = await fetch(`${app.url}?fnId=${app.id}-guarded&stepId=step`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-inngest-signature": `t=${Math.floor(Date.now() / 1000)}&s=${"0".repeat(64)}`,
      },
      body: "{}",
    });
    expect(call.status).toBe(401);
  });

  test("an app without a key in production is told to set one", async () => {
    const { signingKey: _, ...keyless } = cloud;
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [define({ id: "keyless" }, { event: event("go") }, () => null)],
      {
        client: keyless,
      },
    );
    // SDK v3 refuses as if the key were wrong, v4 says that it has none.
    expect(app.synced).toMatchObject({
      status: "failed",
      problem: {
        code: sdk.name === "v3" ? "APP_SIGNATURE" : "APP_SIGNING_KEY_MISSING",
        message: expect.stringContaining("signing key"),
      },
    });
  });

  test("events with a wrong key are refused by the SDK's send", async () => {
    const client = sdk.client({ ...cloud, id: "sender", baseUrl: server.url, eventKey: "wrong" });
    await expect(client.send({ name: "a/b" })).rejects.toThrow(/key/i);
  });
});

test("the address of an app tells what the app is only to a server with its key", async () => {
  for (const sdk of sdks) {
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [define({ id: "shown" }, { event: event("go") }, () => null)],
      { client: cloud },
    );
    const atSeconds = Math.floor(Date.now() / 1000);
    const signature = signRequest({ key, body: "", atSeconds });
    const known = await fetch(app.url, { headers: { "x-inngest-signature": signature } });
    expect(await known.json()).toMatchObject({ authentication_succeeded: true, function_count: 1, app_id: app.id });
    expect((await fetch(app.url)).status).toBe(401);
  }
});

test("without a key nothing can be read, changed or sent", async () => {
  const none = { authorization: "" };
  for (const [method, path, body] of [
    ["GET", "/api/runs"],
    ["GET", "/api/apps"],
    ["GET", "/api/events"],
    ["POST", "/api/events", { name: "a/b" }],
    ["GET", "/v1/events"],
    ["GET", "/v0/runs/01M85FEEE82SHJSV4H71C3KQ8B/actions"],
    ["POST", "/fn/register", {}],
    ["POST", "/v1/signals", { signal: "s" }],
    ["POST", "/v1/checkpoint/01M85FEEE82SHJSV4H71C3KQ8B/async", {}],
    ["POST", "/e/wrong", { name: "a/b" }],
  ] as const) {
    const answer = await server.request(method, path, { headers: none, ...(body === undefined ? {} : { body }) });
    expect([method, path, answer.status]).toEqual([method, path, 401]);
  }
  expect((await server.request("GET", "/health", { headers: none })).status).toBe(200);
});
