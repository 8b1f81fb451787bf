// What runs after a run: onFailure handlers, and functions that are triggered by how others ended.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { until } from "@stepwright/test-parts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import type { ReceivedEvent } from "../harness/step-context.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

describe.each(sdks)("SDK $name", (sdk) => {
  test("onFailure gets the error and the original event, once, after the last attempt", async () => {
    const handled: unknown[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define(
        {
          id: "fails",
          retries: 1,
          onFailure: async ({ event: failure, error, step }) => {
            await step.run(
              "note",
              () =>
                void handled.push({
                  error: error?.message,
                  event: failure.data["event"],
                  runId: failure.data["run_id"],
                }),
            );
            return "handled";
          },
        },
        { event: event("go") },
        ({ attempt }) => {
          throw new Error(`attempt ${attempt} failed`);
        },
      ),
    ]);
    expect(app.synced.functionCount).toBe(2);
    const failed = await app.runOnce("go", { n: 1 });
    expect(failed.status).toBe("failed");
    const handler = await until(
      async () =>
        (await server.runs({ function: `${app.id}-fails-failure` })).find(({ status }) => status === "completed") ??
        null,
      { describe: () => "the handler ran" },
    );
    expect(handler.trigger.eventName).toBe("inngest/function.failed");
    expect(handled).toEqual([
      {
        error: "attempt 1 failed",
        event: expect.objectContaining({ name: app.event("go"), data: { n: 1 } }),
        runId: failed.id,
      },
    ]);
  });

  test("onFailure does not run for a run that completes, and its own failure starts no other", async () => {
    let calls = 0;
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define(
        {
          id: "maybe",
          retries: 0,
          onFailure: () => {
            calls += 1;
            throw new sdk.NonRetriableError("the handler is broken, too");
          },
        },
        { event: event("go") },
        ({ event: { data } }) => {
          if (data["fails"] === true) throw new Error("no");
          return "yes";
        },
      ),
    ]);
    expect(await app.runOnce("go", { fails: false })).toMatchObject({ status: "completed" });
    expect(await app.runOnce("go", { fails: true })).toMatchObject({ status: "failed" });
    await until(async () => (await server.runs({ function: `${app.id}-maybe-failure`, status: "failed" })).length > 0, {
      describe: () => "the handler failed",
    });
    expect(calls).toBe(1);
    expect(await server.runs({ function: `${app.id}-maybe-failure` })).toHaveLength(1);
  });

  test("functions are triggered by the ends of others, with the whole story as data", async () => {
    const seen: ReceivedEvent[] = [];
    const app = await serveApp(server, sdk, ({ define, event, id }) => {
      const watch = (name: string) =>
        define(
          { id: `watch-${name}`, retries: 0 },
          { event: `inngest/function.${name}`, if: `event.data.function_id.startsWith('${id}-work')` },
          ({ event: received }) => void seen.push(received),
        );
      return [
        define({ id: "work-ok" }, { event: event("ok") }, () => ({ fine: true })),
        define({ id: "work-bad", retries: 0 }, { event: event("bad") }, () => {
          throw new RangeError("bad");
        }),
        define({ id: "work-long", cancelOn: [{ event: event("stop") }] }, { event: event("long") }, async ({ step }) =>
          step.sleep("long", "1h"),
        ),
        watch("finished"),
        watch("failed"),
        watch("cancelled"),
      ];
    });
    const completed = await app.runOnce("ok", { a: 1 });
    const failed = await app.runOnce("bad");
    const long = await app.start("long");
    await server.waitForRun(long.id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
    await app.send("stop");
    await server.ended(long.id);

    const of = (name: string, runId: string) =>
      seen.find((one) => one.name === `inngest/function.${name}` && one.data["run_id"] === runId);
    await until(() => seen.length >= 5, { describe: () => `five watchers ran, not ${seen.length}` });
    expect(of("finished", completed.id)?.data).toMatchObject({
      function_id: `${app.id}-work-ok`,
      result: { fine: true },
      event: { name: app.event("ok"), data: { a: 1 } },
      _inngest: { status: "Completed" },
    });
    expect(of("failed", failed.id)?.data).toMatchObject({
      error: { name: "RangeError", message: "bad" },
      _inngest: { status: "Failed" },
    });
    expect(of("finished", failed.id)?.data).toMatchObject({ error: { message: "bad" } });
    expect(of("cancelled", long.id)?.data).toMatchObject({
      function_id: `${app.id}-work-long`,
      _inngest: { status: "Cancelled" },
    });
    expect(of("finished", long.id)?.data).toMatchObject({ _inngest: { status: "Cancelled" } });
    expect(of("failed", long.id)).toBeUndefined();
  });
});
