// What those who run the server ask it: is it ready, what does it do, and what test suites need.
import { accountId, storageFull } from "@stepwright/protocol";
import { createAppClient, createRandom, createRuntime, createWallClock, defaultSettings } from "@stepwright/runtime";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildServer, createMetrics, noAssets } from "../src/index.ts";
import { openApp } from "./open-app.ts";
import { openServer } from "./open-server.ts";

const headers = { host: "localhost:8288" };

describe("/ready", () => {
  it("is 503 with the reason before the start, while nothing can be written, and while the server stops", async () => {
    const clock = createWallClock();
    const log = pino({ level: "silent" });
    const storage = openSqliteStorage({ file: ":memory:", synchronous: "normal", now: clock.now() });
    let isFull = false;
    const disk: typeof storage = {
      ...storage,
      async commit(batch) {
        if (isFull) throw storageFull({ reason: "SQLITE_FULL" });
        return storage.commit(batch);
      },
    };
    // The check is made once a second: the clock is moved on between two looks.
    let skippedMs = 0;
    const skipping = { ...clock, now: () => (clock.now() + skippedMs) as ReturnType<typeof clock.now> };
    const runtime = createRuntime({
      ports: { clock: skipping, random: createRandom(), appClient: createAppClient(), storage: disk },
      settings: defaultSettings,
      log,
    });
    const app = buildServer({
      runtime,
      clock,
      log,
      access: { kind: "keyed", eventKeys: ["e"], signingKey: "aa", fallbackKey: null },
      assets: noAssets,
      info: { version: "0.0.0", mode: "start", startedAt: 0, dataDir: null },
    });
    const ready = async () => {
      skippedMs += 1_000;
      const response = await app.inject({ url: "/ready", headers });
      return [response.statusCode, response.json().error ?? response.json().message];
    };
    expect(await ready()).toEqual([503, expect.stringContaining("it is starting")]);
    await runtime.start();
    expect(await ready()).toEqual([200, "OK"]);
    isFull = true;
    expect(await ready()).toEqual([503, expect.stringContaining("STORAGE_FULL")]);
    isFull = false;
    expect(await ready()).toEqual([200, "OK"]);
    const stopped = runtime.stop({ graceMs: 0 });
    expect(await ready()).toEqual([503, expect.stringContaining("it is shutting down")]);
    await stopped;
    await app.close();
    await storage.close();
  });
});

/** Samples of a page of figures, by name and labels. */
function samplesOf(page: string): ReadonlyMap<string, number> {
  const lines = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const match = /^([a-z_]+(?:\{[a-z]+="[^"]+"\})?) (\S+)$/i.exec(line);
      if (match === null) throw new Error(`not in the text format: ${line}`);
      return [match[1] ?? "", Number(match[2])];
    }),
  );
}

describe("/metrics", () => {
  it("counts events, calls, steps, runs and commits, in the text format", async () => {
    const metrics = createMetrics();
    const server = await openServer({ metrics }, metrics.observer);
    const app = await openApp(server.app, "shop", [
      {
        name: "step",
        triggers: [{ event: "m/step" }],
        handle: ({ steps }) =>
          steps["a"] === undefined
            ? { status: 206, body: [{ op: "StepRun", id: "a", name: "a", displayName: "a", data: 1 }] }
            : { status: 200, body: null },
      },
      { name: "bad", triggers: [{ event: "m/bad" }], retries: 0, handle: () => ({ status: 500, body: {} }) },
      {
        name: "sleep",
        triggers: [{ event: "m/sleep" }],
        handle: () => ({ status: 206, body: [{ op: "Sleep", id: "z", name: "1h", displayName: "z" }] }),
      },
    ]);
    onTestFinished(async () => {
      await server.close();
      await app.close();
    });
    const payload = JSON.stringify([{ name: "m/step" }, { name: "m/bad" }, { name: "m/sleep" }]);
    await server.app.inject({ method: "POST", url: "/e/x", headers, payload });
    await server.runtime.idle();
    const response = await server.app.inject({ url: "/metrics", headers });
    expect(response.headers["content-type"]).toContain("text/plain; version=0.0.4");
    const samples = samplesOf(response.body);
    expect(Object.fromEntries(samples)).toMatchObject({
      stepwright_events_accepted_total: 3,
      'stepwright_calls_total{outcome="ok"}': 3,
      'stepwright_calls_total{outcome="failed"}': 1,
      'stepwright_steps_total{status="completed"}': 1,
      'stepwright_runs_ended_total{status="completed"}': 1,
      'stepwright_runs_ended_total{status="failed"}': 1,
      stepwright_queue_delay_seconds_count: 4,
      stepwright_call_seconds_count: 4,
      'stepwright_call_seconds_bucket{le="+Inf"}': 4,
      stepwright_commits_refused_total: 0,
      stepwright_calls_in_flight: 0,
      'stepwright_runs{status="running"}': 1,
      'stepwright_queue_items{state="future"}': 1,
      inngest_queue_depth: 1,
      stepwright_ready: 1,
    });
    expect(samples.get("stepwright_commit_seconds_count")).toBeGreaterThan(4);
    const buckets = [...samples].filter(([name]) => name.startsWith("stepwright_commit_seconds_bucket"));
    expect(buckets.map(([, count]) => count)).toEqual(buckets.map(([, count]) => count).toSorted((a, b) => a - b));
    // Each family has its type, once.
    const types = [...response.body.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)].map(([, name]) => name);
    expect(new Set(types).size).toBe(types.length);
  });

  it("asks for a key or a login on a server with keys", async () => {
    const server = await openServer({
      access: { kind: "keyed", eventKeys: ["e"], signingKey: "aa", fallbackKey: null },
    });
    onTestFinished(server.close);
    const status = async (more: object) =>
      (await server.app.inject({ url: "/metrics", headers: { ...headers, ...more } })).statusCode;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: "Bearer signkey-prod-aa" })).toBe(200);
  });
});

describe("a server for test suites", () => {
  it("pauses functions, counts their queue items, cancels runs and forgets what is under way", async () => {
    const server = await openServer({ isTestMode: true });
    const app = await openApp(server.app, "shop", [
      {
        name: "sleep",
        triggers: [{ event: "t/sleep" }],
        handle: () => ({ status: 206, body: [{ op: "Sleep", id: "z", name: "1h", displayName: "z" }] }),
      },
    ]);
    onTestFinished(async () => {
      await server.close();
      await app.close();
    });
    const fnId = server.runtime.registry().functions[0]?.id ?? "";
    const ask = async (method: "GET" | "POST", url: string, payload?: string) => {
      const response = await server.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
      return [response.statusCode, response.body];
    };
    const send = async () => {
      const payload = JSON.stringify({ name: "t/sleep" });
      const sent = await server.app.inject({ method: "POST", url: "/e/x", headers, payload });
      await server.runtime.idle();
      return (await server.runtime.storage.runs.startedBy(sent.json().ids[0]))[0]?.id ?? "";
    };
    const size = `/test/queue/function-queue-size?accountId=${accountId}&fnId=${fnId}`;
    const first = await send();
    expect(await ask("GET", size)).toEqual([200, '{"count":1}']);
    expect(
      await ask("POST", "/test/function/runs/cancel", `fnId=${fnId}&accountId=${accountId}&runId=${first}`),
    ).toEqual([200, "OK"]);
    expect((await server.runtime.storage.runs.get(first as never))?.status).toBe("cancelled");
    expect(await ask("GET", size)).toEqual([200, '{"count":0}']);
    expect(server.runtime.registry().functions[0]?.pausedAt).not.toBeNull();
    await server.runtime.functions.resume("shop-sleep");
    const second = await send();
    expect(await ask("POST", "/test/reset")).toEqual([200, "ok"]);
    expect((await server.runtime.storage.runs.get(second as never))?.status).toBe("cancelled");
    expect(await ask("POST", `/test/function/pause?fnId=${fnId}`)).toEqual([200, "OK"]);
    expect(await ask("POST", "/test/function/pause?fnId=zz")).toEqual([400, "Invalid fnId"]);
    expect(await ask("POST", `/fn/state-size-limit?functionId=${fnId}&limit=9`)).toEqual([200, ""]);
    expect((await ask("GET", `/test/queue/function-queue-size?accountId=${accountId}&fnId=zz`))[0]).toBe(400);
  });

  it("is none unless it was started as one", async () => {
    const server = await openServer();
    onTestFinished(server.close);
    for (const url of ["/fn/step-limit?functionId=x&limit=1", "/test/reset", "/test/function/pause"])
      expect((await server.app.inject({ method: "POST", url, headers })).statusCode).toBe(404);
  });
});

describe("spans of apps", () => {
  it("have errors of one shape, whoever refuses them", async () => {
    const server = await openServer();
    onTestFinished(server.close);
    const answer = await server.app.inject({
      method: "POST",
      url: "/v1/traces/userland",
      headers: { ...headers, "content-encoding": "gzip" },
      payload: "this is no gzip",
    });
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      { message: expect.stringContaining("does not decompress") },
    ]);
  });
});

describe("the log", () => {
  it("says nothing of a client that asks for what is not supported", async () => {
    const lines: string[] = [];
    const server = await openServer({ log: pino({ level: "warn" }, { write: (line) => void lines.push(line) }) });
    onTestFinished(server.close);
    const answer = await server.app.inject({ method: "POST", url: "/v1/checkpoint", headers, payload: "{}" });
    expect([answer.statusCode, lines]).toEqual([501, []]);
  });
});
