// Cancellation: by an event that the function names, by a person, and never of what is not meant.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer();

describe.each(sdks)("SDK $name", (sdk) => {
  test("cancelOn ends the runs that its condition means and no others", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define(
        { id: "long", cancelOn: [{ event: event("deleted"), if: "event.data.user == async.data.user" }] },
        { event: event("go") },
        async ({ step }) => {
          await step.waitForEvent("never", { event: event("never"), timeout: "1h" });
        },
      ),
    ]);
    const ada = await app.start("go", { user: "ada" });
    const grace = await app.start("go", { user: "grace" });
    for (const { id } of [ada, grace])
      await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
    await app.send("deleted", { user: "ada" });
    const cancelled = await server.ended(ada.id);
    expect(cancelled).toMatchObject({
      status: "cancelled",
      output: null,
      doing: [],
      steps: [{ kind: "wait", status: "cancelled" }],
    });
    expect(await server.run(grace.id)).toMatchObject({ status: "running" });
  });

  test("match is the short form of a condition", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define(
        { id: "long", cancelOn: [{ event: event("deleted"), match: "data.user" }] },
        { event: event("go") },
        async ({ step }) => step.sleep("long", "1h"),
      ),
    ]);
    const { id } = await app.start("go", { user: 1 });
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
    await app.send("deleted", { user: 2 });
    await app.send("deleted", { user: 1 });
    expect(await server.ended(id)).toMatchObject({ status: "cancelled" });
  });

  test("a cancelled run's call in flight comes to nothing", async () => {
    const executed: string[] = [];
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "busy", cancelOn: [{ event: event("stop") }] }, { event: event("go") }, async ({ step }) => {
          await step.run("busy", async () => {
            executed.push("busy");
            begun.resolve();
            await release.promise;
          });
          await step.sleep("then", "1s");
          await step.run("after", () => void executed.push("after"));
        }),
      ],
      {
        wrap: (handler) => (request, response) => {
          if (request.method === "POST") response.once("finish", () => answered.resolve());
          handler(request, response);
        },
      },
    );
    const { id } = await app.start("go");
    await begun.promise;
    await app.send("stop");
    expect(await server.ended(id)).toMatchObject({ status: "cancelled" });
    release.resolve();
    await answered.promise;
    // Another run of the same app ends after the answer was read: by then the cancelled one would have gone on.
    const other = await app.start("go");
    await server.ended(other.id);
    expect(await server.run(id)).toMatchObject({ status: "cancelled" });
    expect(executed).toEqual(["busy", "busy", "after"]);
  });

  test("a person cancels a run on the dashboard or over REST, and once is enough", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "long" }, { event: event("go") }, async ({ step }) => step.sleep("long", "1h")),
    ]);
    const first = await app.start("go");
    expect((await server.request("POST", `/api/runs/${first.id}/cancel`)).json).toEqual({ cancelled: true });
    expect(await server.ended(first.id)).toMatchObject({ status: "cancelled" });
    expect((await server.request("POST", `/api/runs/${first.id}/cancel`)).json).toEqual({ cancelled: false });

    const second = await app.start("go");
    expect((await server.request("DELETE", `/v1/runs/${second.id}`)).status).toBe(200);
    expect(await server.ended(second.id)).toMatchObject({ status: "cancelled" });
  });

  test("a run that has ended stays as it ended", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "quick", cancelOn: [{ event: event("stop") }] }, { event: event("go") }, () => "done"),
    ]);
    const run = await app.runOnce("go");
    await app.send("stop");
    expect((await server.request("POST", `/api/runs/${run.id}/cancel`)).json).toEqual({ cancelled: false });
    expect(await server.run(run.id)).toMatchObject({ status: "completed", output: "done" });
  });

  test("a run again is a new run with the same event", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "again" }, { event: event("go") }, ({ event: { data }, runId }) => ({ data, runId })),
    ]);
    const first = await app.runOnce("go", { n: 1 });
    const { json } = await server.request("POST", `/api/runs/${first.id}/rerun`);
    const { runId } = json as { readonly runId: string };
    expect(runId).not.toBe(first.id);
    expect(await server.ended(runId)).toMatchObject({
      status: "completed",
      output: { data: { n: 1 }, runId },
      originalRunId: first.id,
    });
  });
});
