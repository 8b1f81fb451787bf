// Runs and events that were removed because they were old.
import { millis } from "@stepwright/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openApp, type OpenApp } from "./open-app.ts";
import { openServer, type OpenServer } from "./open-server.ts";

let server: OpenServer;
let app: OpenApp;
const headers = { host: "localhost:8288" };
const ask = async (method: "GET" | "POST" | "DELETE", url: string) => {
  const response = await server.app.inject({ method, url, headers, ...(method === "POST" ? { payload: "{}" } : {}) });
  return { status: response.statusCode, body: response.body === "" ? null : response.json() };
};
const get = async (url: string) => (await ask("GET", url)).body;

/** Sends events one by one, each of which starts a run that completes at once; their ids. */
async function send(count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const payload = JSON.stringify({ name: "shop/ordered", data: { n } });
    const response = await server.app.inject({ method: "POST", url: "/api/events", headers, payload });
    ids.push(response.json().ids[0]);
  }
  await server.runtime.idle();
  return ids;
}

/** Removes everything that is over, but for the newest event. */
async function removeAll(): Promise<void> {
  const before = millis(Date.now() + 1_000);
  const { sweep } = server.runtime.storage.retention;
  await sweep({ expired: { kind: "runs", status: "completed", before }, cursor: null, weightMax: 10_000 });
  await sweep({ expired: { kind: "events", before }, cursor: null, weightMax: 10_000 });
}

beforeAll(async () => {
  server = await openServer();
  app = await openApp(server.app, "shop", [
    { name: "order", triggers: [{ event: "shop/ordered" }], handle: () => ({ status: 200, body: 1 }) },
  ]);
});

afterAll(async () => {
  await app.close();
  await server.close();
});

it("answers for a run and an event that were removed as for unknown ones", async () => {
  // The newest event always stays.
  const [eventId = ""] = await send(2);
  const { runId } = (await get(`/api/events/${eventId}`)).runs[0];
  const questions = [
    ["GET", `/api/runs/${runId}`, "RUN_NOT_FOUND"],
    ["POST", `/api/runs/${runId}/cancel`, "RUN_NOT_FOUND"],
    ["POST", `/api/runs/${runId}/rerun`, "RUN_NOT_FOUND"],
    ["GET", `/v1/runs/${runId}`, "RUN_NOT_FOUND"],
    ["DELETE", `/v1/runs/${runId}`, "RUN_NOT_FOUND"],
    ["GET", `/api/events/${eventId}`, "EVENT_NOT_FOUND"],
    ["GET", `/v1/events/${eventId}`, "EVENT_NOT_FOUND"],
  ] as const;
  expect((await ask("GET", `/v1/runs/${runId}`)).status).toBe(200);
  await removeAll();
  const later = `${runId.slice(0, -1)}${runId.endsWith("0") ? "1" : "0"}`;
  for (const [method, url, code] of questions) {
    const unknown = await ask(method, url.replace(runId, later).replace(eventId, later));
    expect([url, unknown.status, unknown.body.code]).toEqual([url, 404, code]);
    const removed = await ask(method, url);
    expect([url, removed.status, removed.body.code]).toEqual([url, 404, code]);
  }
  expect((await get(`/v1/events/${eventId}/runs`)).data).toEqual([]);
});

it("goes on with a list whose last row was removed", async () => {
  const ids = await send(4);
  const page = await get("/api/events?limit=2");
  const rest = await get("/v1/events?limit=2");
  expect(rest.data.map((event: { internal_id: string }) => event.internal_id)).toEqual([ids[3], ids[2]]);
  const runs = await get("/api/runs?limit=2");
  await removeAll();
  const [last = ""] = await send(1);
  for (const url of [`/api/events?limit=2&cursor=${page.nextCursor}`, `/api/runs?limit=2&cursor=${runs.nextCursor}`])
    expect(await ask("GET", url)).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
  expect(await ask("GET", `/v1/events?limit=2&cursor=${ids[2]}`)).toMatchObject({ status: 200, body: { data: [] } });
  expect((await get("/v1/events?limit=1")).data).toMatchObject([{ internal_id: last }]);
});

it("begins no sweep where nothing is ever removed", async () => {
  expect(await ask("POST", "/api/retention/sweep")).toEqual({ status: 200, body: { isSweeping: false } });
});

it("tells how long things are kept, and what was removed", async () => {
  expect(await get("/api/retention")).toEqual({
    keeps: { completed: null, failed: null, cancelled: null, skipped: null, events: null },
    isSweeping: false,
    nextSweepAt: null,
    lastSweep: null,
    removed: { runs: 0, steps: 0, spans: 0, events: 0, keys: 0 },
    bytes: expect.any(Number),
    freeBytes: expect.any(Number),
  });
});
