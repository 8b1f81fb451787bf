// What a test does to a server on a virtual clock besides moving it: its queue, stubs, faults, crashes, and beginning anew.
import { describe, expect, test } from "vitest";
import { serveApp, type TestApp } from "../harness/app.ts";
import { sdks, type Sdk } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";
import { testApi, useVirtualServer } from "./virtual-server.ts";

const server = useVirtualServer();
const api = testApi(server);

/** An app that charges: what it has done is told by the list. */
function serveCharge(sdk: Sdk, charged: number[]): Promise<TestApp> {
  return serveApp(server, sdk, ({ define, event }) => [
    define({ id: "charge", retries: 4 }, { event: event("order") }, async ({ event: { data }, step }) => {
      const id = await step.run("take-money", () => charged.push(Number(data["amount"])));
      await step.sleep("settling", "3d");
      const receipt = await step.run("receipt", () => `receipt ${id}`);
      return { receipt };
    }),
    define({ id: "other" }, { event: event("order") }, () => "other"),
  ]);
}

/** The run of `charge` that an order starts. */
async function order(app: TestApp): Promise<string> {
  const eventId = await app.send("order", { amount: 10 });
  await api.post("clock/settle");
  const run = (await server.runsOf(eventId, { count: 2 })).find(({ functionSlug }) => functionSlug.endsWith("-charge"));
  if (run === undefined) throw new Error("the order has started no charge");
  return run.id;
}

describe.each(sdks)("SDK $name", (sdk) => {
  test("a paused queue makes runs and calls nobody; what is drained is done, and the rest goes on later", async () => {
    const charged: number[] = [];
    const app = await serveCharge(sdk, charged);
    await api.post("queue/pause");
    const runId = await order(app);
    expect((await api.pending()).map(({ kind }) => kind)).toEqual(["queued", "queued"]);
    expect(app.calls("POST")).toBe(0);
    await api.post("queue/drain", { functions: [`${app.id}-charge`] });
    expect(charged).toEqual([10]);
    expect(await api.pending(`${app.id}-charge`)).toMatchObject([{ kind: "sleeping", step: "settling", runId }]);
    expect(await api.pending(`${app.id}-other`)).toMatchObject([{ kind: "queued" }]);
    await api.post("queue/resume");
    expect(await api.pending(`${app.id}-other`)).toEqual([]);
    expect(await api.post("queue/clear", { functions: [`${app.id}-charge`] })).toEqual({ cancelled: 1 });
    expect(await server.run(runId)).toMatchObject({ status: "cancelled" });
  });

  test("a stub fails, takes its time and returns, and the step itself is not run", async () => {
    const charged: number[] = [];
    const app = await serveCharge(sdk, charged);
    const fails = { times: 2, name: "BankError", message: "the bank is closed" };
    await api.post("stubs", { function: `${app.id}-charge`, step: "take-money", fails, returns: 7, takes: "1h" });
    const run = await api.finish(await order(app));
    expect(run).toMatchObject({ status: "completed", output: { receipt: "receipt 7" } });
    expect(charged).toEqual([]);
    const step = run.steps.find(({ name }) => name === "take-money");
    expect(step?.attempts.map(({ error }) => error?.message ?? null)).toEqual([
      "the bank is closed",
      "the bank is closed",
      null,
    ]);
    expect(run.endedAt).toBe(run.queuedAt + 3 * 86_400_000 + 3 * 3_600_000 + 3_000);
    expect((await api.answer("DELETE", "stubs")).status).toBe(204);
    expect((await api.finish(await order(app))).output).toEqual({ receipt: "receipt 1" });
  });

  test("a lost answer has the step done again, a foreign one and a late one only cost time", async () => {
    const charged: number[] = [];
    const app = await serveCharge(sdk, charged);
    const step = { function: `${app.id}-charge`, step: "take-money" };
    await api.post("faults", { kind: "drop", ...step });
    expect((await api.finish(await order(app))).output).toEqual({ receipt: "receipt 2" });
    expect(charged).toEqual([10, 10]);
    await api.post("faults", { kind: "answer", status: 503, ...step, times: 2 });
    await api.post("faults", { kind: "delay", by: "2h", function: step.function, step: "receipt" });
    const run = await api.finish(await order(app));
    expect(run.output).toEqual({ receipt: "receipt 3" });
    expect(stepsOf(run).map(({ name, attempts }) => [name, attempts.length])).toEqual([
      ["take-money", 3],
      ["settling", 0],
      ["receipt", 1],
    ]);
    expect(run.endedAt).toBe(run.queuedAt + 3 * 86_400_000 + 2 * 3_600_000 + 3_000);
    await api.post("faults/random", { drop: 1, seed: 3 });
    await api.answer("DELETE", "faults");
    expect((await api.finish(await order(app))).status).toBe("completed");
  });

  test("an app that has gone away is called again when it is back", async () => {
    const charged: number[] = [];
    const app = await serveCharge(sdk, charged);
    await api.post(`apps/${app.id}/away`);
    const runId = await order(app);
    await api.advance("2s");
    expect(charged).toEqual([]);
    expect(await server.run(runId)).toMatchObject({ status: "running" });
    await api.post(`apps/${app.id}/back`);
    expect(await api.finish(runId)).toMatchObject({ status: "completed" });
    const unknown = await api.answer("POST", "apps/nobody/away");
    expect([unknown.status, unknown.text]).toEqual([409, expect.stringContaining(app.id)]);
  });

  test("an engine that is killed goes on where it was, behind the same port", async () => {
    const charged: number[] = [];
    const app = await serveCharge(sdk, charged);
    const runId = await order(app);
    const before = await api.clock();
    await api.post("crash");
    expect((await api.clock()).now).toBe(before.now);
    expect(await api.finish(runId)).toMatchObject({ status: "completed", output: { receipt: "receipt 1" } });
    expect(charged).toEqual([10]);
  });

  test("a reset forgets events, runs, stubs, faults and pauses, and keeps the apps and the time", async () => {
    const charged: number[] = [];
    const app = await serveCharge(sdk, charged);
    await api.post("stubs", { step: "take-money", returns: 7 });
    await api.post("apps/away");
    await api.post("queue/pause");
    await order(app);
    const before = await api.clock();
    await api.post("reset");
    expect(await server.runs()).toEqual([]);
    expect(await server.events()).toEqual([]);
    expect((await api.clock()).now).toBe(before.now);
    expect((await server.apps()).map(({ name }) => name)).toContain(app.id);
    expect((await api.finish(await order(app))).output).toEqual({ receipt: "receipt 1" });
  });
});

test("moves, crashes and resets that are asked for at once are all answered", async () => {
  const [, v4] = sdks;
  const app = await serveCharge(v4, []);
  await order(app);
  const asked = await Promise.all([
    api.answer("POST", "clock/advance", { by: "1d" }),
    api.answer("POST", "crash"),
    api.answer("POST", "clock/settle"),
    api.answer("POST", "reset"),
    api.answer("POST", "clock/advance", { by: "1d" }),
    api.answer("GET", "queue"),
    server.request("GET", "/api/runs"),
  ]);
  expect(asked.map(({ status }) => status)).toEqual([200, 204, 200, 204, 200, 200, 200]);
  expect(await server.runs()).toEqual([]);
});
