// Sleeping in real time: never shorter than asked, and hardly longer.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer();

/** How late a machine under load may be. */
const tolerance = 1_500;

describe.each(sdks)("SDK $name", (sdk) => {
  test("step.sleep waits for its duration", async () => {
    const times: number[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "sleep" }, { event: event("go") }, async ({ step }) => {
        await step.run("before", () => void times.push(Date.now()));
        await step.sleep("nap", "1s");
        await step.run("after", () => void times.push(Date.now()));
      }),
    ]);
    const { id } = await app.start("go");
    const sleeping = await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
    expect(sleeping.doing).toMatchObject([{ kind: "sleeping", stepName: "nap" }]);
    const run = await server.ended(id);
    const slept = (times[1] ?? 0) - (times[0] ?? 0);
    expect(slept).toBeGreaterThanOrEqual(1_000);
    expect(slept).toBeLessThan(1_000 + tolerance);
    expect(stepsOf(run).map(({ name, kind }) => [name, kind])).toEqual([
      ["before", "step"],
      ["nap", "sleep"],
      ["after", "step"],
    ]);
  });

  test("step.sleepUntil wakes at its time, given as a date or as text", async () => {
    const times: Record<string, number> = {};
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "until" }, { event: event("go") }, async ({ event: { data }, step }) => {
        await step.sleepUntil("date", new Date(Number(data["first"])));
        await step.run("after date", () => void (times["date"] = Date.now()));
        await step.sleepUntil("text", new Date(Number(data["second"])).toISOString());
        await step.run("after text", () => void (times["text"] = Date.now()));
      }),
    ]);
    const first = Date.now() + 1_000;
    const second = first + 1_000;
    await app.runOnce("go", { first, second });
    expect(times["date"]).toBeGreaterThanOrEqual(first);
    expect(times["date"]).toBeLessThan(first + tolerance);
    expect(times["text"]).toBeGreaterThanOrEqual(second);
    expect(times["text"]).toBeLessThan(second + tolerance);
  });

  test("a time that has passed does not hold the run up", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "past" }, { event: event("go") }, async ({ step }) => {
        await step.sleepUntil("past", new Date(Date.now() - 60_000));
        return "awake";
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: "awake" });
    expect(Number(run.endedAt) - run.queuedAt).toBeLessThan(tolerance);
  });

  test("a sleep of more than a year fails the run with a sentence", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "long" }, { event: event("go") }, async ({ step }) => {
        await step.sleep("too long", "400d");
      }),
    ]);
    expect(await app.runOnce("go")).toMatchObject({
      status: "failed",
      error: { name: "InngestErrTimeoutTooLong", message: expect.stringContaining("366") },
    });
  });
});
