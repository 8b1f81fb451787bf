// Failures: what is tried again, how often, when, and what is not.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

describe.each(sdks)("SDK $name", (sdk) => {
  test("a failing function is tried again and told the attempt", async () => {
    const attempts: number[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "flaky", retries: 3 }, { event: event("go") }, ({ attempt }) => {
        attempts.push(attempt);
        if (attempt < 2) throw new Error(`no luck with attempt ${attempt}`);
        return "at last";
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: "at last" });
    expect(attempts).toEqual([0, 1, 2]);
    expect(run.steps).toMatchObject([
      {
        kind: "function",
        attempts: [
          { attempt: 0, status: "failed", error: { message: "no luck with attempt 0" } },
          { attempt: 1, status: "failed", error: { message: "no luck with attempt 1" } },
          { attempt: 2, status: "completed" },
        ],
      },
    ]);
  });

  test("a function that goes on failing fails after its retries, with the last error", async () => {
    const attempts: number[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "hopeless", retries: 2 }, { event: event("go") }, ({ attempt }) => {
        attempts.push(attempt);
        throw new TypeError(`attempt ${attempt} failed`, { cause: new Error("the disk is full") });
      }),
    ]);
    const run = await app.runOnce("go");
    expect(attempts).toEqual([0, 1, 2]);
    expect(run).toMatchObject({
      status: "failed",
      output: null,
      error: { name: "TypeError", message: "attempt 2 failed", stack: expect.stringContaining("retries.test.ts") },
      summary: "attempt 2 failed",
    });
  });

  test("without a number of its own a function has four retries, and with 0 none", async () => {
    const attempts: Record<string, number[]> = { default: [], none: [] };
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "default" }, { event: event("default") }, ({ attempt }) => {
        attempts["default"]?.push(attempt);
        throw new Error("no");
      }),
      define({ id: "none", retries: 0 }, { event: event("none") }, ({ attempt }) => {
        attempts["none"]?.push(attempt);
        throw new Error("no");
      }),
    ]);
    await app.runOnce("default");
    await app.runOnce("none");
    expect(attempts).toEqual({ default: [0, 1, 2, 3, 4], none: [0] });
  });

  test("a failing step is tried again alone, and every step has retries of its own", async () => {
    const executed: string[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "steps", retries: 2 }, { event: event("go") }, async ({ step, attempt }) => {
        await step.run("fine", () => void executed.push("fine"));
        for (const name of ["first", "second"]) {
          await step.run(name, () => {
            executed.push(`${name} ${attempt}`);
            if (attempt < 2) throw new Error("not yet");
          });
        }
        return "done";
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: "done" });
    expect(executed).toEqual(["fine", "first 0", "first 1", "first 2", "second 0", "second 1", "second 2"]);
    expect(stepsOf(run).map(({ name, attempts }) => [name, attempts.map(({ status }) => status)])).toEqual([
      ["fine", ["completed"]],
      ["first", ["failed", "failed", "completed"]],
      ["second", ["failed", "failed", "completed"]],
    ]);
  });

  test("a step that used up its retries fails the run, or is caught and the run goes on", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "uncaught", retries: 1 }, { event: event("uncaught") }, async ({ step }) => {
        await step.run("broken", () => {
          throw new RangeError("out of range");
        });
      }),
      define({ id: "caught", retries: 1 }, { event: event("caught") }, async ({ step }) => {
        try {
          await step.run("broken", () => {
            throw new RangeError("out of range");
          });
        } catch (error) {
          if (!(error instanceof sdk.StepError)) throw error;
          return step.run("instead", () => `instead of ${error.message}`);
        }
      }),
    ]);
    const failed = await app.runOnce("uncaught");
    // SDK v3 does not keep the names of errors that pass through a step.
    expect(failed).toMatchObject({
      status: "failed",
      error: { name: sdk.name === "v3" ? "Error" : "RangeError", message: "out of range" },
    });
    expect(stepsOf(failed)).toMatchObject([
      { name: "broken", status: "failed", attempts: [{ status: "failed" }, { status: "failed" }] },
    ]);
    const caught = await app.runOnce("caught");
    expect(caught).toMatchObject({ status: "completed", output: "instead of out of range" });
    expect(stepsOf(caught)).toMatchObject([
      { name: "broken", status: "failed", error: { message: "out of range" } },
      { name: "instead", status: "completed" },
    ]);
  });

  test("NonRetriableError ends a function, or a step, at the first attempt", async () => {
    const attempts: Record<string, number> = { body: 0, step: 0 };
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "body" }, { event: event("body") }, () => {
        attempts["body"] = (attempts["body"] ?? 0) + 1;
        throw new sdk.NonRetriableError("never again", { cause: new Error("bad input") });
      }),
      define({ id: "step" }, { event: event("step") }, async ({ step }) => {
        await step.run("validate", () => {
          attempts["step"] = (attempts["step"] ?? 0) + 1;
          throw new sdk.NonRetriableError("not an address");
        });
      }),
    ]);
    expect(await app.runOnce("body")).toMatchObject({ status: "failed", error: { message: "never again" } });
    expect(await app.runOnce("step")).toMatchObject({ status: "failed", error: { message: "not an address" } });
    expect(attempts).toEqual({ body: 1, step: 1 });
  });

  test("RetryAfterError decides when to try again, in a function and in a step", async () => {
    const times: Record<string, number[]> = { body: [], step: [] };
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "body" }, { event: event("body") }, ({ attempt }) => {
        times["body"]?.push(Date.now());
        if (attempt === 0) throw new sdk.RetryAfterError("busy", "2s");
        return "served";
      }),
      define({ id: "step" }, { event: event("step") }, async ({ step, attempt }) =>
        step.run("ask", () => {
          times["step"]?.push(Date.now());
          if (attempt === 0) throw new sdk.RetryAfterError("busy", new Date(Date.now() + 2_000));
          return "served";
        }),
      ),
    ]);
    const runs = await Promise.all([app.runOnce("body"), app.runOnce("step")]);
    expect(runs.map(({ output }) => output)).toEqual(["served", "served"]);
    for (const [first = 0, second = 0] of Object.values(times)) {
      // Whole seconds on the wire: up to one is lost to rounding.
      expect(second - first).toBeGreaterThanOrEqual(1_000);
      expect(second - first).toBeLessThan(4_000);
    }
  });

  test("what is thrown need not be an error", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "text", retries: 0 }, { event: event("go") }, () => {
        // oxlint-disable-next-line typescript/only-throw-error -- users do
        throw "just a text";
      }),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "failed", error: { message: "just a text" } });
  });

  test("an error after finished steps does not run them again", async () => {
    const executed: string[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "after", retries: 1 }, { event: event("go") }, async ({ step, attempt }) => {
        await step.run("one", () => void executed.push("one"));
        await step.run("two", () => void executed.push("two"));
        if (attempt === 0) throw new Error("in between");
        await step.run("three", () => void executed.push("three"));
        return attempt;
      }),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed" });
    expect(executed).toEqual(["one", "two", "three"]);
  });
});
