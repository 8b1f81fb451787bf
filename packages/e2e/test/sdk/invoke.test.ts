// One function calls another and gets its result, its error, or neither in time.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { childRunOf, stepsOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

describe.each(sdks)("SDK $name", (sdk) => {
  test("the result of the invoked function is the result of the step", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => {
      const double = define({ id: "double" }, { event: event("unused") }, async ({ event: invoked, step }) => {
        const doubled = await step.run("double", () => Number(invoked.data["n"]) * 2);
        return { doubled, by: invoked.name };
      });
      const caller = define({ id: "caller" }, { event: event("go") }, async ({ step }) =>
        step.invoke("call", { function: double, data: { n: 21 } }),
      );
      return [double, caller];
    });
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: { doubled: 42, by: "inngest/function.invoked" } });
    const [call] = stepsOf(run);
    expect(call).toMatchObject({ kind: "invoke", name: "call", status: "completed", input: { n: 21 } });
    const child = await server.run(childRunOf(call));
    expect(child).toMatchObject({
      functionSlug: `${app.id}-double`,
      status: "completed",
      invokedBy: { runId: run.id },
    });
  });

  test("an error of the invoked function can be caught", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => {
      const broken = define({ id: "broken", retries: 0 }, { event: event("unused") }, () => {
        throw new RangeError("out of paper");
      });
      const caller = define({ id: "caller" }, { event: event("go") }, async ({ step }) => {
        try {
          return await step.invoke("call", { function: broken });
        } catch (error) {
          return `caught: ${(error as Error).message}`;
        }
      });
      return [broken, caller];
    });
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: "caught: out of paper" });
  });

  test("an error that is not caught fails the caller as well", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => {
      const broken = define({ id: "broken", retries: 0 }, { event: event("unused") }, () => {
        throw new Error("out of paper");
      });
      return [
        broken,
        define({ id: "caller" }, { event: event("go") }, async ({ step }) => step.invoke("call", { function: broken })),
      ];
    });
    expect(await app.runOnce("go")).toMatchObject({ status: "failed", error: { message: "out of paper" } });
  });

  test("a function that takes too long is not waited for, and is left to end", async () => {
    const release = Promise.withResolvers<void>();
    const app = await serveApp(server, sdk, ({ define, event }) => {
      const slow = define({ id: "slow" }, { event: event("unused") }, () => release.promise.then(() => "late"));
      const caller = define({ id: "caller" }, { event: event("go") }, async ({ step }) => {
        try {
          return await step.invoke("call", { function: slow, timeout: "1s" });
        } catch (error) {
          return (error as Error).message;
        }
      });
      return [slow, caller];
    });
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: "Timed out waiting for invoked function to complete" });
    release.resolve();
    const childRunId = childRunOf(stepsOf(run)[0]);
    expect(await server.ended(childRunId)).toMatchObject({ status: "completed", output: "late" });
  });

  test("a function that does not exist is an error at once", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "caller" }, { event: event("go") }, async ({ step }) =>
        step.invoke("call", {
          function: sdk.referenceFunction({ appId: "nobody", functionId: "nothing" }),
          timeout: "1h",
        }),
      ),
    ]);
    expect(await app.runOnce("go")).toMatchObject({
      status: "failed",
      error: { message: "could not find function with ID: nobody-nothing" },
    });
  });

  test("a function of another app is invoked by its id", async () => {
    const other = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "shout" }, { event: event("unused") }, ({ event: { data } }) => String(data["text"]).toUpperCase()),
    ]);
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "caller" }, { event: event("go") }, async ({ step }) =>
        step.invoke("call", {
          function: sdk.referenceFunction({ appId: other.id, functionId: "shout" }),
          data: { text: "hello" },
        }),
      ),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: "HELLO" });
  });

  test("functions invoke functions that invoke functions", async () => {
    const app = await serveApp(server, sdk, ({ define, event, id }) => {
      const countdown = define(
        { id: "countdown" },
        { event: event("go") },
        async ({ event: { data }, step }): Promise<unknown> => {
          const n = Number(data["n"]);
          if (n === 0) return ["liftoff"];
          const next = sdk.referenceFunction({ appId: id, functionId: "countdown" });
          const rest = await step.invoke("next", { function: next, data: { n: n - 1 } });
          return [n, ...(rest as unknown[])];
        },
      );
      return [countdown];
    });
    expect(await app.runOnce("go", { n: 5 })).toMatchObject({
      status: "completed",
      output: [5, 4, 3, 2, 1, "liftoff"],
    });
  });

  test("several functions are invoked at the same time", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => {
      const square = define(
        { id: "square" },
        { event: event("unused") },
        ({ event: { data } }) => Number(data["n"]) ** 2,
      );
      const caller = define({ id: "caller" }, { event: event("go") }, async ({ step }) =>
        Promise.all([1, 2, 3, 4].map((n) => step.invoke(`square-${n}`, { function: square, data: { n } }))),
      );
      return [square, caller];
    });
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: [1, 4, 9, 16] });
  });
});
