import { gzipSync } from "node:zlib";
import { isUlid } from "@stepwright/protocol";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comparable, golden, requestOf } from "./golden.ts";
import { openServer, type OpenServer } from "./open-server.ts";

let server: OpenServer;

beforeAll(async () => {
  server = await openServer({ bodyBytesMax: 8192 });
});

afterAll(() => server.close());

const headers = { host: "localhost:8288" };

function post(payload: string | Buffer, more: Record<string, string> = {}, key = "test") {
  return server.app.inject({ method: "POST", url: `/e/${key}`, headers: { ...headers, ...more }, payload });
}

describe("the event API", () => {
  it("answers one event and a list with as many internal ids, in order", async () => {
    for (const name of ["event-single", "event-seed", "event-seed-repeat"]) {
      const captured = golden(name);
      const response = await server.app.inject(requestOf(captured));
      expect(response.statusCode).toBe(200);
      expect(comparable(response.json())).toEqual(comparable(captured.response.body));
      expect(response.headers["x-inngest-server-kind"]).toBe("dev");
    }
    const { ids } = (await post(`[{"name":"a"},{"name":"b"},{"name":"c"}]`)).json();
    expect(ids).toHaveLength(3);
    expect(ids.every(isUlid)).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
  });

  it("gives the same ids for the same seed", async () => {
    const captured = golden("event-seed");
    const response = await server.app.inject(requestOf(captured));
    expect(response.json()).toEqual(captured.response.body);
  });

  it("takes JSON under any content type, and without one", async () => {
    for (const type of [
      "text/plain",
      "application/json",
      "application/x-www-form-urlencoded",
      "nonsense",
      "application/json; charset=utf-8",
    ]) {
      expect((await post(`{"name":"any"}`, { "content-type": type })).statusCode).toBe(200);
    }
    expect((await post(`{"name":"any"}`)).statusCode).toBe(200);
  });

  it("answers an empty list and an empty body with no ids, because there was no event", async () => {
    for (const payload of ["[]", ""]) {
      const response = await post(payload);
      expect([response.statusCode, response.json()]).toEqual([200, { ids: [], status: 200 }]);
    }
  });

  it("reads gzip, and refuses other encodings and what does not decompress", async () => {
    const sent = await post(gzipSync(`{"name":"zipped"}`), { "content-encoding": "gzip" });
    expect(sent.statusCode).toBe(200);
    expect((await post("x", { "content-encoding": "br" })).json()).toMatchObject({
      status: 415,
      code: "ENCODING_UNSUPPORTED",
      ids: [],
    });
    expect((await post("not gzip", { "content-encoding": "gzip" })).json()).toMatchObject({
      status: 400,
      code: "BODY_INVALID",
    });
  });

  it("refuses a body over the limit, also one that only grows over it", async () => {
    const large = JSON.stringify({ name: "large", data: { text: "x".repeat(9000) } });
    for (const response of [await post(large), await post(gzipSync(large), { "content-encoding": "gzip" })]) {
      expect(response.statusCode).toBe(413);
      expect(response.json()).toMatchObject({ ids: [], status: 413, code: "BODY_TOO_LARGE" });
    }
  });

  it("stores nothing of a list with a bad event, and names every bad one", async () => {
    const response = await post(`[{"name":"fine/before"},{"data":{}},{"name":"inngest/x"},{"name":"fine/after"}]`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      ids: [],
      status: 400,
      code: "EVENTS_INVALID",
      problems: [{ index: 1 }, { index: 2 }],
    });
    const { items } = await server.runtime.storage.events.list({ name: "fine/before" }, { cursor: null, limit: 10 });
    expect(items).toEqual([]);
  });

  it.each([
    [`{"name":`, "EVENT_BODY_INVALID"],
    [`"hi"`, "EVENT_BODY_INVALID"],
    [`{"name":"a"}\n{"name":"b"}`, "EVENT_BODY_INVALID"],
    [`{"data":{}}`, "EVENT_NAME_MISSING"],
    [`{"name":"x","data":"text"}`, "EVENT_FIELD_INVALID"],
  ])("refuses %s", async (payload, code) => {
    const response = await post(payload);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ ids: [], status: 400, code });
    expect(response.json().error).not.toBe("");
  });

  it("names the method that works", async () => {
    const captured = golden("event-get-method");
    const response = await server.app.inject(requestOf(captured));
    expect(response.statusCode).toBe(captured.response.status);
    expect(response.headers["allow"]).toBe(captured.response.headers["allow"]);
  });

  it("answers pages of every origin, preflights included", async () => {
    for (const name of ["event-options", "event-cors-post"]) {
      const captured = golden(name);
      const response = await server.app.inject(requestOf(captured));
      expect(response.statusCode).toBe(200);
      for (const [header, value] of Object.entries(captured.response.headers)) {
        if (header.startsWith("access-control-")) expect([header, response.headers[header]]).toEqual([header, value]);
      }
    }
  });

  it("invokes a function by hand only if it exists", async () => {
    const response = await server.app.inject({ method: "POST", url: "/invoke/nope", headers, payload: `{"data":{}}` });
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: "FUNCTION_NOT_FOUND", data: null, status: 404 });
    const bad = await server.app.inject({ method: "POST", url: "/invoke/nope", headers, payload: "zz" });
    expect(bad.json()).toMatchObject({ code: "BODY_NOT_JSON", status: 400 });
  });
});

describe("the health of the server", () => {
  it("is answered as clients expect, and says whether the storage answers", async () => {
    const captured = golden("health");
    const response = await server.app.inject(requestOf(captured));
    expect([response.statusCode, response.json()]).toEqual([200, captured.response.body]);
    expect((await server.app.inject({ url: "/ready", headers })).statusCode).toBe(200);
  });

  it("is not ready without its storage", async () => {
    const other = await openServer();
    await other.runtime.stop({ graceMs: 0 });
    await other.runtime.storage.close();
    const response = await other.app.inject({ url: "/ready", headers });
    expect([response.statusCode, response.json().code]).toEqual([503, "NOT_READY"]);
    await other.app.close();
  });
});

describe("the log of a server", () => {
  it("says nothing about events that are refused because it stops, but that the storage is in trouble", async () => {
    const lines: string[] = [];
    const log = pino({ level: "warn" }, { write: (line) => void lines.push(line) });
    const other = await openServer({ log });
    const send = () => other.app.inject({ method: "POST", url: "/e/key", headers, payload: { name: "a/b" } });
    await other.runtime.stop({ graceMs: 0 });
    const refused = await send();
    expect([refused.statusCode, refused.json().code]).toEqual([503, "SHUTTING_DOWN"]);
    expect(lines).toEqual([]);
    await other.runtime.storage.close();
    expect((await other.app.inject({ url: "/ready", headers })).statusCode).toBe(503);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["request refused"]);
    await other.app.close();
  });
});

describe("a path that does not exist", () => {
  it.each([
    ["GET", "/v1/nope"],
    ["GET", "/api/nope"],
    ["GET", "/v1/runs/a/b/c"],
    ["POST", "/nope"],
    ["DELETE", "/runs"],
    ["POST", "/e/"],
  ] as const)("is answered in JSON for %s %s", async (method, url) => {
    const response = await server.app.inject({ method, url, headers, ...(method === "POST" ? { payload: "{}" } : {}) });
    expect(response.headers["content-type"]).toContain("application/json");
    expect([401, 404]).toContain(response.statusCode);
    expect(response.json().status).toBe(response.statusCode);
  });

  it("is answered in JSON when it cannot even be decoded", async () => {
    const response = await server.app.inject({ url: "/%zz", headers });
    expect([response.statusCode, response.json().status]).toEqual([400, 400]);
    expect(response.json().error).toBe('parameter "path" has the invalid value "/%zz"; percent-encode it');
  });
});
