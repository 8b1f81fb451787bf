// Checkpoints: finished steps are stored while the call that ran them goes on.
import { request as httpRequest } from "node:http";
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { startProxy } from "../harness/proxy.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

// v4 does so unless it is told not to, v3 only when it is told to.
describe.each(sdks)("SDK $name", (sdk) => {
  test("a step is stored before the next one has run, in one call", async () => {
    const second = Promise.withResolvers<void>();
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "two" }, { event: event("go") }, async ({ step }) => {
          const one = await step.run("one", () => "first");
          const two = await step.run("two", () => second.promise.then(() => "second"));
          return [one, two];
        }),
      ],
      { client: { checkpointing: true } },
    );
    const before = app.calls("POST");
    const { id } = await app.start("go");
    const run = await server.waitForRun(id, ({ steps }) =>
      steps.some(({ name, status }) => name === "one" && status === "completed"),
    );
    expect(run).toMatchObject({ status: "running" });
    second.resolve();
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: ["first", "second"] });
    expect(app.calls("POST") - before).toBe(1);
  });

  test("without checkpoints every step is a call of its own", async () => {
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "two" }, { event: event("go") }, async ({ step }) => {
          await step.run("one", () => 1);
          return step.run("two", () => 2);
        }),
      ],
      { client: { checkpointing: false } },
    );
    const before = app.calls("POST");
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: 2 });
    expect(app.calls("POST") - before).toBe(3);
  });

  test("a call that breaks off after a checkpoint is not asked for its steps again", async () => {
    const executed: string[] = [];
    let breaks = 1;
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "breaks", retries: 1 }, { event: event("go") }, async ({ step }) => {
          await step.run("one", () => void executed.push("one"));
          await step.run("two", () => void executed.push("two"));
          if (breaks > 0) {
            breaks -= 1;
            throw new Error("broken off");
          }
          return "done";
        }),
      ],
      { client: { checkpointing: true } },
    );
    const run = await app.runOnce("go");
    expect(executed).toEqual(["one", "two"]);
    expect(run).toMatchObject({ status: "completed", output: "done" });
  });

  test("when checkpoints are not to be had, steps come with the answer", async () => {
    let refused = 0;
    const proxy = await startProxy(server.url, (request, response) => {
      if (request.url?.startsWith("/v1/checkpoint") !== true) return false;
      refused += 1;
      response.writeHead(404).end("404 page not found");
      return true;
    });
    const executed: string[] = [];
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "two" }, { event: event("go") }, async ({ step }) => {
          await step.run("one", () => void executed.push("one"));
          await step.run("two", () => void executed.push("two"));
          return "done";
        }),
      ],
      { client: { checkpointing: true, baseUrl: proxy } },
    );
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: "done" });
    expect(refused).toBeGreaterThan(0);
    expect(executed).toEqual(["one", "two"]);
    expect(stepsOf(run).map(({ name, status }) => [name, status])).toEqual([
      ["one", "completed"],
      ["two", "completed"],
    ]);
  });

  test.each([413, 500, 503])(
    "checkpoints answered with %i are given up, and steps come with the answer",
    async (status) => {
      const proxy = await startProxy(server.url, (request, response) => {
        if (request.url?.startsWith("/v1/checkpoint") !== true) return false;
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify({ error: "not now", status }));
        return true;
      });
      const executed: string[] = [];
      const app = await serveApp(
        server,
        sdk,
        ({ define, event }) => [
          define({ id: "two" }, { event: event("go") }, async ({ step }) => {
            await step.run("one", () => void executed.push("one"));
            return step.run("two", () => void executed.push("two"));
          }),
        ],
        { client: { checkpointing: true, baseUrl: proxy } },
      );
      expect(await app.runOnce("go", {}, { timeoutMs: 40_000 })).toMatchObject({ status: "completed" });
      expect(executed).toEqual(["one", "two"]);
    },
  );

  test("a checkpoint that something on the way answers with 409 costs an attempt and no step", async () => {
    let conflicts = 0;
    const proxy = await startProxy(server.url, (request, response) => {
      if (request.url?.startsWith("/v1/checkpoint") !== true || conflicts > 0) return false;
      conflicts += 1;
      response.writeHead(409, { "content-type": "application/json" }).end(JSON.stringify({ error: "no", status: 409 }));
      return true;
    });
    const executed: string[] = [];
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "conflict", retries: 1 }, { event: event("go") }, async ({ step }) => {
          await step.run("one", () => void executed.push("one"));
          await step.run("two", () => void executed.push("two"));
          return "done";
        }),
      ],
      { client: { checkpointing: true, baseUrl: proxy } },
    );
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: "done" });
    expect(conflicts).toBe(1);
    // SDK v4 takes its call for a dead one and forgets the step; v3 saves it again.
    expect(executed).toEqual(sdk.name === "v4" ? ["one", "one", "two"] : ["one", "two"]);
  });

  test("a checkpoint whose acknowledgement is lost on the way counts once", async () => {
    let lost = 0;
    const proxy = await startProxy(server.url, (request, response) => {
      if (request.url?.startsWith("/v1/checkpoint") !== true || lost > 0) return false;
      lost += 1;
      // The server gets it; its answer goes nowhere.
      const onward = httpRequest(new URL(request.url, server.url), { method: "POST", headers: request.headers });
      onward.once("response", (answer) => answer.resume().once("end", () => response.destroy()));
      request.pipe(onward);
      return true;
    });
    const executed: string[] = [];
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "lost" }, { event: event("go") }, async ({ step }) => {
          await step.run("one", () => void executed.push("one"));
          return step.run("two", () => executed.push("two"));
        }),
      ],
      { client: { checkpointing: true, baseUrl: proxy } },
    );
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: 2 });
    expect(lost).toBe(1);
    expect(executed).toEqual(["one", "two"]);
    expect(stepsOf(run).map(({ name, status }) => [name, status])).toEqual([
      ["one", "completed"],
      ["two", "completed"],
    ]);
  });

  test("a call that reaches its longest runtime hands the next step back, and every step runs once", async () => {
    const executed: string[] = [];
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "long" }, { event: event("go") }, async ({ step }) => {
          for (const name of ["one", "two", "three", "four"]) {
            await step.run(name, async () => {
              executed.push(name);
              // Longer than the call may take: the next step belongs to another call.
              await new Promise((resolve) => void setTimeout(resolve, 1_200));
            });
          }
          return "done";
        }),
      ],
      { client: { checkpointing: { maxRuntime: "1s" } } },
    );
    const before = app.calls("POST");
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: "done" });
    expect(executed).toEqual(["one", "two", "three", "four"]);
    expect(app.calls("POST") - before).toBeGreaterThan(2);
  });

  test("a checkpoint of a run that was cancelled is refused, and the run stays as it is", async () => {
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const executed: string[] = [];
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "cancelled" }, { event: event("go") }, async ({ step }) => {
          await step.run("one", async () => {
            executed.push("one");
            begun.resolve();
            await release.promise;
          });
          await step.run("two", () => void executed.push("two"));
        }),
      ],
      { client: { checkpointing: true } },
    );
    const { id } = await app.start("go");
    await begun.promise;
    await server.request("POST", `/api/runs/${id}/cancel`);
    release.resolve();
    // The next run of this app is called after the refused checkpoint was given up.
    await app.runOnce("go");
    const run = await server.run(id);
    expect(run).toMatchObject({ status: "cancelled" });
    expect(executed.filter((name) => name === "one")).toHaveLength(2);
  });
});
