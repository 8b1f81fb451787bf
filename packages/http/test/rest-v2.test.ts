// REST v2 beyond what was captured: pages, filters, refusals, and what is done to runs.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApp, type OpenApp } from "./open-app.ts";
import { openServer, type OpenServer } from "./open-server.ts";

const headers = { host: "localhost:8288" };
let server: OpenServer;
let app: OpenApp;

interface Listed {
  readonly data?: readonly { readonly id: string; readonly name?: string }[];
  readonly page: { readonly cursor?: string; readonly hasMore?: boolean; readonly limit?: number };
}

const get = async (url: string) => (await server.app.inject({ url, headers })).json();
const post = async (url: string, body?: object) => {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const response = await server.app.inject({ method: "POST", url, headers, ...payload });
  return { status: response.statusCode, body: response.json() };
};
const send = async (name: string, data: object = {}): Promise<string> =>
  (await post("/v2/events", { name, data })).body.data.eventId;
const errorOf = async (url: string) => {
  const response = await server.app.inject({ url, headers });
  return [response.statusCode, response.json().errors?.[0]?.code];
};

/** All ids of a list, page by page. */
async function idsOf(url: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined;) {
    const { data = [], page }: Listed = await get(cursor === "" ? url : `${url}&cursor=${cursor}`);
    ids.push(...data.map(({ id }) => id));
    expect(page.hasMore).toBe(page.cursor === undefined ? undefined : true);
    ({ cursor } = page);
  }
  return ids;
}

beforeAll(async () => {
  server = await openServer();
  app = await openApp(server.app, "shop", [
    { name: "ok", triggers: [{ event: "v2/ok" }], handle: ({ event }) => ({ status: 200, body: event }) },
    {
      name: "bad",
      triggers: [{ event: "v2/bad" }],
      retries: 0,
      handle: () => ({ status: 500, body: { name: "Error", message: "kaput" } }),
    },
    {
      name: "two",
      triggers: [{ event: "v2/two" }],
      handle: ({ steps }) => {
        const missing = ["a", "b"].find((id) => steps[id] === undefined);
        return missing === undefined
          ? { status: 200, body: 3 }
          : {
              status: 206,
              body: [{ op: "StepRun", id: missing, name: missing, displayName: `Step ${missing}`, data: 1 }],
            };
      },
    },
    {
      name: "limited",
      triggers: [],
      options: { rateLimit: { limit: 1, period: "1h" } },
      handle: () => ({ status: 200, body: null }),
    },
    { name: "paused", triggers: [], handle: () => ({ status: 200, body: null }) },
    {
      name: "batched",
      triggers: [],
      options: { batchEvents: { maxSize: 9, timeout: "60s" } },
      handle: () => ({ status: 200, body: null }),
    },
    {
      name: "defers",
      triggers: [{ event: "v2/defer" }],
      handle: ({ steps }) =>
        steps["a"] === undefined
          ? {
              status: 206,
              body: [
                { op: "StepRun", id: "a", name: "a", displayName: "a", data: 1 },
                { op: "DeferAdd", id: "d", name: "d", displayName: "d", opts: { fn_slug: "shop-later", input: {} } },
              ],
            }
          : { status: 200, body: 1 },
    },
    {
      name: "later",
      triggers: [{ event: "inngest/deferred.schedule", expression: "event.data._inngest.fn_slug == 'shop-later'" }],
      handle: () => ({ status: 200, body: null }),
    },
    {
      name: "waits",
      triggers: [{ event: "v2/wait" }],
      handle: () => ({
        status: 206,
        body: [{ op: "WaitForSignal", id: "w", name: "w", displayName: "w", opts: { signal: "never", timeout: "1h" } }],
      }),
    },
  ]);
});

afterAll(async () => {
  await server.close();
  await app.close();
});

describe("the list of runs", () => {
  it("has no other orders than its own", async () => {
    for (const query of ["timeField=constructor", "timeField=__proto__", "status=constructor", "order=up"])
      expect((await server.app.inject({ url: `/v2/runs?${query}`, headers })).statusCode).toBe(400);
  });

  it("has every run once, page by page, in both directions and by each time", async () => {
    for (let n = 0; n < 7; n += 1) await send("v2/ok", { n });
    await send("v2/bad");
    await server.runtime.idle();
    const all = await idsOf("/v2/runs?limit=3");
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(8);
    expect(all.toSorted().toReversed()).toEqual(all);
    expect(await idsOf("/v2/runs?limit=3&order=asc")).toEqual(all.toReversed());
    const ended = await idsOf("/v2/runs?limit=3&timeField=ended_at&order=ASC");
    expect(ended.toSorted()).toEqual(all.toSorted());
    expect((await idsOf("/v2/runs?limit=2&timeField=startedAt")).toSorted()).toEqual(all.toSorted());
  });

  it("by status, app, function and period has those that fit and no others", async () => {
    const failed = await get("/v2/runs?status=FAILED");
    expect(failed.data).toMatchObject([{ status: "FAILED", function: { id: "bad" }, app: { id: "shop" } }]);
    expect(await idsOf("/v2/runs?appId=shop&functionId=bad&functionId=shop-bad&limit=5")).toEqual([failed.data[0].id]);
    expect(await idsOf("/v2/apps/shop/functions/bad/runs?limit=5")).toEqual([failed.data[0].id]);
    expect(await idsOf("/v2/runs?appId=other&limit=5")).toEqual([]);
    expect(await idsOf("/v2/runs?from=2099-01-01T00:00:00Z&limit=5")).toEqual([]);
    expect(await idsOf("/v2/runs?until=2001-01-01T00:00:00Z&limit=5")).toEqual([]);
    const withOutput = await get("/v2/runs?status=COMPLETED&limit=1&includeOutput=true");
    expect(withOutput.data[0].output).toEqual({ n: 6 });
  });

  it("tells runs that others deferred from those that started otherwise, in pages", async () => {
    for (let n = 0; n < 3; n += 1) await send("v2/defer");
    await server.runtime.idle();
    const deferred = await idsOf("/v2/runs?appId=shop&functionId=later&limit=5");
    expect(deferred).toHaveLength(3);
    expect(await idsOf("/v2/runs?isDeferred=true&limit=1")).toEqual(deferred);
    const others = await idsOf("/v2/runs?is_deferred=false&limit=2&time_field=endedAt");
    const all = await idsOf("/v2/runs?limit=5&timeField=endedAt");
    expect(others).toEqual(all.filter((id) => !deferred.includes(id)));
  });

  it("has skipped runs only when they are asked for", async () => {
    await server.runtime.functions.pause("shop-two");
    const eventId = await send("v2/two");
    await server.runtime.functions.resume("shop-two");
    const [skipped] = await idsOf(`/v2/events/${eventId}/runs?limit=5`);
    expect(await idsOf("/v2/runs?limit=50")).not.toContain(skipped);
    expect(await idsOf("/v2/runs?status=SKIPPED&limit=50")).toEqual([skipped]);
  });

  it("knows parameters in either spelling", async () => {
    const { data } = await get("/v2/runs?app_id=shop&function_id=ok&include_output=true&limit=1");
    expect(data).toMatchObject([{ function: { id: "ok" }, output: expect.anything() }]);
  });

  it.each([
    ["/v2/runs?cursor=zzz", 400, "invalid_field_format"],
    [`/v2/runs?cursor=${Buffer.from("endedAt 1:X").toString("base64url")}`, 400, "invalid_field_format"],
    ["/v2/runs?timeField=never", 400, "invalid_field_format"],
    ["/v2/runs?order=up", 400, "invalid_field_format"],
    ["/v2/runs?limit=-1", 400, "invalid_field_format"],
    ["/v2/runs?includeOutput=perhaps", 400, "api_error"],
    ["/v2/runs?from=yesterday", 400, "api_error"],
    ["/v2/apps?cursor=zz", 400, "invalid_field_format"],
    ["/v2/apps/nope/functions/x/runs", 404, "not_found"],
    ["/v2/runs/01M854TGA40XKG4S13RJQ5G3J0/trace", 404, "not_found"],
    ["/api/v2/nope", 404, "api_error"],
  ])("%s is refused with %i %s", async (url, status, code) => {
    expect(await errorOf(url)).toEqual([status, code]);
  });
});

describe("apps and functions", () => {
  it("are listed in pages, in the order of their ids", async () => {
    const functions = await idsOf("/v2/apps/shop/functions?limit=2");
    expect(functions.toSorted()).toEqual([
      "bad",
      "batched",
      "defers",
      "later",
      "limited",
      "ok",
      "paused",
      "two",
      "waits",
    ]);
    expect(await get("/v2/apps?archived=true")).not.toHaveProperty("data");
    expect((await get(`/v2/apps/${server.runtime.registry().apps[0]?.id}`)).data).toMatchObject({
      id: "shop",
      functionCount: 9,
    });
  });
});

describe("an invocation", () => {
  const invoke = (name: string, body: object = { data: {} }) => post(`/v2/apps/shop/functions/${name}/invoke`, body);

  it("tells its run, and the same one again with 409 for the same key, in either spelling", async () => {
    const first = await invoke("ok", { data: { x: 1 }, idempotencyKey: "k1" });
    expect(first.status).toBe(200);
    const again = await invoke("ok", { data: { x: 2 }, idempotency_key: "k1" });
    expect(again).toMatchObject({ status: 409, body: { data: first.body.data } });
    await server.runtime.idle();
    const { data } = await get(`/v2/runs/${first.body.data.runId}?includeOutput=true`);
    expect(data.output).toEqual({ x: 1, _inngest: { fn_id: "shop-ok" } });
  });

  it("tells why there is no run", async () => {
    expect((await invoke("limited")).status).toBe(200);
    expect(await invoke("limited")).toMatchObject({ status: 422, body: { errors: [{ code: "rate_limited" }] } });
    await server.runtime.functions.pause("shop-paused");
    expect(await invoke("paused")).toMatchObject({ status: 422, body: { errors: [{ code: "function_skipped" }] } });
    expect((await invoke("batched")).body.data).toEqual({});
    expect(await invoke("ok", { data: 1 })).toMatchObject({ status: 400, body: { errors: [{ code: "api_error" }] } });
  });
});

describe("a run", () => {
  const runOf = async (eventId: string): Promise<string> => (await get(`/v2/events/${eventId}/runs`)).data[0].id;

  it("is run again from a step, and cancelled once", async () => {
    const runId = await runOf(await send("v2/two"));
    await server.runtime.idle();
    const rerun = (body?: object) => post(`/v2/runs/${runId}/rerun`, body);
    const again = await rerun({ from_step: { step_id: "Step b" } });
    expect(again.status).toBe(200);
    await server.runtime.idle();
    const { data } = await get(`/v2/runs/${again.body.data.runId}/trace?includeOutput=true`);
    expect(data.rootSpan).toMatchObject({ status: "COMPLETED", output: { data: 3 } });
    expect(data.rootSpan.children.map((span: { name: string }) => span.name)).toEqual([
      "Step a",
      "Step b",
      "Finalization",
    ]);
    expect(await rerun({ fromStep: { stepId: "a", input: {} } })).toMatchObject({
      status: 400,
      body: { errors: [{ code: "invalid_request" }] },
    });
    expect((await rerun({ fromStep: {} })).body.errors[0].code).toBe("api_error");

    const waiting = await runOf(await send("v2/wait"));
    await server.runtime.idle();
    expect(await post(`/v2/runs/${waiting}/cancel`)).toMatchObject({ status: 200, body: { data: { runId: waiting } } });
    const refused = await post(`/v2/runs/${waiting}/cancel`);
    expect(refused).toMatchObject({ status: 409, body: { errors: [{ code: "run_already_cancelled" }] } });
  });

  it("shows the metadata and the scores that were attached to it and to its steps", async () => {
    const runId = await runOf(await send("v2/two"));
    await server.runtime.idle();
    const attach = async (body: object) => {
      const request = { method: "POST", url: `/v1/runs/${runId}/metadata`, headers } as const;
      return (await server.app.inject({ ...request, payload: JSON.stringify(body) })).statusCode;
    };
    const entry = { kind: "userland.order", op: "merge", values: { total: 3 } };
    expect(await attach({ target: {}, metadata: [entry] })).toBe(200);
    expect(await attach({ target: { step_id: "a", step_attempt: -1 }, metadata: [entry] })).toBe(200);
    expect(await attach({ target: { step_attempt: 1 }, metadata: [entry] })).toBe(400);
    expect(await attach({ target: {}, metadata: [{ ...entry, kind: "inngest.timing" }] })).toBe(400);
    expect(await attach({ target: {}, metadata: [{ ...entry, values: { a: "x".repeat(70_000) } }] })).toBe(413);
    const scored = await post(`/v2/runs/${runId}/scores`, [{ name: "acc", value: 0.9, stepId: "Step b" }]);
    expect(scored.body.data).toEqual([{ name: "acc", runId, stepId: "Step b", value: 0.9 }]);
    const { rootSpan } = (await get(`/v2/runs/${runId}/trace`)).data;
    expect(rootSpan.metadata).toMatchObject([{ kind: "userland.order", scope: "run", values: { total: "3" } }]);
    expect(rootSpan.children).toMatchObject([
      { metadata: [{ scope: "step", values: { total: "3" } }] },
      { metadata: [{ kind: "inngest.score", values: { acc: '{"value":0.9}' } }] },
      { name: "Finalization" },
    ]);
  });
});
