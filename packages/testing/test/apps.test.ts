// Apps of every kind: handlers, route exports, URLs, and those that cannot be synced or do not answer.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startTestServer, type TestServer, type TestServerOptions } from "@stepwright/testing";
import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { serve as serveNext } from "inngest/next";
import { serve as serveNode } from "inngest/node";
import { expect, onTestFinished, test } from "vitest";

async function startServer(options: TestServerOptions = {}): Promise<{ server: TestServer; inngest: Inngest }> {
  const server = await startTestServer(options);
  onTestFinished(() => server.stop());
  return { server, inngest: new Inngest({ id: "shop", ...server.clientOptions }) };
}

test("a Next.js route's exports are an app", async () => {
  const { server, inngest } = await startServer();
  const fn = inngest.createFunction(
    { id: "greet", triggers: [{ event: "greet" }] },
    ({ event }) => `hello ${event.data.name}`,
  );
  const { POST, PUT } = serveNext({ client: inngest, functions: [fn] });
  await server.register({ POST, PUT });

  const [eventId = ""] = await server.send({ name: "greet", data: { name: "Ada" } });
  await server.clock.settle();
  expect(await server.runsOf(eventId)).toMatchObject([{ output: "hello Ada" }]);
});

test("an app with a port of its own is called over HTTP", async () => {
  const { server, inngest } = await startServer();
  const fn = inngest.createFunction({ id: "greet", triggers: [{ event: "greet" }] }, async ({ step }) =>
    step.run("hello", () => "hello"),
  );
  const app = createServer(serveNode({ client: inngest, functions: [fn] })).listen(0, "127.0.0.1");
  onTestFinished(() => void app.close());
  await once(app, "listening");
  await server.register(`http://127.0.0.1:${(app.address() as AddressInfo).port}/api/inngest`);

  const [eventId = ""] = await server.send({ name: "greet" });
  const [run] = await server.runsOf(eventId);
  expect(await server.waitForRun(run?.id ?? "")).toMatchObject({ status: "completed", output: "hello" });
});

test("registering again replaces the functions", async () => {
  const { server, inngest } = await startServer();
  const version = (text: string) =>
    serve({
      client: inngest,
      functions: [inngest.createFunction({ id: "greet", triggers: [{ event: "greet" }] }, () => text)],
    });
  await server.register(version("one"));
  await server.register(version("two"));
  const [eventId = ""] = await server.send({ name: "greet" });
  await server.clock.settle();
  expect(await server.runsOf(eventId)).toMatchObject([{ output: "two" }]);
});

test("steps, attempts and errors of a run can be asserted on", async () => {
  const { server, inngest } = await startServer();
  const fn = inngest.createFunction({ id: "fail", retries: 1, triggers: [{ event: "fail" }] }, async ({ step }) => {
    await step.run("fine", () => 1);
    await step.run("broken", () => {
      throw new TypeError("no such thing");
    });
  });
  await server.register(serve({ client: inngest, functions: [fn] }));
  const [eventId = ""] = await server.send({ name: "fail" });
  await server.clock.advance("1m");
  expect(await server.runsOf(eventId)).toMatchObject([
    {
      status: "failed",
      error: { name: "TypeError", message: "no such thing" },
      steps: [
        { name: "fine", status: "completed", output: 1, attempts: [{ status: "completed" }] },
        { name: "broken", status: "failed", attempts: [{ status: "failed" }, { status: "failed" }] },
        // The function itself ended the run: it did not catch the error.
        { kind: "function", status: "failed" },
      ],
    },
  ]);
});

test("an app that cannot be synced is refused with the reason", async () => {
  const { server } = await startServer();
  await expect(server.register(() => new Response("<h1>hello</h1>"))).rejects.toThrow(
    "did not come from an Inngest SDK",
  );
  await expect(server.register("http://localhost:9/api/inngest")).rejects.toThrow("Unable to reach SDK URL");
  await expect(
    server.register(() => {
      throw new Error("broken import");
    }),
  ).rejects.toThrow("broken import");
});

test("an invalid event is refused with a sentence", async () => {
  const { server } = await startServer();
  await expect(server.send({ name: "" })).rejects.toThrow("the event has no name");
});

test("waiting for a run that only time can go on with says so", async () => {
  const { server, inngest } = await startServer();
  const fn = inngest.createFunction({ id: "nap", triggers: [{ event: "nap" }] }, async ({ step }) =>
    step.sleep("the nap", "1h"),
  );
  await server.register(serve({ client: inngest, functions: [fn] }));
  const [eventId = ""] = await server.send({ name: "nap" });
  await server.clock.settle();
  const [run] = await server.runsOf(eventId);
  await expect(server.waitForRun(run?.id ?? "", { timeoutMs: 20 })).rejects.toThrow(
    /after 20 ms run 01\w+ of shop-nap is still running: sleeping in step "the nap" until .* move it with clock\.advance\(\)/,
  );
});

test("a handler that never answers is given up after the call timeout", async () => {
  const { server, inngest } = await startServer({ callTimeoutMs: 30 });
  const fn = inngest.createFunction(
    { id: "hang", retries: 0, triggers: [{ event: "hang" }] },
    () => new Promise<void>(() => {}),
  );
  await server.register(serve({ client: inngest, functions: [fn] }));
  const [eventId = ""] = await server.send({ name: "hang" });
  await server.clock.settle();
  expect(await server.runsOf(eventId)).toMatchObject([
    { status: "failed", error: { message: expect.stringContaining("no answer within 0.03 s") } },
  ]);
});

test("a server stops while a handler hangs", async () => {
  const server = await startTestServer();
  const inngest = new Inngest({ id: "shop", ...server.clientOptions });
  const called = Promise.withResolvers<void>();
  const fn = inngest.createFunction({ id: "hang", triggers: [{ event: "hang" }] }, () => {
    called.resolve();
    return new Promise<void>(() => {});
  });
  await server.register(serve({ client: inngest, functions: [fn] }));
  await server.send({ name: "hang" });
  await called.promise;
  await server.stop();
});
