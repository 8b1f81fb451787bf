// Stopping: what is in flight gets its time, what is cut short is as if it had not been tried.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { incoming, type OpenOptions, type OpenRuntime, openRuntime } from "./open-runtime.ts";
import { done, type Handler, ops, startTestApp, type TestApp, type TestFunction } from "./test-app.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(
  functions: readonly TestFunction[],
  options: OpenOptions = {},
): Promise<OpenRuntime & { readonly app: TestApp }> {
  const opened = await openRuntime(options);
  const app = await startTestApp("shop", functions);
  closing.push(opened.close, app.close);
  app.registersAt(opened.runtime);
  await opened.runtime.apps.add(app.url);
  return { ...opened, app };
}

describe("a call in flight", () => {
  it("is waited for, its answer is committed, and nothing new is begun", async () => {
    const clock = createManualClock();
    const answer = Promise.withResolvers<void>();
    const handle: Handler = async ({ steps }) => {
      await answer.promise;
      return "a" in steps ? done() : ops({ op: "StepRun", id: "a", name: "a", displayName: "a", opts: {}, data: 1 });
    };
    const { app, runtime, storage, start } = await open([{ name: "slow", handle }], { clock });
    const runId = await start("test/slow");
    await app.called(1);
    const stopping = runtime.stop({ graceMs: 30_000 });
    await expect(runtime.ingest([incoming("test/slow")], { seed: null })).rejects.toMatchObject({
      code: "SHUTTING_DOWN",
    });
    answer.resolve();
    expect(await stopping).toEqual({ callsAbandoned: 0 });
    expect((await storage.runs.steps(runId)).map((step) => step.id)).toEqual(["a"]);
    expect(await storage.runs.items(runId)).toMatchObject([{ kind: "call", attempt: 0, isLeased: false }]);
    expect(app.calls).toHaveLength(1);
  });

  it("is cut short after the grace time, which counts as no attempt", async () => {
    const clock = createManualClock();
    const { app, runtime, storage, start, complaints } = await open([{ name: "hang", handle: () => () => undefined }], {
      clock,
    });
    const runId = await start("test/hang");
    await app.called(1);
    const stopping = runtime.stop({ graceMs: 30_000 });
    clock.move(30_000);
    expect(await stopping).toEqual({ callsAbandoned: 1 });
    expect(await storage.runs.get(runId)).toMatchObject({ status: "running", error: null });
    expect(await storage.runs.spans(runId)).toEqual([]);
    expect(await storage.runs.items(runId)).toMatchObject([{ kind: "call", attempt: 0, isLeased: true }]);
    expect(complaints).toEqual([]);
  });

  it("of a step's own request is cut short as well", async () => {
    const clock = createManualClock();
    const gate = await startTestApp("gate", []);
    closing.push(gate.close);
    const fetching: Handler = () =>
      ops({ op: "Gateway", id: "g", name: "g", displayName: "g", opts: { url: silent, method: "GET" } });
    const asked = Promise.withResolvers<void>();
    const server = createServer(() => asked.resolve());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => void (server.close(() => resolve()), server.closeAllConnections())));
    const silent = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { runtime, storage, start } = await open([{ name: "fetch", handle: fetching }], { clock });
    const runId = await start("test/fetch");
    await asked.promise;
    await runtime.stop({ graceMs: 0 });
    expect(await storage.runs.items(runId)).toMatchObject([{ kind: "gateway", attempt: 0, isLeased: true }]);
  });
});

describe("stopping", () => {
  it("leaves no timer behind, and may be asked for twice or before a start", async () => {
    const clock = createManualClock();
    const { runtime, start } = await open(
      [{ name: "sleep", handle: () => ops({ op: "Sleep", id: "z", name: "1h", displayName: "z", opts: {} }) }],
      { clock, settings: { syncRetryMs: 5_000, pollIntervalMs: 5_000 } },
    );
    await start("test/sleep");
    await runtime.idle();
    expect(clock.sleepers).toBe(3);
    await runtime.stop({ graceMs: 30_000 });
    expect(clock.sleepers).toBe(0);
    expect(await runtime.stop({ graceMs: 30_000 })).toEqual({ callsAbandoned: 0 });
  });

  it("in the middle of a sync blames nobody", async () => {
    const asked = Promise.withResolvers<void>();
    const server = createServer(() => asked.resolve());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => void (server.close(() => resolve()), server.closeAllConnections())));
    const url = `http://localhost:${(server.address() as AddressInfo).port}/api/inngest`;
    const { runtime, storage, complaints } = await open([], { settings: { appUrls: [url] } });
    await asked.promise;
    await runtime.stop({ graceMs: 0 });
    await storage.close();
    expect(runtime.registry().apps.find((app) => app.url === url)).toMatchObject({ status: "pending", problem: null });
    expect(complaints).toEqual([]);
  });
});
