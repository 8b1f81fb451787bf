import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comparable, golden, requestOf } from "./golden.ts";
import { openApp } from "./open-app.ts";
import { openServer, type OpenServer } from "./open-server.ts";

let server: OpenServer;

beforeAll(async () => {
  server = await openServer();
});

afterAll(() => server.close());

describe("registering an app", () => {
  it("answers as SDKs expect, and says whether anything changed", async () => {
    for (const name of ["fn-register-new", "fn-register-same"]) {
      const captured = golden(name);
      const response = await server.app.inject(requestOf(captured));
      expect(response.statusCode).toBe(200);
      expect(comparable(response.json())).toEqual(comparable(captured.response.body));
      // Derived from the app's name, so it is the same everywhere.
      expect(response.json().app_id).toBe("66b20f50-d469-58d8-a3fb-66eea4766bbc");
    }
  });

  it.each([
    ["fn-register-noapp", "APP_NAME_MISSING", "App ID required"],
    ["fn-register-badcron", "config_invalid", "At least one function is invalid"],
    ["fn-register-wrongkind", "SERVER_KIND_MISMATCH", "Expected server kind dev, got cloud"],
    ["fn-register-blockedsdk", "sdk_version_denied", "App sync was blocked"],
  ])("answers %s with the status in the body, where SDKs read it", async (name, code, words) => {
    const captured = golden(name);
    const response = await server.app.inject(requestOf(captured));
    expect(response.statusCode).toBe(captured.response.status);
    expect(response.json()).toMatchObject({ status: 400, code });
    expect(response.json().error).toContain(words);
  });

  it("says of what is not there that it is missing", async () => {
    const response = await server.app.inject({
      method: "POST",
      url: "/fn/register",
      headers: { host: "localhost" },
      payload: `{"appName":"a"}`,
    });
    expect(response.json()).toMatchObject({ status: 400, error: "Invalid request: url: it is missing" });
  });

  it("takes names that are long, and finds the functions by them", async () => {
    const name = "n".repeat(200);
    const app = await openApp(server.app, name, [
      { name: "fn", triggers: [{ event: "long" }], handle: () => ({ status: 200, body: null }) },
    ]);
    const shown = await server.app.inject({ url: `/api/functions/${name}-fn`, headers: { host: "localhost" } });
    expect(shown.json()).toMatchObject({ slug: `${name}-fn` });
    await server.app.inject({ method: "DELETE", url: `/fn/remove?url=${app.url}`, headers: { host: "localhost" } });
    await app.close();
  });

  it("lists what is wrong with each function", async () => {
    const response = await server.app.inject(requestOf(golden("fn-register-badcron")));
    expect(response.json().data.problems).toMatchObject([{ functionSlug: "regtest-d" }]);
  });

  it("shows the functions under /dev, where harnesses count them", async () => {
    const dev = (await server.app.inject({ url: "/dev", headers: { host: "localhost" } })).json();
    expect(dev.functions).toMatchObject([
      {
        slug: "regtest-a",
        fv: 1,
        triggers: [{ event: "reg/a" }],
        steps: [{ uri: "http://localhost:19301/api/inngest?fnId=regtest-a&stepId=step" }],
      },
    ]);
  });

  it("removes an app by its URL, and knows when there is none", async () => {
    const captured = golden("fn-remove-unknown");
    const unknown = await server.app.inject(requestOf(captured));
    expect(unknown.statusCode).toBe(captured.response.status);
    expect(unknown.json()).toMatchObject({ data: null, status: 404 });
    const url = `/fn/remove?url=${encodeURIComponent("http://localhost:19301/other")}`;
    const removed = await server.app.inject({ method: "DELETE", url, headers: { host: "localhost" } });
    expect([removed.statusCode, removed.body]).toEqual([200, ""]);
    expect((await server.app.inject({ url: "/dev", headers: { host: "localhost" } })).json().functions).toEqual([]);
    expect(
      (await server.app.inject({ method: "DELETE", url: "/fn/remove", headers: { host: "localhost" } })).json(),
    ).toMatchObject({ code: "PARAMETER_MISSING" });
  });
});
