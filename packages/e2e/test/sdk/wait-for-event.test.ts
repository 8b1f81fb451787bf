// Waiting for events: the right event wakes the right runs, once; otherwise the time does.
import { describe, expect, test } from "vitest";
import { serveApp, type TestApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer();

async function waiting(app: TestApp, data: object): Promise<string> {
  const { id } = await app.start("go", data);
  await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
  return id;
}

describe.each(sdks)("SDK $name", (sdk) => {
  test("only the event that fulfils the condition wakes the run, with all of it", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "approval" }, { event: event("go") }, async ({ step }) => {
        const answer = await step.waitForEvent("answer", {
          event: event("answered"),
          if: "event.data.id == async.data.id && async.data.score > 2",
          timeout: "1m",
        });
        return answer;
      }),
    ]);
    const id = await waiting(app, { id: "A" });
    await app.send("answered", { id: "B", score: 5 });
    await app.send("answered", { id: "A", score: 1 });
    await app.send("other", { id: "A", score: 5 });
    const wanted = await app.send("answered", { id: "A", score: 3 });
    const run = await server.ended(id);
    expect(run).toMatchObject({
      status: "completed",
      output: { id: wanted, name: app.event("answered"), data: { id: "A", score: 3 }, ts: expect.any(Number) },
    });
    expect(stepsOf(run)).toMatchObject([
      { kind: "wait", status: "completed", detail: { event: app.event("answered"), matchedEventId: wanted } },
    ]);
  });

  test("match compares a field of both events", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "match" }, { event: event("go") }, async ({ step }) => {
        const answer = await step.waitForEvent("answer", {
          event: event("answered"),
          match: "data.user.id",
          timeout: "1m",
        });
        return answer?.data["text"];
      }),
    ]);
    const id = await waiting(app, { user: { id: 7 } });
    await app.send("answered", { user: { id: 8 }, text: "wrong" });
    await app.send("answered", { user: { id: 7 }, text: "right" });
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: "right" });
  });

  test("without an event the run goes on with null when the time is over", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "timeout" }, { event: event("go") }, async ({ step }) => {
        const answer = await step.waitForEvent("answer", { event: event("answered"), timeout: "1s" });
        return { answer };
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: { answer: null } });
    expect(stepsOf(run)).toMatchObject([{ kind: "wait", status: "timedOut" }]);
    expect(Number(run.endedAt) - run.queuedAt).toBeGreaterThanOrEqual(1_000);
  });

  test("an event sent before the wait began does not count", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "early" }, { event: event("go") }, async ({ step }) => {
        const answer = await step.waitForEvent("answer", { event: event("answered"), timeout: "1s" });
        return answer?.data ?? "nothing";
      }),
    ]);
    await app.send("answered", { text: "too early" });
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: "nothing" });
  });

  test("one event wakes every run that waits for it, each once", async () => {
    let after = 0;
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "many" }, { event: event("go") }, async ({ step }) => {
        const answer = await step.waitForEvent("answer", { event: event("answered"), timeout: "1m" });
        await step.run("after", () => void (after += 1));
        return answer?.data["n"];
      }),
    ]);
    const ids = await Promise.all(Array.from({ length: 5 }, (_, n) => waiting(app, { n })));
    await app.send("answered", { n: 1 });
    await app.send("answered", { n: 2 });
    const runs = await Promise.all(ids.map((id) => server.ended(id)));
    expect(runs.map(({ output }) => output)).toEqual([1, 1, 1, 1, 1]);
    expect(after).toBe(5);
  });

  test("a condition that is no expression fails the run and names the fault", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "bad" }, { event: event("go") }, async ({ step }) => {
        await step.waitForEvent("answer", { event: event("answered"), if: "event.data.id ==", timeout: "1m" });
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run.status).toBe("failed");
    expect(`${run.error?.name} ${run.error?.message}`).toMatch(/compile|expression/i);
  });

  test("a trigger's own condition decides which events start runs", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define(
        { id: "filtered" },
        { event: event("go"), if: "event.data.size >= 10 || event.data.tag in ['x', 'y']" },
        ({ event: { data } }) => data,
      ),
    ]);
    const dull = await app.send("go", { size: 9, tag: "z" });
    expect(await app.runOnce("go", { size: 10 })).toMatchObject({ output: { size: 10 } });
    expect(await app.runOnce("go", { size: 0, tag: "y" })).toMatchObject({ output: { size: 0, tag: "y" } });
    expect((await server.event(dull)).runs).toEqual([]);
  });
});
