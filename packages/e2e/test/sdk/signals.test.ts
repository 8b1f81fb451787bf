// Signals: one name, one waiter, and data that goes straight to it.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer();

describe.each(sdks)("SDK $name", (sdk) => {
  test("a signal wakes the run that waits for it, with its data", async () => {
    const app = await serveApp(server, sdk, ({ define, event, id }) => [
      define({ id: "wait" }, { event: event("go") }, async ({ step }) =>
        step.waitForSignal("wait", { signal: `${id}-ready`, timeout: "1m", onConflict: "fail" }),
      ),
    ]);
    const { id } = await app.start("go");
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForSignal"));
    const answer = await server.request("POST", "/v1/signals", {
      body: { signal: `${app.id}-ready`, data: { hi: [1, 2] } },
    });
    expect(answer).toMatchObject({ status: 200, json: { data: { run_id: id } } });
    expect(await server.ended(id)).toMatchObject({
      status: "completed",
      output: { signal: `${app.id}-ready`, data: { hi: [1, 2] } },
    });
  });

  test("a step of another function sends the signal", async () => {
    const app = await serveApp(server, sdk, ({ define, event, id }) => [
      define({ id: "wait" }, { event: event("go") }, async ({ step }) => {
        const received = await step.waitForSignal("wait", { signal: `${id}-door`, timeout: "1m", onConflict: "fail" });
        return received?.data;
      }),
      define({ id: "send" }, { event: event("knock") }, async ({ step }) => {
        await step.sendSignal("knock", { signal: `${id}-door`, data: "knock knock" });
        return "knocked";
      }),
    ]);
    const { id } = await app.start("go");
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForSignal"));
    expect(await app.runOnce("knock")).toMatchObject({ status: "completed", output: "knocked" });
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: "knock knock" });
  });

  test("nobody waiting is an answer of its own, and time runs out with null", async () => {
    const app = await serveApp(server, sdk, ({ define, event, id }) => [
      define({ id: "wait" }, { event: event("go") }, async ({ step }) => ({
        received: await step.waitForSignal("wait", { signal: `${id}-late`, timeout: "1s", onConflict: "fail" }),
      })),
    ]);
    expect((await server.request("POST", "/v1/signals", { body: { signal: `${app.id}-late` } })).status).toBe(404);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: { received: null } });
    expect((await server.request("POST", "/v1/signals", { body: { signal: `${app.id}-late` } })).status).toBe(404);
  });

  test("a second waiter fails, or takes over if it says so", async () => {
    const app = await serveApp(server, sdk, ({ define, event, id }) => [
      define({ id: "wait" }, { event: event("go") }, async ({ event: { data }, step }) => {
        const onConflict = data["onConflict"] as "fail" | "replace";
        return { received: await step.waitForSignal("wait", { signal: `${id}-one`, timeout: "5s", onConflict }) };
      }),
    ]);
    const first = await app.start("go", { onConflict: "fail" });
    await server.waitForRun(first.id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForSignal"));
    expect(await app.runOnce("go", { onConflict: "fail" })).toMatchObject({
      status: "failed",
      error: { message: "Signal conflict; signal wait already exists for another run" },
    });
    const third = await app.start("go", { onConflict: "replace" });
    await server.waitForRun(third.id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForSignal"));
    expect(await server.request("POST", "/v1/signals", { body: { signal: `${app.id}-one`, data: 3 } })).toMatchObject({
      json: { data: { run_id: third.id } },
    });
    expect(await server.ended(third.id)).toMatchObject({ output: { received: { data: 3 } } });
    expect(await server.ended(first.id)).toMatchObject({ status: "completed", output: { received: null } });
  });
});
