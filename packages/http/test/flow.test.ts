// What people see of flow control, and what they may do about it.
import type { ApiEventDetail, ApiFunctionQueue, ApiRun } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppAnswer, openApp, type OpenApp } from "./open-app.ts";
import { openServer, type OpenServer } from "./open-server.ts";

let server: OpenServer;
let app: OpenApp;
const headers = { host: "localhost:8288" };
const done: AppAnswer = { status: 200, body: null };
let held: ((answer: AppAnswer) => void)[] | null = [];

/** Answers when the test says so. */
function hold(): Promise<AppAnswer> {
  return new Promise((resolve) => (held === null ? resolve(done) : held.push(resolve)));
}

/** Answers what is held, and whatever comes because of it. */
async function release(): Promise<void> {
  const waiting = held ?? [];
  held = null;
  for (const answer of waiting) answer(done);
  await server.runtime.idle();
  held = [];
}

const get = async (url: string) => (await server.app.inject({ url, headers })).json();
const post = async (url: string, body: object = {}) => {
  const response = await server.app.inject({ method: "POST", url, headers, payload: JSON.stringify(body) });
  return { status: response.statusCode, body: response.json() };
};
const send = async (name: string, data: object = {}): Promise<string> =>
  (await post("/api/events", { name, data })).body.ids[0];
const eventOf = async (id: string): Promise<ApiEventDetail> => get(`/api/events/${id}`);
const start = async (name: string, data: object = {}): Promise<string> =>
  (await eventOf(await send(name, data))).runs[0]?.runId ?? "";
const runOf = async (id: string): Promise<ApiRun> => get(`/api/runs/${id}`);

beforeAll(async () => {
  server = await openServer();
  const at = (event: string) => [{ event }];
  app = await openApp(server.app, "shop", [
    {
      name: "limited",
      triggers: at("flow/limited"),
      options: { concurrency: [{ limit: 1, key: "event.data.user" }] },
      handle: hold,
    },
    {
      name: "spaced",
      triggers: at("flow/spaced"),
      options: { throttle: { limit: 1, period: "1h" } },
      handle: () => ({ status: 200, body: null }),
    },
    {
      name: "rated",
      triggers: at("flow/rated"),
      options: { rateLimit: { limit: 1, period: "1h", key: "event.data.user" } },
      handle: () => ({ status: 200, body: null }),
    },
    {
      name: "quiet",
      triggers: at("flow/quiet"),
      options: { debounce: { period: "1h" } },
      handle: () => ({ status: 200, body: null }),
    },
    {
      name: "many",
      triggers: at("flow/many"),
      options: { batchEvents: { maxSize: 3, timeout: "1h" } },
      handle: () => ({ status: 200, body: null }),
    },
    { name: "single", triggers: at("flow/single"), options: { singleton: { mode: "skip" } }, handle: hold },
  ]);
});

afterAll(async () => {
  await release();
  await server.close();
  await app.close();
});

describe("a run that waits", () => {
  it("says for which limit, and who holds it", async () => {
    const holder = await start("flow/limited", { user: "user-7" });
    const waiting = await start("flow/limited", { user: "user-7" });
    expect((await runOf(waiting)).doing).toMatchObject([
      {
        kind: "queued",
        waitsFor: {
          text: "waiting for concurrency limit 1 on key user-7",
          obstacle: "concurrency limit 1 on key user-7",
          until: null,
          holders: [holder],
        },
      },
    ]);
    expect((await runOf(holder)).doing).toMatchObject([{ kind: "calling", waitsFor: null }]);
    await release();
    expect((await runOf(waiting)).status).toBe("completed");
  });

  it("says until when a throttle holds it back", async () => {
    await start("flow/spaced");
    const waiting = await start("flow/spaced");
    const [doing] = (await runOf(waiting)).doing;
    expect(doing?.waitsFor).toMatchObject({ text: "waiting for throttle (one start every 1 h)", holders: [] });
    expect(doing?.waitsFor?.until).toBeGreaterThan(Date.now() + 3_000_000);
  });

  it("says that its function is paused", async () => {
    const running = await start("flow/single");
    await post("/api/functions/shop-single/pause");
    await release();
    expect((await runOf(running)).status).toBe("completed");
    expect(await get("/api/functions/shop-single")).toMatchObject({ pausedAt: expect.any(Number) });
    const skipped = await start("flow/single");
    expect(await runOf(skipped)).toMatchObject({ status: "skipped", summary: "skipped: the function was paused" });
    expect(await post("/api/functions/shop-single/resume")).toEqual({ status: 200, body: { paused: false } });
  });

  it("says that its app is paused, and who has paused a function", async () => {
    const first = await start("flow/limited", { user: "p" });
    const waiting = await start("flow/limited", { user: "p" });
    const { items } = await get("/api/apps");
    const path = `/api/apps/${items[0].id}`;
    const pausedBy = async () => (await get("/api/functions/shop-limited")).pausedBy;
    expect(await pausedBy()).toEqual([]);
    await post(`${path}/pause`);
    await release();
    expect((await runOf(first)).status).toBe("completed");
    expect((await runOf(waiting)).doing[0]?.waitsFor).toMatchObject({ obstacle: "its app is paused" });
    expect(await pausedBy()).toEqual(["app"]);
    await post("/api/functions/shop-limited/pause");
    expect((await runOf(waiting)).doing[0]?.waitsFor).toMatchObject({ obstacle: "the function is paused" });
    expect(await pausedBy()).toEqual(["function", "app"]);
    await post("/api/functions/shop-limited/resume");
    await post(`${path}/resume`);
    await release();
    expect((await runOf(waiting)).status).toBe("completed");
  });
});

describe("an event that starts no run", () => {
  it("says that it was rate limited, and until when", async () => {
    await send("flow/rated", { user: "a" });
    const { runs, fates } = await eventOf(await send("flow/rated", { user: "a" }));
    expect(runs).toEqual([]);
    expect(fates).toMatchObject([{ functionSlug: "shop-rated", kind: "notStarted", text: "rate limited on key a" }]);
    expect(fates[0]?.until).toBeGreaterThan(Date.now());
  });

  it("says that it waits in a debounce, and then what took its place", async () => {
    const first = await send("flow/quiet");
    expect((await eventOf(first)).fates).toMatchObject([{ functionSlug: "shop-quiet", kind: "debouncing" }]);
    const second = await send("flow/quiet");
    expect((await eventOf(first)).fates).toMatchObject([
      { kind: "notStarted", text: `debounced, event ${second} took its place` },
    ]);
    expect((await eventOf(second)).fates).toMatchObject([{ kind: "debouncing", until: expect.any(Number) }]);
    expect(await get("/api/functions/shop-quiet/queue")).toMatchObject({ debounced: 1, batched: 0 });
  });

  it("says in which batch it is, until the batch is its run", async () => {
    const ids = [await send("flow/many"), await send("flow/many")];
    expect((await eventOf(ids[0] ?? "")).fates).toMatchObject([
      { kind: "batching", text: "in a batch of 2: starts when it is full or old enough" },
    ]);
    expect(await get("/api/functions/shop-many/queue")).toMatchObject({ debounced: 0, batched: 2 });
    ids.push(await send("flow/many"));
    await release();
    for (const id of ids) {
      expect(await eventOf(id)).toMatchObject({
        fates: [],
        runs: [{ functionSlug: "shop-many", status: "completed" }],
      });
    }
  });

  it("has a skipped run that names the one in its way", async () => {
    const holder = await start("flow/single");
    const skipped = await start("flow/single");
    expect(await runOf(skipped)).toMatchObject({
      status: "skipped",
      summary: `skipped: singleton held by run ${holder}`,
    });
    await release();
  });
});

describe("a function's queue", () => {
  it("is shown by key, and its backlog is dropped or moved", async () => {
    const users = ["a", "a", "a", "b", "b"];
    for (const user of users) await send("flow/limited", { user });
    const queue: ApiFunctionQueue = await get("/api/functions/shop-limited/queue");
    expect(queue).toMatchObject({ pausedAt: null, inFlight: 2, waiting: 3, future: 0 });
    expect(queue.lines.map(({ keys, count }) => [keys, count])).toEqual([
      [["a"], 2],
      [["b"], 1],
    ]);
    expect(await post("/api/functions/shop-limited/backlog/move", { to: "shop-rated" })).toMatchObject({ status: 200 });
    expect(await post("/api/functions/shop-limited/backlog/drop")).toMatchObject({ status: 200 });
    await release();
    expect(await get("/api/functions/shop-limited/queue")).toMatchObject({ inFlight: 0, waiting: 0, lines: [] });
    const moved = await get("/api/runs?function=shop-rated&event=flow/limited");
    expect(moved.items).toHaveLength(3);
  });

  it.each([
    ["GET", "/api/functions/shop-none/queue"],
    ["POST", "/api/functions/shop-none/pause"],
    ["POST", "/api/functions/shop-none/resume"],
    ["POST", "/api/functions/shop-none/backlog/drop"],
  ] as const)("of a function that is not there is an error (%s %s)", async (method, url) => {
    const answer = method === "GET" ? await get(url) : (await post(url)).body;
    expect(answer).toMatchObject({ status: 404, code: "FUNCTION_NOT_FOUND" });
  });

  it("is moved only to a function that is named and there", async () => {
    expect(await post("/api/functions/shop-rated/backlog/move")).toMatchObject({
      status: 400,
      body: { code: "BODY_INVALID", error: expect.stringContaining("send the id of the function") },
    });
    expect(await post("/api/functions/shop-rated/backlog/move", { to: "shop-none" })).toMatchObject({ status: 404 });
  });
});
