// In-band syncs: the app registers in its answer, without a request of its own.
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { listen, portOf, serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const key = "signkey-prod-00112233445566778899aabbccddeeff";
const keys = ["--signing-key", key, "--event-key", "events", "--host", "127.0.0.1"];
const server = useServer({ command: "start", args: [...keys, "--sync-in-band"], key, eventKey: "events" });
const cloud = { isDev: false, signingKey: key, eventKey: "events" };

describe.each(sdks)("SDK $name", (sdk) => {
  test("an app that cannot reach the server registers in its answer, and its functions are called", async () => {
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "answers", retries: 2 }, { event: event("go") }, () => "called"),
        define({ id: "other" }, { event: event("other") }, () => null),
      ],
      { client: { ...cloud, baseUrl: "http://127.0.0.1:9" } },
    );
    expect(app.synced).toMatchObject({
      name: app.id,
      url: app.url,
      status: "synced",
      problem: null,
      functionCount: 2,
      sdk: sdk.version.replace("inngest-js:", "js:"),
    });
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: "called" });
  });

  test("a registration with a function that cannot work is refused as any other, and changes nothing", async () => {
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [define({ id: "fine" }, { event: event("go") }, () => "still here")],
      { client: cloud },
    );
    const { define } = app.client;
    const synced = await app.serve([
      define({ id: "fine" }, { event: app.event("go") }, () => "still here"),
      define({ id: "wrong", debounce: { period: "10d" } }, { event: app.event("go") }, () => null),
    ]);
    expect(synced).toMatchObject({ status: "failed", problem: { code: "config_invalid" }, functionCount: 1 });
    expect(synced.problem?.message).toMatch(/wrong.*debounce\.period.*between 1s and 7d/u);
    expect(await app.runOnce("go")).toMatchObject({ output: "still here" });
  });
});

test("a registration that is not signed with the key is not taken over", async () => {
  const http = await listen((request, response) => {
    void text(request).then((body) => {
      response.writeHead(200, { "x-inngest-sdk": "js:v4.24.0", "x-inngest-sync-kind": "in_band" });
      const { url } = JSON.parse(body) as { readonly url: string };
      response.end(JSON.stringify({ app_id: "impostor", url, functions: [] }));
    });
  });
  const app = await server.addApp(`http://localhost:${portOf(http)}/api/inngest`);
  expect(app).toMatchObject({ status: "failed", problem: { code: "APP_SIGNATURE" } });
  expect((await server.apps()).map(({ name }) => name)).not.toContain("impostor");
});
