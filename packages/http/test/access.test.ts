import { hashSigningKey } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginFailuresMax } from "../src/limits.ts";
import { comparable, golden, requestOf, without } from "./golden.ts";
import { openServer, type OpenServer } from "./open-server.ts";

const signingKey = "signkey-prod-12345678";
const fallbackKey = "signkey-prod-87654321";

describe("a server without keys on loopback", () => {
  let server: OpenServer;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());

  it.each(["localhost:8288", "127.0.0.1:8288", "[::1]:8288", "my.localhost", "host.docker.internal:8288"])(
    "answers to the host %s",
    async (host) => {
      expect((await server.app.inject({ url: "/api/runs", headers: { host } })).statusCode).toBe(200);
    },
  );

  it.each([
    "evil.example",
    "evil.example:8288",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.1.5:8288",
  ])("refuses the host %s everywhere but for its health", async (host) => {
    for (const url of ["/api/runs", "/v1/events", "/", "/dev"]) {
      expect((await server.app.inject({ url, headers: { host } })).json()).toMatchObject({
        status: 403,
        code: "HOST_NOT_ALLOWED",
      });
    }
    expect(
      (await server.app.inject({ method: "POST", url: "/e/x", headers: { host }, payload: `{"name":"x"}` })).statusCode,
    ).toBe(403);
    expect((await server.app.inject({ url: "/health", headers: { host } })).statusCode).toBe(200);
  });

  it("refuses pages of foreign origins outside the event API, also under an encoded path", async () => {
    for (const origin of ["https://evil.example", "null", "http://localhost.evil.example"]) {
      for (const url of ["/api/runs", "/v1/events", "/%61pi/runs", "/fn/remove?url=x"]) {
        const response = await server.app.inject({ url, headers: { host: "localhost:8288", origin } });
        expect(response.json()).toMatchObject({ status: 403, code: "ORIGIN_NOT_ALLOWED" });
        expect(response.headers["access-control-allow-origin"]).toBeUndefined();
      }
      const sent = await server.app.inject({
        method: "POST",
        url: "/e/x",
        headers: { host: "localhost:8288", origin },
        payload: `{"name":"x"}`,
      });
      expect(sent.statusCode).toBe(200);
    }
  });

  it("answers pages of this machine, on v1 with CORS", async () => {
    const response = await server.app.inject({
      url: "/v1/events",
      headers: { host: "localhost:8288", origin: "http://localhost:3000" },
    });
    expect(response.statusCode).toBe(200);
    expect(response.headers["access-control-allow-origin"]).toBe("http://localhost:3000");
    const api = await server.app.inject({
      url: "/api/runs",
      headers: { host: "localhost:8288", origin: "http://localhost:8288" },
    });
    expect(api.statusCode).toBe(200);
    expect(api.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("has no login, and says that none is needed", async () => {
    const headers = { host: "localhost" };
    expect((await server.app.inject({ url: "/api/info", headers })).json()).toMatchObject({
      mode: "dev",
      needsLogin: false,
      queue: { due: 0 },
    });
    expect(
      (await server.app.inject({ method: "POST", url: "/api/login", headers, payload: `{"key":"x"}` })).statusCode,
    ).toBe(404);
  });
});

describe("a server without keys that is open to other machines", () => {
  it("answers to every host, and refuses pages of other origins", async () => {
    const server = await openServer({ access: { kind: "open", isLoopback: false } });
    const host = "build-7.internal:8288";
    const own = await server.app.inject({ url: "/api/runs", headers: { host, origin: `http://${host}` } });
    expect(own.statusCode).toBe(200);
    const foreign = await server.app.inject({ url: "/api/runs", headers: { host, origin: "https://evil.example" } });
    expect(foreign.statusCode).toBe(403);
    await server.close();
  });
});

describe("a server with keys", () => {
  let server: OpenServer;
  const host = "stepwright.example";
  const bearer = { host, authorization: `Bearer ${signingKey}` };
  beforeAll(async () => {
    server = await openServer({ access: { kind: "keyed", eventKeys: ["ek1", "ek2"], signingKey, fallbackKey } });
  });
  afterAll(() => server.close());

  const routes = [
    ["POST", "/fn/register"],
    ["DELETE", "/fn/remove?url=x"],
    ["POST", "/invoke/some-function"],
    ["GET", "/v0/runs/01M854TGA40XKG4S13RJQ5G3J0/actions"],
    ["GET", "/v0/runs/01M854TGA40XKG4S13RJQ5G3J0/batch"],
    ["DELETE", "/v0/runs/01M854TGA40XKG4S13RJQ5G3J0"],
    ["POST", "/v0/telemetry"],
    ["GET", "/v1/events"],
    ["GET", "/v1/events/test-event-id"],
    ["GET", "/v1/events/test-event-id/runs"],
    ["GET", "/v1/runs/test-run-id"],
    ["DELETE", "/v1/runs/test-run-id"],
    ["POST", "/v1/signals"],
    ["POST", "/v1/checkpoint/test-run-id/async"],
    ["POST", "/v1/http/runs/test-run-id/async"],
    ["GET", "/dev"],
    ["GET", "/api/runs"],
    ["GET", "/api/runs/test-run-id"],
    ["POST", "/api/runs/test-run-id/cancel"],
    ["GET", "/api/events"],
    ["POST", "/api/events"],
    ["GET", "/api/functions"],
    ["GET", "/api/apps"],
    ["POST", "/api/apps"],
    ["GET", "/api/retention"],
    ["GET", "/api/live"],
  ] as const;

  it.each(routes)("answers %s %s only with the signing key", async (method, url) => {
    for (const headers of [
      { host },
      { host, authorization: "Bearer signkey-prod-ffff" },
      { host, authorization: "Bearer" },
    ]) {
      const response = await server.app.inject({ method, url, headers });
      expect([response.statusCode, response.json().status]).toEqual([401, 401]);
    }
    if (url === "/api/live") return;
    for (const authorization of [
      `Bearer ${signingKey}`,
      "Bearer 12345678",
      `Bearer ${hashSigningKey(signingKey)}`,
      `Bearer ${hashSigningKey(fallbackKey)}`,
      `bearer ${hashSigningKey("signkey-test-12345678")}`,
    ]) {
      expect((await server.app.inject({ method, url, headers: { host, authorization } })).statusCode).not.toBe(401);
    }
  });

  it("takes events with an event key only, and says cloud", async () => {
    const captured = golden("start-event-nokey");
    const refused = await server.app.inject({ ...requestOf(captured), headers: { host } });
    expect(refused.statusCode).toBe(401);
    expect(comparable(without(refused.json(), "ids", "code"))).toEqual(comparable(captured.response.body));
    for (const key of ["ek1", "ek2"]) {
      const accepted = await server.app.inject({
        method: "POST",
        url: `/e/${key}`,
        headers: { host },
        payload: `{"name":"x"}`,
      });
      expect(accepted.statusCode).toBe(200);
      expect(accepted.headers["x-inngest-server-kind"]).toBe("cloud");
    }
  });

  it("leaves its health and the page itself open, and tells nothing before a login", async () => {
    for (const url of ["/health", "/ready", "/"])
      expect((await server.app.inject({ url, headers: { host } })).statusCode).toBe(200);
    const info = (await server.app.inject({ url: "/api/info", headers: { host } })).json();
    expect(info).toMatchObject({ needsLogin: true, version: "", dataDir: null, startedAt: 0 });
    expect((await server.app.inject({ url: "/api/info", headers: bearer })).json()).toMatchObject({
      needsLogin: false,
      mode: "start",
      version: "0.0.0",
    });
  });

  it("lets a person in with the signing key, for the dashboard's data and nothing else", async () => {
    const login = await server.app.inject({
      method: "POST",
      url: "/api/login",
      headers: { host, origin: `http://${host}` },
      payload: JSON.stringify({ key: signingKey }),
    });
    expect(login.statusCode).toBe(204);
    const cookie = String(login.headers["set-cookie"]).split(";")[0] ?? "";
    const get = (url: string, headers: Record<string, string>) =>
      server.app.inject({ url, headers: { host, cookie, ...headers } });
    expect((await get("/api/runs", {})).statusCode).toBe(200);
    expect((await get("/api/info", {})).json()).toMatchObject({ needsLogin: false });
    expect((await get("/v1/events", {})).statusCode).toBe(401);
    expect((await get("/api/runs", { origin: "https://evil.example" })).json()).toMatchObject({
      status: 403,
      code: "ORIGIN_NOT_ALLOWED",
    });
    expect((await get("/api/runs", { origin: `https://${host}` })).statusCode).toBe(200);
    expect(
      (await get("/api/runs", { origin: "https://behind-a-proxy.example", "sec-fetch-site": "same-origin" }))
        .statusCode,
    ).toBe(200);

    const logout = await server.app.inject({ method: "POST", url: "/api/logout", headers: { host, cookie } });
    expect(String(logout.headers["set-cookie"])).toContain("Max-Age=0");
  });

  it("marks the cookie as secure behind a proxy that ends TLS", async () => {
    const headers = { host, "x-forwarded-proto": "https" };
    const login = await server.app.inject({
      method: "POST",
      url: "/api/login",
      headers,
      payload: JSON.stringify({ key: signingKey }),
    });
    expect(String(login.headers["set-cookie"])).toContain("; Secure");
  });

  it("makes an address wait after too many wrong keys, even with the right one", async () => {
    const login = (key: string) =>
      server.app.inject({
        method: "POST",
        url: "/api/login",
        headers: { host },
        remoteAddress: "10.0.0.9",
        payload: JSON.stringify({ key }),
      });
    for (let time = 0; time < loginFailuresMax; time++)
      expect((await login("wrong")).json()).toMatchObject({ status: 401, code: "LOGIN_FAILED" });
    const refused = await login(signingKey);
    expect(refused.json()).toMatchObject({ status: 429, code: "TOO_MANY_REQUESTS" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    const other = await server.app.inject({
      method: "POST",
      url: "/api/login",
      headers: { host },
      remoteAddress: "10.0.0.10",
      payload: JSON.stringify({ key: signingKey }),
    });
    expect(other.statusCode).toBe(204);
  });

  it("has no /dev, so that SDKs do not take it for a dev server", async () => {
    expect((await server.app.inject({ url: "/dev", headers: bearer })).statusCode).toBe(404);
  });

  it("shares nothing but the event API with pages of other origins", async () => {
    const origin = "https://shop.example";
    const sent = await server.app.inject({
      method: "POST",
      url: "/e/ek1",
      headers: { host, origin },
      payload: `{"name":"x"}`,
    });
    expect(sent.headers["access-control-allow-origin"]).toBe(origin);
    const rest = await server.app.inject({ url: "/v1/events", headers: { ...bearer, origin } });
    expect(rest.headers["access-control-allow-origin"]).toBeUndefined();
  });
});
