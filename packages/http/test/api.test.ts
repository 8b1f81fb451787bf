import { asQueueItemId, asRunId, asStepId, millis, type QueueItemId } from "@stepwright/protocol";
import type { ApiEventDetail, ApiRun, ApiRunRow } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApp, type OpenApp } from "./open-app.ts";
import { openServer, type OpenServer } from "./open-server.ts";

let server: OpenServer;
let app: OpenApp;
const headers = { host: "localhost:8288" };

const get = async (url: string) => (await server.app.inject({ url, headers })).json();
const post = async (url: string, body: object | string = {}) => {
  const response = await server.app.inject({
    method: "POST",
    url,
    headers,
    payload: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.statusCode, body: response.json() };
};
const send = async (event: object): Promise<string> => (await post("/api/events", event)).body.ids[0];
const runsOf = async (eventId: string): Promise<readonly { runId: string }[]> =>
  (await get(`/api/events/${eventId}`)).runs;
const runOf = async (eventId: string): Promise<string> => (await runsOf(eventId))[0]?.runId ?? "";

beforeAll(async () => {
  server = await openServer();
  app = await openApp(server.app, "shop", [
    {
      name: "order",
      triggers: [{ event: "shop/ordered" }],
      handle: ({ steps }) => {
        if (steps["charge"] === undefined)
          return {
            status: 206,
            body: [{ op: "StepRun", id: "charge", name: "Charge", displayName: "Charge", data: { paid: true } }],
          };
        if (steps["wait"] === undefined) {
          return {
            status: 206,
            body: [
              {
                op: "WaitForEvent",
                id: "wait",
                name: "wait",
                displayName: "For delivery",
                opts: { event: "shop/delivered", timeout: "1h", if: "async.data.id == event.data.id" },
              },
            ],
          };
        }
        return { status: 200, body: "done" };
      },
    },
    {
      name: "caller",
      triggers: [{ event: "shop/called" }],
      handle: ({ steps }) =>
        steps["ask"] === undefined
          ? {
              status: 206,
              body: [
                {
                  op: "InvokeFunction",
                  id: "ask",
                  name: "ask",
                  displayName: "Ask",
                  opts: { function_id: "shop-nightly", payload: { data: { n: 21 } } },
                },
              ],
            }
          : { status: 200, body: null },
    },
    {
      name: "nightly",
      triggers: [{ cron: "TZ=Europe/Berlin 0 3 * * *" }],
      handle: () => ({ status: 200, body: null }),
    },
    {
      name: "broken",
      triggers: [{ event: "shop/broken" }],
      retries: 0,
      handle: () => ({
        status: 500,
        body: { name: "TypeError", message: "no stock\nat all", stack: "TypeError: no stock" },
      }),
    },
  ]);
});

afterAll(async () => {
  await server.close();
  await app.close();
});

describe("the dashboard's runs", () => {
  it("shows a run that waits: its steps so far, and what it waits for", async () => {
    const eventId = await send({ name: "shop/ordered", data: { id: 7 } });
    await server.runtime.idle();
    const run: ApiRun = await get(`/api/runs/${await runOf(eventId)}`);
    expect(run).toMatchObject({
      status: "running",
      functionSlug: "shop-order",
      functionName: "order",
      appName: "shop",
      trigger: { eventName: "shop/ordered", eventId, cron: null },
      events: [{ internalId: eventId, data: { id: 7 } }],
      steps: [
        {
          id: "charge",
          name: "Charge",
          kind: "step",
          status: "completed",
          output: { paid: true },
          attempts: [{ attempt: 0, status: "completed" }],
          maxAttempts: 5,
        },
        {
          id: "wait",
          name: "For delivery",
          kind: "wait",
          status: "waiting",
          detail: { event: "shop/delivered" },
          endedAt: null,
        },
      ],
      doing: [{ kind: "waitingForEvent", stepId: "wait", stepName: "For delivery", event: "shop/delivered" }],
      output: null,
    });
    const { items }: { readonly items: readonly ApiRunRow[] } = await get("/api/runs?status=running");
    expect(items.find(({ id }) => id === run.id)?.activity).toEqual({
      kind: "waiting",
      until: run.doing[0]?.at,
      waitsFor: null,
    });
    const deliveredId = await send({ name: "shop/delivered", data: { id: 7 } });
    await server.runtime.waitForRun(asRunId(run.id));
    const delivered: ApiEventDetail = await get(`/api/events/${deliveredId}`);
    expect(delivered.matches).toEqual([
      {
        runId: run.id,
        functionSlug: run.functionSlug,
        status: "completed",
        stepId: "wait",
        stepName: "For delivery",
      },
    ]);
    const ended: ApiRun = await get(`/api/runs/${run.id}`);
    expect(ended).toMatchObject({
      status: "completed",
      output: "done",
      doing: [],
      activity: null,
      steps: [{}, { status: "completed" }, { kind: "function", status: "completed" }],
    });
  });

  it("shows what an invoke gave to the function it invoked, and links the event that carried it", async () => {
    const eventId = await send({ name: "shop/called" });
    await server.runtime.idle();
    const run: ApiRun = await get(`/api/runs/${await runOf(eventId)}`);
    const [step] = run.steps;
    expect(step).toMatchObject({ kind: "invoke", status: "completed", input: { n: 21 } });
    const { items } = await get("/api/events?name=inngest/function.invoked&internal=true");
    expect(items).toContainEqual(
      expect.objectContaining({
        internalId: step?.detail["eventId"],
        runs: [expect.objectContaining({ runId: step?.detail["childRunId"] })],
      }),
    );
  });

  it("shows why a run failed, on the row and in full", async () => {
    const eventId = await send({ name: "shop/broken" });
    await server.runtime.idle();
    const runId = await runOf(eventId);
    expect(await get(`/api/runs/${runId}`)).toMatchObject({
      status: "failed",
      summary: "no stock",
      error: { name: "TypeError", message: "no stock\nat all", stack: "TypeError: no stock" },
      steps: [{ kind: "function", status: "failed", maxAttempts: 1 }],
    });
  });

  it("lists runs by every filter, page by page", async () => {
    for (let time = 0; time < 3; time++) await send({ name: "shop/broken" });
    await server.runtime.idle();
    const pages: ApiRunRow[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: { items: ApiRunRow[]; nextCursor: string | null } = await get(
        `/api/runs?status=failed&function=shop-broken&app=shop&event=shop/broken&from=1&to=9999999999999&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      expect(page.items.length).toBeLessThanOrEqual(2);
      pages.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(pages.length).toBeGreaterThanOrEqual(3);
    expect(new Set(pages.map(({ id }) => id)).size).toBe(pages.length);
    expect(pages.every(({ status, summary }) => status === "failed" && summary === "no stock")).toBe(true);
    expect((await get("/api/runs?status=queued,skipped")).items).toEqual([]);
  });

  it("lists the runs that are named, in that order, as far as the filters let them through", async () => {
    const failed = await runOf(await send({ name: "shop/broken" }));
    const nightly = await runOf((await post("/api/functions/shop-nightly/invoke")).body.ids[0]);
    await server.runtime.idle();
    const named = `id=${nightly},01M854TGA40XKG4S13RJQ5G3J0,${failed}`;
    const idsOf = async (query: string) => (await get(`/api/runs?${query}`)).items.map(({ id }: ApiRunRow) => id);
    expect(await idsOf(named)).toEqual([nightly, failed]);
    for (const filter of ["status=failed", "function=shop-broken", "event=shop/broken"])
      expect(await idsOf(`${named}&${filter}`)).toEqual([failed]);
    expect(await idsOf(`${named}&app=shop&from=1&to=9999999999999`)).toEqual([nightly, failed]);
    expect(await idsOf(`${named}&to=1`)).toEqual([]);
    expect(await idsOf(`${named}&from=9999999999999`)).toEqual([]);
    for (const query of ["id=x", `${named}&search=a`, `${named}&cursor=${failed}`, `id=${`${failed},`.repeat(101)}`])
      expect((await get(`/api/runs?${query}`)).code).toBe("FILTER_INVALID");
  });

  it("cancels the runs of a function together, and says how far that is", async () => {
    const waiting = await Promise.all(
      ["Ada", "Ada", "Bob"].map(async (customer) =>
        runOf(await send({ name: "shop/ordered", data: { id: "bulk", customer } })),
      ),
    );
    await server.runtime.idle();
    const asked = await post("/api/cancellations", {
      function: "shop-order",
      from: 1,
      if: "event.data.customer == 'Ada'",
    });
    expect(asked).toMatchObject({
      status: 200,
      body: { functionSlug: "shop-order", from: 1, if: "event.data.customer == 'Ada'", endedAt: null, cancelled: 0 },
    });
    await server.runtime.idle();
    expect(await get(`/api/cancellations/${asked.body.id}`)).toEqual({
      ...asked.body,
      cancelled: 2,
      endedAt: expect.any(Number),
    });
    const statuses = (await get(`/api/runs?id=${waiting.join(",")}`)).items.map(({ status }: ApiRunRow) => status);
    expect(statuses).toEqual(["cancelled", "cancelled", "running"]);
    await post("/api/cancellations", { function: "shop-order" });
    await server.runtime.idle();
    expect((await get(`/api/runs/${waiting[2]}`)).status).toBe("cancelled");
    expect((await post("/api/cancellations", { function: "shop-none" })).body.code).toBe("FUNCTION_NOT_FOUND");
    expect((await post("/api/cancellations", { function: "shop-order", form: 1 })).body.code).toBe("BODY_INVALID");
    for (const id of ["x", "01M854TGA40XKG4S13RJQ5G3J0"])
      expect((await get(`/api/cancellations/${id}`)).code).toBe("CANCELLATION_NOT_FOUND");
  });

  it("searches runs by what they failed with and what started them, with filters and page by page", async () => {
    for (const customer of ["ada@example.com", "bob@example.com", "ada@example.com"])
      await send({ name: "shop/broken", data: { customer } });
    const eventId = await send({ name: "shop/broken", data: { customer: "cleo" } });
    await server.runtime.idle();
    const search = (text: string, more = "") => get(`/api/runs?search=${encodeURIComponent(text)}${more}`);
    const all = await search("ada@example.com");
    expect(all).toMatchObject({ nextCursor: null, search: { notIndexed: 0, tooShort: null } });
    expect(all.items.map((row: ApiRunRow) => row.summary)).toEqual(["no stock", "no stock"]);
    const first = await search("ada@example.com", "&limit=1");
    const second = await search("ada@example.com", `&limit=1&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items]).toEqual(all.items);
    expect(second.nextCursor).toBeNull();
    expect((await search('"no stock" cleo')).items).toMatchObject([{ trigger: { eventId } }]);
    expect((await search("cleo", "&status=completed")).items).toEqual([]);
    expect((await search("cleo", "&status=failed&function=shop-broken&app=shop")).items).toHaveLength(1);
    const [run] = (await search("cleo")).items;
    expect((await search(run.id)).items).toEqual([run]);
    expect(await get("/api/runs?search=%20&limit=1")).not.toHaveProperty("search");
  });

  it.each(['"', "(a OR", "a AND NOT *", "NEAR(a b)", "{text}: x", "a^b", "ab\\u0000c", "-- ;", "'; DROP TABLE runs"])(
    "takes the search %s for words",
    async (text) => {
      for (const path of ["runs", "events"]) {
        const { statusCode } = await server.app.inject({
          url: `/api/${path}?search=${encodeURIComponent(text)}`,
          headers,
        });
        expect([200, 400]).toContain(statusCode);
      }
    },
  );

  it.each([
    ["runs", "cursor=01M854TGA40XKG4S13RJQ5G3J0&search=a"],
    ["runs", `search=${"a".repeat(501)}`],
    ["events", `search=${"a%20".repeat(21)}`],
    ["events", "search=%2B%2B"],
  ])("refuses a search of %s that is none: %s", async (path, query) => {
    expect(await get(`/api/${path}?${query}`)).toMatchObject({ status: 400 });
  });

  it("says how long a search may be, and that it needs a letter", async () => {
    expect((await get(`/api/runs?search=${"a".repeat(501)}`)).error).toBe(
      'filter "search" is invalid: it has 501 characters, and the most is 500',
    );
    expect((await get("/api/events?search=---")).error).toBe(
      'filter "search" is invalid: it has no letter and no digit to look for',
    );
  });

  it.each([
    ["status=done", `"done" is not a status; use queued, running, completed, failed, cancelled, skipped`],
    ["function=nope", `no function has the id "nope"`],
    ["app=nope", `no app has the name "nope"`],
    ["limit=1000", "it must be a number from 1 to 100"],
    ["from=yesterday", "milliseconds since 1970"],
    ["fn=x", "it does not exist; use one of id, status, function, app, event, from, to, search, cursor, limit"],
  ])("refuses the filter %s and says what is allowed", async (query, words) => {
    const answer = await get(`/api/runs?${query}`);
    expect(answer).toMatchObject({ status: 400, code: "FILTER_INVALID" });
    expect(answer.error).toContain(words);
  });

  it("refuses a cursor of another list, and ids that are none or unknown", async () => {
    expect(await get("/api/runs?cursor=12")).toMatchObject({ status: 400, code: "CURSOR_INVALID" });
    expect(await get("/api/events?cursor=abc")).toMatchObject({ status: 400, code: "CURSOR_INVALID" });
    expect(await get("/api/runs/zz")).toMatchObject({ status: 400, code: "ID_INVALID" });
    expect(await get("/api/runs/01M854TGA40XKG4S13RJQ5G3J0")).toMatchObject({ status: 404, code: "RUN_NOT_FOUND" });
  });

  it("cancels a run once, and runs it again", async () => {
    const eventId = await send({ name: "shop/ordered", data: { id: 8 } });
    await server.runtime.idle();
    const runId = await runOf(eventId);
    expect((await post(`/api/runs/${runId}/cancel`)).body).toEqual({ cancelled: true });
    expect((await post(`/api/runs/${runId}/cancel`)).body).toEqual({ cancelled: false });
    expect(await get(`/api/runs/${runId}`)).toMatchObject({
      status: "cancelled",
      summary: "cancelled by request",
      doing: [],
      steps: [{}, { status: "cancelled" }],
    });
    const { body } = await post(`/api/runs/${runId}/rerun`);
    await server.runtime.idle();
    expect(await get(`/api/runs/${body.runId}`)).toMatchObject({
      status: "running",
      originalRunId: runId,
      trigger: { eventId },
    });
  });

  it("runs it again from a step, or with other data of its event", async () => {
    const eventId = await send({ name: "shop/ordered", data: { id: 9 } });
    await server.runtime.idle();
    const runId = await runOf(eventId);
    const { steps } = await get(`/api/runs/${runId}`);
    const [first, second] = steps.map((step: { id: string }) => step.id);
    const { body } = await post(`/api/runs/${runId}/rerun`, { fromStep: { stepId: second }, data: { id: 10 } });
    await server.runtime.idle();
    const again = await get(`/api/runs/${body.runId}`);
    expect(again).toMatchObject({ originalRunId: runId, events: [{ name: "shop/ordered", data: { id: 10 } }] });
    expect(again.steps[0]).toMatchObject({ id: first, status: "completed", attempts: [] });
    const refused = async (rerun: object) => (await post(`/api/runs/${runId}/rerun`, rerun)).body;
    expect(await refused({ fromStep: { stepId: "zz" } })).toMatchObject({ status: 404, code: "STEP_NOT_FOUND" });
    expect(await refused({ fromStep: { stepId: first, input: {} } })).toMatchObject({ code: "BODY_INVALID" });
    expect(await refused({ from: 1 })).toMatchObject({ status: 400, code: "BODY_INVALID" });
    expect((await get(`/api/runs/${runId}`)).reruns).toEqual([
      { runId: again.id, status: again.status, queuedAt: again.queuedAt },
    ]);
  });

  it("shows what was attached to a run and its steps, and tells pages that there is more", async () => {
    const eventId = await send({ name: "shop/ordered", data: { id: 11 } });
    await server.runtime.idle();
    const runId = await runOf(eventId);
    const told = new Promise((resolve) => {
      const stop = server.runtime.live.subscribe(({ runs }) => {
        stop();
        resolve(runs.map(({ id, status }) => ({ id, status })));
      });
    });
    const put = async (target: object, kind: string, values: object) =>
      server.app.inject({
        method: "POST",
        url: `/v1/runs/${runId}/metadata`,
        headers,
        payload: JSON.stringify({ target, metadata: [{ kind, op: "merge", values }] }),
      });
    await put({}, "userland.order", { size: "XL" });
    expect(await told).toEqual([{ id: runId, status: "running" }]);
    await put({ step_id: "Charge", step_attempt: 0 }, "inngest.score", { accuracy: { value: 0.5 } });
    const { metadata } = await get(`/api/runs/${runId}`);
    expect(metadata).toMatchObject([
      { stepId: "Charge", attempt: 0, spanId: null, kind: "inngest.score", values: { accuracy: { value: 0.5 } } },
      { stepId: null, attempt: null, spanId: null, kind: "userland.order", values: { size: "XL" } },
    ]);
  });
});

describe("the dashboard's bulk cancellations", () => {
  it("counts before what they would hit, cancel that, and are listed with how far they have come", async () => {
    const runIds: string[] = [];
    for (const id of [21, 22, 23]) runIds.push(await runOf(await send({ name: "shop/ordered", data: { id } })));
    await server.runtime.idle();
    const { queuedAt } = await get(`/api/runs/${runIds[0]}`);
    const request = { function: "shop-order", from: queuedAt, if: "event.data.id > 21" };
    expect((await post("/api/cancellations/preview", request)).body).toEqual({ runs: 2, looked: 3, isMore: false });
    expect((await post("/api/cancellations/preview", { ...request, to: queuedAt + 1 })).body.runs).toBeLessThan(2);
    const { body } = await post("/api/cancellations", request);
    expect(body).toMatchObject({ functionSlug: "shop-order", from: queuedAt, if: request.if, endedAt: null });
    await server.runtime.idle();
    const statuses = await Promise.all(runIds.map(async (id) => (await get(`/api/runs/${id}`)).status));
    expect(statuses).toEqual(["running", "cancelled", "cancelled"]);
    const { items } = await get("/api/cancellations?limit=1");
    expect(items).toEqual([{ ...body, endedAt: expect.any(Number), cancelled: 2 }]);
    expect((await post("/api/cancellations/preview", request)).body.runs).toBe(0);
    const removed = await server.app.inject({ method: "DELETE", url: `/api/cancellations/${body.id}`, headers });
    expect(removed.statusCode).toBe(204);
    const left: readonly { id: string }[] = (await get("/api/cancellations")).items;
    expect(left.map(({ id }) => id)).not.toContain(body.id);
    await post(`/api/runs/${runIds[0]}/cancel`);
  });

  it.each([
    [{}, "BODY_INVALID"],
    [{ function: "shop-nothing" }, "FUNCTION_NOT_FOUND"],
    [{ function: "shop-order", if: "event.data." }, "EXPRESSION_INVALID"],
    [{ function: "shop-order", to: 99_999_999_999_999 }, "CANCELLATION_INVALID"],
    [{ function: "shop-order", from: 2, to: 1 }, "CANCELLATION_INVALID"],
    [{ function: "shop-order", before: 1 }, "BODY_INVALID"],
  ])("refuse %j", async (request, code) => {
    expect((await post("/api/cancellations/preview", request)).body).toMatchObject({ code });
    expect((await post("/api/cancellations", request)).body).toMatchObject({ code });
    expect(await get("/api/cancellations?cursor=1")).toMatchObject({ code: "CURSOR_INVALID" });
  });
});

describe("the dashboard's events", () => {
  it("lists events with the runs they started, those of the engine on request", async () => {
    const eventId = await send({ name: "shop/broken", data: { n: 1 }, user: { id: "u" } });
    await server.runtime.idle();
    const { items } = await get("/api/events?name=shop/broken&limit=1");
    expect(items).toMatchObject([
      { internalId: eventId, name: "shop/broken", runs: [{ functionSlug: "shop-broken", status: "failed" }] },
    ]);
    expect(items[0]).not.toHaveProperty("data");
    expect(await get(`/api/events/${eventId}`)).toMatchObject({
      data: { n: 1 },
      user: { id: "u" },
      runs: [{ functionSlug: "shop-broken" }],
    });

    const internal = (await get("/api/events?name=inngest/function.failed&internal=true")).items;
    expect(internal.length).toBeGreaterThan(0);
    expect(await get(`/api/events/${internal[0].internalId}`)).toMatchObject({
      data: { function_id: "shop-broken", error: { message: "no stock\nat all" } },
    });
    expect((await get("/api/events?name=inngest/function.failed")).items).toEqual([]);
    expect(await get("/api/events?internal=maybe")).toMatchObject({ status: 400, code: "FILTER_INVALID" });
  });

  it("searches events by name, payload and id", async () => {
    const eventId = await send({ name: "shop/paid", id: "payment-77", data: { note: "paid in Münster" } });
    const search = async (text: string, more = "") =>
      (await get(`/api/events?search=${encodeURIComponent(text)}${more}`)).items.map(
        (row: { internalId: string }) => row.internalId,
      );
    for (const text of ["paid munster", "payment-77", eventId, '"in Münster"'])
      expect(await search(text)).toEqual([eventId]);
    expect(await search("munster", "&name=shop/paid")).toEqual([eventId]);
    expect(await search("munster", "&name=shop/broken")).toEqual([]);
  });

  it("names every bad event of a list that was sent from the page", async () => {
    expect(await post("/api/events", `[{"name":""}]`)).toMatchObject({
      status: 400,
      body: { code: "EVENT_NAME_MISSING", data: { problems: [{ index: 0 }] } },
    });
  });
});

describe("the dashboard's functions and apps", () => {
  it("lists functions with triggers and the next time of a cron", async () => {
    const { items } = await get("/api/functions");
    expect(items.map(({ slug }: { slug: string }) => slug).toSorted()).toEqual([
      "shop-broken",
      "shop-caller",
      "shop-nightly",
      "shop-order",
    ]);
    const nightly = await get("/api/functions/shop-nightly");
    expect(nightly).toMatchObject({
      appName: "shop",
      retries: 4,
      triggers: [{ kind: "cron", cron: "0 3 * * *", timeZone: "Europe/Berlin" }],
      config: { slug: "shop-nightly" },
    });
    expect(nightly.triggers[0].nextAt).toBeGreaterThan(Date.now());
    expect(await get("/api/functions/nope")).toMatchObject({ status: 404, code: "FUNCTION_NOT_FOUND" });
  });

  it("starts one function by hand, and refuses what is no object", async () => {
    const { body } = await post("/api/functions/shop-broken/invoke", { data: { by: "hand" } });
    await server.runtime.idle();
    expect(await runsOf(body.ids[0])).toMatchObject([{ functionSlug: "shop-broken", status: "failed" }]);
    expect((await post("/api/functions/shop-broken/invoke", "")).status).toBe(200);
    expect(await post("/api/functions/shop-broken/invoke", "[]")).toMatchObject({
      status: 400,
      body: { code: "BODY_INVALID" },
    });
    expect(await post("/api/functions/nope/invoke")).toMatchObject({
      status: 404,
      body: { code: "FUNCTION_NOT_FOUND" },
    });
  });

  it("lists apps, and adds, syncs and removes one", async () => {
    expect((await get("/api/apps")).items).toMatchObject([
      { name: "shop", url: app.url, status: "synced", functionCount: 4, problem: null },
    ]);
    const added = await post("/api/apps", { url: "http://localhost:1/api/inngest" });
    expect(added).toMatchObject({
      status: 200,
      body: {
        url: "http://localhost:1/api/inngest",
        status: "failed",
        problem: { code: "APP_UNREACHABLE" },
        functionCount: 0,
      },
    });
    const again = await post(`/api/apps/${added.body.id}/sync`);
    expect(again.body).toMatchObject({ id: added.body.id, status: "failed" });
    const removed = await server.app.inject({ method: "DELETE", url: `/api/apps/${added.body.id}`, headers });
    expect(removed.statusCode).toBe(204);
    expect((await get("/api/apps")).items).toHaveLength(1);
    expect(await post("/api/apps/nope/sync")).toMatchObject({ status: 404, body: { code: "APP_NOT_FOUND" } });
    expect(await post("/api/apps", {})).toMatchObject({ status: 400, body: { code: "BODY_INVALID" } });
  });

  it("says what the server is and how much it has to do", async () => {
    const info = await get("/api/info");
    expect(info).toMatchObject({ mode: "dev", dataDir: null, needsLogin: false, queue: { setAside: 0 } });
    expect(info.runs.failed).toBeGreaterThan(0);
  });

  const runOfItem = asRunId("01JAAAAAAAAAAAAAAAAAAAAAAA");
  async function setAside(itemId: QueueItemId): Promise<number> {
    const now = server.runtime.now();
    const work = { kind: "wake", runId: runOfItem, stepId: asStepId("z") } as const;
    const item = { id: itemId, lane: "system", at: millis(now + 60_000), attempt: 0, work } as const;
    const effects = [
      { kind: "enqueue", item },
      { kind: "setAside", itemId, reason: "nobody can read it", at: now },
    ] as const;
    await server.runtime.storage.commit({ transitions: [{ guards: [], effects }], now, lease: [] });
    return now;
  }

  it("lists what was set aside, and has it tried again", async () => {
    const itemId = asQueueItemId("01JAAAAAAAAAAAAAAAAAAAAAAA:step one:resume");
    const now = await setAside(itemId);
    expect(await get("/api/set-aside")).toEqual({
      items: [{ id: itemId, kind: "wake", runId: runOfItem, reason: "nobody can read it", at: now }],
      nextCursor: null,
    });
    const path = `/api/set-aside/${encodeURIComponent(itemId)}/retry`;
    expect(await post(path)).toEqual({ status: 200, body: { retried: true } });
    expect((await get("/api/set-aside")).items).toEqual([]);
    expect(await post(path)).toMatchObject({ status: 404, body: { code: "QUEUE_ITEM_NOT_FOUND" } });
  });

  it("has what was set aside tried again page by page", async () => {
    for (const name of ["one", "two", "three"]) await setAside(asQueueItemId(`${runOfItem}:${name}:resume`));
    const first = await post("/api/set-aside/retry?limit=2");
    expect(first).toEqual({ status: 200, body: { retried: 2, refused: [], nextCursor: expect.any(String) } });
    const { nextCursor } = first.body as { readonly nextCursor: string };
    expect(await get(`/api/set-aside?cursor=${nextCursor}`)).toMatchObject({ items: [{ kind: "wake" }] });
    expect(await post(`/api/set-aside/retry?cursor=${nextCursor}`)).toEqual({
      status: 200,
      body: { retried: 1, refused: [], nextCursor: null },
    });
    expect(await get("/api/set-aside")).toEqual({ items: [], nextCursor: null });
  });

  it.each([
    ["cursor=here", "CURSOR_INVALID"],
    ["limit=101", "FILTER_INVALID"],
    ["page=2", "FILTER_INVALID"],
  ])("refuses to try a page again that is not one (%s)", async (query, code) => {
    expect(await post(`/api/set-aside/retry?${query}`)).toMatchObject({ status: 400, body: { code } });
  });
});
