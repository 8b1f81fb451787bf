// Sending events with the SDK: from a step, from a function's code outside of steps, and from anywhere else.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer();

describe.each(sdks)("SDK $name", (sdk) => {
  test("step.sendEvent sends once and gives the ids", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "sender" }, { event: event("go") }, async ({ step }) => {
        const { ids } = await step.sendEvent("send", [
          { name: event("hello"), data: { n: 1 } },
          { name: event("hello"), data: { n: 2 } },
        ]);
        await step.run("later", () => "replays this far do not send again");
        return ids;
      }),
      define({ id: "receiver" }, { event: event("hello") }, ({ event: { data } }) => data["n"]),
    ]);
    const { output } = await app.runOnce("go");
    const ids = output as string[];
    expect(ids).toHaveLength(2);
    const received = await Promise.all(ids.map(async (id) => server.ended((await server.runsOf(id))[0]?.id ?? "")));
    expect(received.map((run) => run.output)).toEqual([1, 2]);
    expect(await server.runs({ event: app.event("hello") })).toHaveLength(2);
  });

  test("send outside of a step starts functions, too", async () => {
    const app = await serveApp(server, sdk, ({ client, define, event }) => [
      define({ id: "fanout" }, { event: event("go") }, async ({ event: { data }, step }) => {
        const users = await step.run("get-users", () => data["users"] as string[]);
        await client.send(users.map((user) => ({ name: event("greet"), data: { user } })));
        return { queued: users.length };
      }),
      define({ id: "greet" }, { event: event("greet") }, ({ event: { data } }) => `hello ${String(data["user"])}`),
    ]);
    const users = ["ada", "grace", "alan"];
    expect(await app.runOnce("go", { users })).toMatchObject({ status: "completed", output: { queued: 3 } });
    const rows = await server.runs({ event: app.event("greet") });
    const greeted = await Promise.all(rows.map(({ id }) => server.ended(id)));
    expect(new Set(greeted.map(({ output }) => output))).toEqual(new Set(users.map((user) => `hello ${user}`)));
  });

  test("send from outside is acknowledged with the ids that events are found by", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "echo" }, { event: event("go") }, ({ event: received }) => ({
        data: received.data,
        v: received.v,
        user: received.user,
      })),
    ]);
    const { ids } = await app.client.send({ name: app.event("go"), data: { a: [1, { b: null }] } });
    const [run] = await server.runsOf(ids[0] ?? "");
    expect(await server.ended(run?.id ?? "")).toMatchObject({
      status: "completed",
      output: { data: { a: [1, { b: null }] } },
    });
    expect(await server.event(ids[0] ?? "")).toMatchObject({ name: app.event("go"), data: { a: [1, { b: null }] } });
  });

  test("one event starts every function that it triggers", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "first" }, { event: event("go") }, () => "first"),
      define({ id: "second" }, [{ event: event("go") }, { event: event("also") }], () => "second"),
    ]);
    const runs = await server.runsOf(await app.send("go"), { count: 2 });
    const ended = await Promise.all(runs.map(({ id }) => server.ended(id)));
    expect(new Set(ended.map(({ output }) => output))).toEqual(new Set(["first", "second"]));
    expect(await app.runOnce("also")).toMatchObject({ output: "second" });
  });
});
