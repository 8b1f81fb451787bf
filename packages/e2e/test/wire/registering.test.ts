// Registrations as SDKs send them, in what they may leave out, add and repeat.
import { describe, expect, test } from "vitest";
import { registerFunctions } from "../harness/fake-app.ts";
import { complete, serveRaw } from "../harness/raw-app.ts";
import { useServer } from "../harness/scope.ts";

const server = useServer({ args: ["--no-poll"] });

const register = (body: Readonly<Record<string, unknown>>, path = "/fn/register") =>
  server.request("POST", path, { headers: { authorization: "Bearer undefined" }, body });
const base = {
  url: "http://127.0.0.1:9/api/inngest?fnId=x&stepId=step",
  deployType: "ping",
  framework: "nodejs",
  sdk: "js:v4.24.0",
  v: "0.1",
};

describe("a registration", () => {
  test("is the same until something of it changes", async () => {
    const whole = { ...base, appName: "same", functions: [], capabilities: { trust_probe: "v1" } };
    const modified = async (more: object, path?: string): Promise<unknown> => {
      const { status, json } = await register({ ...whole, ...more }, path);
      expect(status).toBe(200);
      return (json as { readonly modified: boolean }).modified;
    };
    expect(await modified({})).toBe(true);
    expect(await modified({ featureObservations: { a: Math.random() } })).toBe(false);
    expect(await modified({}, "/fn/register?deployId=abc")).toBe(false);
    expect(await modified({ appVersion: "2" })).toBe(true);
    const { json } = await server.request("GET", "/api/apps");
    expect(json).toMatchObject({
      items: [{ name: "same", url: "http://localhost:9/api/inngest", appVersion: "2", functionCount: 0 }],
    });
  });

  test("answers with ids that stay the app's, wherever it moves", async () => {
    const idOf = async (url: string): Promise<unknown> => {
      const { json } = await register({ ...base, url, appName: "moves", functions: [] });
      expect(json).toMatchObject({ ok: true, sync_id: expect.stringMatching(/^[0-9a-f-]{36}$/u) });
      return (json as { readonly app_id: string }).app_id;
    };
    expect(await idOf("http://one.example/api/inngest")).toBe(await idOf("http://two.example/api/inngest"));
  });

  test.each([
    [{}, 5],
    [{ retries: 0 }, 1],
    [{ retries: 20 }, 21],
    [{ retries: 25 }, 21],
  ])("with %j calls with %i attempts at most", async (options, attempts) => {
    // Without a number the harness would say 0.
    const app = await serveRaw(server, () => ({ body: [complete(1)] }), { retries: undefined, ...options });
    await app.runOnce();
    expect(app.calls[0]?.body.ctx["max_attempts"]).toBe(attempts);
  });

  test("keeps the query of a function's URL, and calls it with the step, in the order of their names", async () => {
    const app = await serveRaw(server, () => ({ body: [complete(1)] }));
    const url = `${app.url}?z=1&fnId=${app.id}-fn&stepId=step&a=b%20c`;
    const steps = { step: { id: "step", name: "step", runtime: { type: "http", url }, retries: { attempts: 0 } } };
    await registerFunctions(server, [{ id: "fn", steps }], { url: app.url, appName: app.id });
    await app.runOnce();
    expect(app.calls[0]?.url.search).toBe(`?a=b+c&fnId=${app.id}-fn&stepId=step&z=1`);
  });

  test("that leaves a function out ends its triggers, and one that brings it back knows it again", async () => {
    const app = await serveRaw(server, () => ({ body: [complete(1)] }));
    await app.runOnce();
    const without = await registerFunctions(server, [{ id: "other" }], { url: app.url, appName: app.id });
    expect(without.status).toBe(200);
    const eventId = await app.send();
    expect(await server.event(eventId)).toMatchObject({ runs: [] });
    await registerFunctions(server, [{ id: "fn" }], { url: app.url, appName: app.id });
    await app.runOnce();
    const [first, second] = app.calls.map(({ body }) => body.ctx["fn_id"]);
    expect(first).toBe(second);
  });
});
