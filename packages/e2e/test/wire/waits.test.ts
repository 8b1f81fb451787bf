// Waits, invocations and signals of apps that are written from the documents alone.
import { createHash } from "node:crypto";
import type { ApiStep } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { complete, type RawApp, serveRaw } from "../harness/raw-app.ts";
import { useServer } from "../harness/scope.ts";
import { childRunOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05", "--no-poll"] });
const hash = (id: string): string => createHash("sha1").update(id).digest("hex");
const w = hash("w");
let made = 0;

const waiting = (app: RawApp, count = 1): Promise<unknown> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const { id } = await app.start();
      return server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
    }),
  );

describe("a wait for an event", () => {
  test("ends with the bare event, for every run whose condition holds, and never with an earlier one", async () => {
    const name = `paid/${++made}`;
    const app = await serveRaw(server, ({ body }) =>
      w in body.steps
        ? { body: [complete(body.steps[w])] }
        : {
            body: [{ op: "WaitForEvent", id: w, name, opts: { timeout: "60s", if: "event.data.id == async.data.id" } }],
          },
    );
    await server.send({ name, data: { id: "a", n: 0 } });
    const runs = await Promise.all([{ id: "a" }, { id: "a" }, { id: "b" }].map((data) => app.start(data)));
    await Promise.all(
      runs.map(({ id }) => server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"))),
    );
    const [eventId = ""] = await server.send({ name, data: { id: "a", n: 1 }, user: { u: 1 }, v: "2" });
    const event = {
      id: eventId,
      name,
      data: { id: "a", n: 1 },
      user: { u: 1 },
      v: "2",
      ts: expect.any(Number) as number,
    };
    const [first, second, third] = runs.map(({ id }) => id);
    expect(await server.ended(first ?? "")).toMatchObject({ status: "completed", output: event });
    expect(await server.ended(second ?? "")).toMatchObject({ status: "completed", output: event });
    expect(await server.run(third ?? "")).toMatchObject({ status: "running" });
  });

  test("takes the event's name from its options where they have one, and a date for its end", async () => {
    const name = `named/${++made}`;
    const timeout = new Date(Date.now() + 60_000).toISOString();
    const app = await serveRaw(server, ({ body }) =>
      w in body.steps
        ? { body: [complete("met")] }
        : { body: [{ op: "WaitForEvent", id: w, name: "a title", opts: { event: name, timeout } }] },
    );
    await waiting(app);
    await server.send({ name });
    const [run] = await server.runs({ function: `${app.id}-fn` });
    expect(await server.ended(run?.id ?? "")).toMatchObject({ status: "completed", output: "met" });
  });

  test("is not ended by the event that started its run", async () => {
    const app = await serveRaw(server, ({ body }) =>
      w in body.steps
        ? { body: [complete(body.steps[w])] }
        : { body: [{ op: "WaitForEvent", id: w, name: body.event.name, opts: { timeout: "200ms" } }] },
    );
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: null });
  });

  test("with a condition that errs is not ended, and holds up no other", async () => {
    const name = `many/${++made}`;
    const wait = (condition: string, timeout: string): object => ({
      op: "WaitForEvent",
      id: w,
      name,
      opts: { timeout, if: condition },
    });
    const bad = await serveRaw(server, ({ body }) =>
      w in body.steps ? { body: [complete(body.steps[w])] } : { body: [wait("async.data.n + 1 > 'x'", "60s")] },
    );
    const good = await serveRaw(server, ({ body }) =>
      w in body.steps ? { body: [complete("met")] } : { body: [wait("async.data.n == 'text'", "60s")] },
    );
    await waiting(bad, 51);
    const { id } = await good.start();
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
    await server.send({ name, data: { n: "text" } });
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: "met" });
    const [one] = await server.runs({ function: `${bad.id}-fn` });
    expect((await server.run(one?.id ?? "")).doing).toMatchObject([{ kind: "waitingForEvent" }]);
  });

  test("with a condition that is no expression fails its run at once, with a name for it", async () => {
    const app = await serveRaw(
      server,
      () => ({
        body: [
          { op: "WaitForEvent", id: w, name: "a/b", opts: { timeout: "1h", if: "event.data.a === async.data.a" } },
        ],
      }),
      { retries: 3 },
    );
    expect(await app.runOnce()).toMatchObject({ status: "failed", error: { name: "InvalidExpression" } });
    expect(app.calls).toHaveLength(1);
  });
});

describe("an invocation", () => {
  const i = hash("i");
  const invoke = (app: string, opts: object = {}): object => ({
    op: "InvokeFunction",
    id: i,
    displayName: "call",
    opts: { function_id: `${app}-fn`, payload: { data: { n: 21 }, user: { u: 1 } }, ...opts },
  });
  const caller = (callee: string, opts: object = {}) =>
    serveRaw(server, ({ body }) =>
      i in body.steps ? { body: [complete(body.steps[i])] } : { body: [invoke(callee, opts)] },
    );

  test("calls the function with an event of its own, and gives its result under data", async () => {
    const callee = await serveRaw(server, ({ body }) => ({ body: [complete(Number(body.event.data["n"]) * 2)] }));
    const app = await caller(callee.id);
    const run = await app.runOnce();
    expect(run).toMatchObject({ status: "completed", output: { data: 42 } });
    const [call] = callee.calls;
    expect(call?.body.event).toMatchObject({ name: "inngest/function.invoked", data: { n: 21 }, user: { u: 1 } });
    expect(call?.body.event.data["_inngest"]).toMatchObject({
      fn_id: `${callee.id}-fn`,
      correlation_id: `${run.id}.${i}`,
    });
  });

  test("of a function that fails, is cancelled or takes too long is an error, told by its one key", async () => {
    const failing = await serveRaw(server, () => ({ status: 500, body: { name: "Boom", message: "it broke" } }));
    expect((await (await caller(failing.id)).runOnce()).output).toEqual({
      error: expect.objectContaining({ name: "Boom", message: "it broke" }) as object,
    });
    const asleep = await serveRaw(server, () => ({ body: [{ op: "Sleep", id: w, name: "1h" }] }));
    expect((await (await caller(asleep.id, { timeout: "100ms" })).runOnce()).output).toEqual({
      error: {
        error: "InngestInvokeTimeoutError: Timed out waiting for invoked function to complete",
        message: "Timed out waiting for invoked function to complete",
        name: "InngestInvokeTimeoutError",
      },
    });
    // The one that was not waited for goes on.
    expect(await server.runs({ function: `${asleep.id}-fn` })).toMatchObject([{ status: "running" }]);
    const app = await caller(asleep.id);
    const { id } = await app.start();
    const isCalling = ({ detail }: ApiStep): boolean => detail["childRunId"] !== undefined;
    const { steps } = await server.waitForRun(id, (run) => run.steps.some(isCalling));
    const child = childRunOf(steps.find(isCalling));
    expect((await server.request("DELETE", `/v1/runs/${child}`)).status).toBeLessThan(300);
    expect((await server.ended(id)).output).toEqual({
      error: expect.objectContaining({ message: expect.stringMatching(/cancelled/u) as string }) as object,
    });
  });
});

describe("a signal", () => {
  const wait = (signal: string, opts: object = {}): object => ({
    op: "WaitForSignal",
    id: w,
    opts: { signal, timeout: "60s", ...opts },
  });
  const send = (signal: string, data: unknown) => server.request("POST", "/v1/signals", { body: { signal, data } });

  test("wakes the one run that waits, is not found when none does, and is one's alone unless taken over", async () => {
    const signal = `go/${++made}`;
    const serve = (opts: object = {}) =>
      serveRaw(server, ({ body }) =>
        w in body.steps ? { body: [complete(body.steps[w])] } : { body: [wait(signal, opts)] },
      );
    const [first, rival, heir] = [await serve({ timeout: "4s" }), await serve(), await serve({ conflict: "replace" })];
    expect(await send(signal, 1)).toMatchObject({ status: 404, json: { status: 404 } });
    const { id } = await first.start();
    const isWaiting = (runId: string) =>
      server.waitForRun(runId, ({ doing }) => doing.some(({ kind }) => kind === "waitingForSignal"));
    await isWaiting(id);
    expect(await rival.runOnce()).toMatchObject({
      status: "failed",
      error: { name: "Error", message: "Signal conflict; signal wait already exists for another run" },
    });
    const { id: heirId } = await heir.start();
    await isWaiting(heirId);
    expect(await send(signal, { hi: 1 })).toMatchObject({
      status: 200,
      json: { data: { run_id: heirId }, metadata: { fetched_at: expect.any(String) } },
    });
    expect(await server.ended(heirId)).toMatchObject({ output: { data: { signal, data: { hi: 1 } } } });
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: null });
  });
});

test("a run's second failure in parallel changes nothing: one end, one event of it", async () => {
  const error = { name: "E", message: "both", stack: "" };
  const app = await serveRaw(server, ({ body, stepId }) => {
    if (stepId !== null)
      return { headers: { "x-inngest-no-retry": "true" }, body: [{ op: "StepFailed", id: stepId, error }] };
    if (Object.keys(body.steps).length < 2) return { body: ["a", "b"].map((id) => ({ op: "StepPlanned", id })) };
    return { status: 400, headers: { "x-inngest-no-retry": "true" }, body: error };
  });
  const run = await app.runOnce();
  expect(run).toMatchObject({ status: "failed", error: { name: "E", message: "both" } });
  const ends = await server.events({ name: "inngest/function.failed", internal: "true" });
  const told = await Promise.all(ends.map(async ({ internalId }) => (await server.event(internalId)).data));
  expect(told.filter((data) => (data as { run_id: string }).run_id === run.id)).toHaveLength(1);
});
