import { asRunId, type JsonObject } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comparable, golden, requestOf, without } from "./golden.ts";
import { openApp, type OpenApp } from "./open-app.ts";
import { openServer, type OpenServer } from "./open-server.ts";

let server: OpenServer;
let app: OpenApp;
const headers = { host: "localhost:8288" };

const get = async (url: string) => (await server.app.inject({ url, headers })).json();
const send = async (event: object): Promise<string> =>
  (await server.app.inject({ method: "POST", url: "/e/x", headers, payload: JSON.stringify(event) })).json().ids[0];
const runOf = async (eventId: string): Promise<string> => (await get(`/v1/events/${eventId}/runs`)).data[0].run_id;

beforeAll(async () => {
  server = await openServer();
  app = await openApp(server.app, "rest", [
    { name: "ok", triggers: [{ event: "rest/ok" }], handle: () => ({ status: 200, body: { a: 1 } }) },
    {
      name: "many",
      triggers: [{ event: "rest/many" }],
      options: { batchEvents: { maxSize: 2, timeout: "60s" } },
      handle: () => ({ status: 200, body: null }),
    },
    {
      name: "wait",
      triggers: [{ event: "rest/wait" }],
      // Each run waits for a signal of its own unless its event names one: a signal has one waiter at a time.
      handle: ({ steps, event, runId }) =>
        steps["w"] === undefined
          ? {
              status: 206,
              body: [
                {
                  op: "WaitForSignal",
                  id: "w",
                  name: "w",
                  displayName: "w",
                  opts: { signal: event["signal"] ?? runId, timeout: "1h" },
                },
              ],
            }
          : { status: 200, body: steps["w"] },
    },
    {
      name: "bad",
      triggers: [{ event: "rest/bad" }],
      retries: 0,
      handle: () => ({ status: 500, body: { name: "Error", message: "kaput", stack: "Error: kaput" } }),
    },
  ]);
});

afterAll(async () => {
  await server.close();
  await app.close();
});

describe("REST v1", () => {
  it("shows an event in the captured shape", async () => {
    const eventId = await send({ name: "demo/steps", data: { id: "a", n: 1, p: 0, user: "u1" } });
    const captured = golden("v1-event-get");
    const shown = await get(`/v1/events/${eventId}`);
    expect(comparable(shown.data)).toEqual(comparable((captured.response.body as { data: JsonObject }).data));
    expect(shown.metadata.fetched_at).toMatch(/Z$/);
  });

  it("lists events newest first, by name and after a cursor, without those of the engine", async () => {
    const first = await send({ name: "list/one", data: { n: 1 }, user: { email: "x@y.z" }, v: "2" });
    const second = await send({ name: "list/one" });
    const all = await get("/v1/events?name=list/one");
    expect(all.data.map((event: { internal_id: string }) => event.internal_id)).toEqual([second, first]);
    expect(all.data[1]).toMatchObject({ user: { email: "x@y.z" }, v: "2" });
    expect(without(all.data[0], "user", "v")).toEqual(all.data[0]);
    const rest = await get(`/v1/events?name=list/one&limit=1&cursor=${second}`);
    expect(rest.data.map((event: { internal_id: string }) => event.internal_id)).toEqual([first]);
    expect((await get("/v1/events?received_after=2099-01-01T00:00:00Z")).data).toEqual([]);
    expect((await get("/v1/events?received_before=1h")).data).toEqual([]);
    const names = (await get("/v1/events?limit=51")).data.map((event: { name: string }) => event.name);
    expect(names.filter((name: string) => name.startsWith("inngest/"))).toEqual([]);
  });

  it("takes the last of a parameter that is repeated", async () => {
    const eventId = await send({ name: "twice/two" });
    const twice = (name: string, last: string) => `${name}=twice/one&${name}=${last}`;
    const query = ["name", "cursor", "limit", "received_after", "received_before"]
      .map((name, at) => twice(name, ["twice/two", "", "5", "1h", "2099-01-01T00:00:00Z"][at] ?? ""))
      .join("&")
      .replace("cursor=twice/one&", "");
    const { data } = await get(`/v1/events?${query}`);
    expect(data.map((event: { internal_id: string }) => event.internal_id)).toEqual([eventId]);
  });

  it.each([
    ["/v1/events?received_after=zzz", 400],
    ["/v1/events?cursor=zzz", 400],
    ["/v1/events/zz", 400],
    ["/v1/events/01M854TGA40XKG4S13RJQ5G3J0", 404],
    ["/v1/runs/zz", 400],
    ["/v1/runs/01M854TGA40XKG4S13RJQ5G3J0", 404],
  ])("answers %s with its true status", async (url, status) => {
    const response = await server.app.inject({ url, headers });
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ status, data: null });
  });

  it("keeps the words for a bad id that clients know", async () => {
    for (const name of ["v1-event-get-badid", "v1-run-get-badid"]) {
      const captured = golden(name);
      const { error } = captured.response.body as { error: string };
      expect((await server.app.inject(requestOf(captured))).json().error).toBe(error);
    }
  });

  it("shows a completed, a failed and a running run in the captured shapes", async () => {
    const [captured] = (golden("v1-event-runs-running").response.body as { data: object[] }).data;
    for (const name of ["ok", "bad", "wait"]) {
      const eventId = await send({ name: `rest/${name}` });
      await server.runtime.idle();
      const [run] = (await get(`/v1/events/${eventId}/runs`)).data;
      expect(Object.keys(without(run, "output") as object).toSorted()).toEqual(Object.keys(captured ?? {}).toSorted());
      expect(run.event_id).toBe(eventId);
      const one = (await get(`/v1/runs/${run.run_id}`)).data;
      expect(one).toEqual(run);
    }
    const outcomes = await Promise.all(
      ["ok", "bad", "wait"].map(async (name) => {
        const eventId = await send({ name: `rest/${name}` });
        await server.runtime.idle();
        const { status, output } = (await get(`/v1/runs/${await runOf(eventId)}`)).data;
        return [status, output];
      }),
    );
    expect(outcomes).toEqual([
      ["Completed", { a: 1 }],
      ["Failed", { message: "kaput", name: "Error", stack: "Error: kaput" }],
      ["Running", undefined],
    ]);
  });

  it("answers an event that started nothing with an empty list", async () => {
    const captured = golden("v1-event-runs-none");
    const eventId = await send({ name: "rest/nobody" });
    expect((await get(`/v1/events/${eventId}/runs`)).data).toEqual((captured.response.body as { data: object }).data);
  });

  it("shows the run of a batch with its first event alone", async () => {
    const [first, second] = [await send({ name: "rest/many" }), await send({ name: "rest/many" })];
    await server.runtime.idle();
    const runId = await runOf(first);
    expect((await server.runtime.storage.runs.events(asRunId(runId))).map(({ internalId }) => internalId)).toEqual([
      first,
      second,
    ]);
    expect((await get(`/v1/events/${second}/runs`)).data).toEqual([]);
  });

  it("cancels a run with an empty answer, also one that has ended", async () => {
    const eventId = await send({ name: "rest/wait" });
    await server.runtime.idle();
    const runId = await runOf(eventId);
    for (let time = 0; time < 2; time++) {
      const response = await server.app.inject({ method: "DELETE", url: `/v1/runs/${runId}`, headers });
      expect([response.statusCode, response.body]).toEqual([200, ""]);
    }
    const { data: captured } = golden("v1-run-get-cancelled").response.body as { data: JsonObject };
    // The other implementation counts versions from 0 and never raises them.
    expect(comparable((await get(`/v1/runs/${runId}`)).data)).toEqual(comparable({ ...captured, function_version: 1 }));
    expect((await server.app.inject(requestOf(golden("v1-run-delete-badid")))).json()).toMatchObject({
      status: 400,
      error: "Invalid run ID: zz",
    });
    const again = await server.app.inject({ method: "DELETE", url: `/v0/runs/${runId}`, headers });
    expect(again.json()).toMatchObject({ status: 409, code: "RUN_ENDED" });
  });
});

describe("signals", () => {
  it("resume the run that waits, and are not found when nobody does", async () => {
    const eventId = await send({ name: "rest/wait", data: { signal: "sig-1" } });
    await server.runtime.idle();
    const runId = await runOf(eventId);
    const captured = golden("v1-signals");
    const response = await server.app.inject(requestOf(captured));
    expect(response.statusCode).toBe(200);
    expect(comparable(response.json())).toEqual(comparable(captured.response.body));
    expect(response.json().data.run_id).toBe(runId);
    await server.runtime.waitForRun(asRunId(runId));
    expect((await get(`/v1/runs/${runId}`)).data.output).toEqual({ data: { signal: "sig-1", data: { hello: 1 } } });
    const missing = await server.app.inject(requestOf(golden("v1-signals-missing")));
    expect(missing.json()).toMatchObject({ status: 404, data: null });
  });

  it.each([["zz"], ["[]"], [`{"signal":""}`]])("refuse the body %s", async (payload) => {
    expect((await server.app.inject({ method: "POST", url: "/v1/signals", headers, payload })).statusCode).toBe(400);
  });
});

describe("the state of a run for its SDK", () => {
  it("is there while the run goes on, and gone afterwards", async () => {
    const eventId = await send({ name: "rest/wait", data: { k: 1 } });
    await server.runtime.idle();
    const runId = await runOf(eventId);
    expect(await get(`/v0/runs/${runId}/actions`)).toEqual({});
    expect(await get(`/v0/runs/${runId}/batch`)).toMatchObject([{ name: "rest/wait", data: { k: 1 }, id: eventId }]);
    await server.app.inject({ method: "DELETE", url: `/v1/runs/${runId}`, headers });
    for (const path of ["actions", "batch"]) {
      expect(await get(`/v0/runs/${runId}/${path}`)).toMatchObject({ status: 410, data: null });
    }
    expect(await get("/v0/runs/zz/batch")).toMatchObject({ status: 400 });
    expect((await server.app.inject({ method: "POST", url: "/v0/telemetry", headers, payload: "{}" })).statusCode).toBe(
      200,
    );
  });

  it("takes no checkpoint of a run that is unknown, under either path", async () => {
    for (const path of ["/v1/checkpoint", "/v1/http/runs"]) {
      const { body } = golden("v1-checkpoint-async-bad").request;
      const response = await server.app.inject({
        method: "POST",
        url: `${path}/01M855BADSVZ9VYXDDMS74ZBV9/async`,
        headers,
        payload: JSON.stringify(body),
      });
      expect(response.json()).toMatchObject({ status: 400, data: { run_id: "01M855BADSVZ9VYXDDMS74ZBV9" } });
      expect(response.statusCode).toBe(400);
    }
  });
});
