// Apps of every kind: clients, handlers, route exports, URLs, and those that cannot be synced or do not answer.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestEngine, type TestEngine, type TestEngineOptions } from "@stepwright/testing";
import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { serve as serveNext } from "inngest/next";
import { serve as serveNode } from "inngest/node";
import { expect, onTestFinished, test } from "vitest";

async function startEngine(options: TestEngineOptions = {}): Promise<{ engine: TestEngine; inngest: Inngest }> {
  const engine = await createTestEngine(options);
  onTestFinished(() => engine.stop());
  return { engine, inngest: new Inngest({ id: "shop", ...engine.clientOptions }) };
}

test("a Next.js route's exports are an app", async () => {
  const { engine, inngest } = await startEngine();
  const fn = inngest.createFunction(
    { id: "greet", triggers: [{ event: "greet" }] },
    ({ event }) => `hello ${event.data.name}`,
  );
  const { POST, PUT } = serveNext({ client: inngest, functions: [fn] });
  await engine.register({ POST, PUT });

  const sent = await engine.send({ name: "greet", data: { name: "Ada" } });
  expect(await sent.run()).toMatchObject({ output: "hello Ada" });
});

test("an app with a port of its own is called over HTTP", async () => {
  const { engine } = await startEngine();
  const inngest = new Inngest({ id: "shop", isDev: true, baseUrl: await engine.listen() });
  const fn = inngest.createFunction({ id: "greet", triggers: [{ event: "greet" }] }, async ({ step }) => {
    await step.sleep("for a month", "30d");
    await step.sendEvent("tell", { name: "greeted" });
    return step.run("hello", () => "hello");
  });
  const app = createServer(serveNode({ client: inngest, functions: [fn] })).listen(0, "127.0.0.1");
  onTestFinished(() => void app.close());
  await once(app, "listening");
  await engine.register(`http://127.0.0.1:${(app.address() as AddressInfo).port}/api/inngest`);

  await inngest.send({ name: "greet" });
  const [run] = await engine.runs();
  expect(await run?.result()).toBe("hello");
  expect((await engine.events()).map(({ name }) => name)).toEqual(["greet", "greeted"]);
});

test("registering again replaces the functions", async () => {
  const { engine, inngest } = await startEngine();
  const version = (text: string) =>
    serve({
      client: inngest,
      functions: [inngest.createFunction({ id: "greet", triggers: [{ event: "greet" }] }, () => text)],
    });
  await engine.register(version("one"));
  await engine.register(version("two"));
  const sent = await engine.send({ name: "greet" });
  expect(await sent.run()).toMatchObject({ output: "two" });
});

test("steps, attempts and errors of a run can be asserted on", async () => {
  const { engine, inngest } = await startEngine();
  const fn = inngest.createFunction({ id: "fail", retries: 1, triggers: [{ event: "fail" }] }, async ({ step }) => {
    await step.run("fine", () => 1);
    await step.run("broken", () => {
      throw new TypeError("no such thing");
    });
  });
  await engine.register(serve({ client: inngest, functions: [fn] }));
  const run = await (await engine.send({ name: "fail" })).run();
  expect(await run.ended()).toBe(run);
  expect(run).toMatchObject({ status: "failed", error: { name: "TypeError", message: "no such thing" } });
  expect(run.step("fine")).toMatchObject({ status: "completed", output: 1, attempts: 1 });
  expect(run.step("broken")).toMatchObject({ status: "failed", attempts: 2, error: { message: "no such thing" } });
  await expect(run.result()).rejects.toThrow("the run of shop-fail ended as failed: TypeError: no such thing");
  expect(() => run.step("brokn")).toThrow('the run of shop-fail has no step "brokn"; its steps are "fine", "broken"');
  expect(run.history().map(({ what, step, attempt }) => [what, step, attempt])).toEqual([
    ["queued", null, null],
    ["started", null, null],
    ["stepStarted", "fine", 0],
    ["stepCompleted", "fine", null],
    ["stepStarted", "broken", 0],
    ["stepFailedAttempt", "broken", 0],
    ["stepStarted", "broken", 1],
    ["stepFailedAttempt", "broken", 1],
    ["stepFailed", "broken", null],
    ["stepStarted", "shop-fail", 0],
    ["stepFailedAttempt", "shop-fail", 0],
    ["stepFailed", "shop-fail", null],
    ["failed", null, null],
  ]);
});

test("an app that cannot be synced is refused with the reason", async () => {
  const { engine } = await startEngine();
  await expect(engine.register(() => new Response("<h1>hello</h1>"))).rejects.toThrow(
    "did not come from an Inngest SDK",
  );
  await expect(engine.register("http://localhost:9/api/inngest")).rejects.toThrow("Unable to reach SDK URL");
  await expect(
    engine.register(() => {
      throw new Error("broken import");
    }),
  ).rejects.toThrow("broken import");
});

test("an invalid event is refused with a sentence", async () => {
  const { engine } = await startEngine();
  await expect(engine.send({ name: "" })).rejects.toThrow("the event has no name");
});

test("waiting for a run that only time can go on with says so, where the clock is the test's alone", async () => {
  const { engine, inngest } = await startEngine({ autoAdvance: false });
  const fn = inngest.createFunction({ id: "nap", triggers: [{ event: "nap" }] }, async ({ step }) =>
    step.sleep("the nap", "1h"),
  );
  await engine.register(serve({ client: inngest, functions: [fn] }));
  const run = await (await engine.send({ name: "nap" })).run();
  await expect(run.result()).rejects.toThrow(
    /run 01\w+ of shop-nap is still running: sleeping in step "the nap" until .* move it with clock\.advance\(\)/,
  );
  await engine.clock.advance("1h");
  expect(await run.result()).toBeNull();
});

test("a handler that never answers is given up after the call timeout", async () => {
  const { engine, inngest } = await startEngine({ callTimeoutMs: 30 });
  const fn = inngest.createFunction(
    { id: "hang", retries: 0, triggers: [{ event: "hang" }] },
    () => new Promise<void>(() => {}),
  );
  await engine.register(serve({ client: inngest, functions: [fn] }));
  const sent = await engine.send({ name: "hang" });
  expect(await sent.run()).toMatchObject({
    status: "failed",
    error: { message: expect.stringContaining("no answer within 0.03 s") },
  });
});

test("an engine stops while a handler hangs", async () => {
  const engine = await createTestEngine();
  const inngest = new Inngest({ id: "shop", ...engine.clientOptions });
  const called = Promise.withResolvers<void>();
  const fn = inngest.createFunction({ id: "hang", triggers: [{ event: "hang" }] }, () => {
    called.resolve();
    return new Promise<void>(() => {});
  });
  await engine.register(serve({ client: inngest, functions: [fn] }));
  await engine.send({ name: "hang" }, { settle: false });
  await called.promise;
  await engine.stop();
});
