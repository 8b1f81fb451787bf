// Events for later, and events that are sent twice.
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer();

describe.each(sdks)("SDK $name", (sdk) => {
  test("an event with a time in the future starts its run then", async () => {
    const times: number[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "later" }, { event: event("go") }, ({ event: { ts } }) => {
        times.push(Date.now());
        return ts;
      }),
    ]);
    const ts = Date.now() + 2_000;
    const { ids } = await app.client.send({ name: app.event("go"), ts });
    const [run] = await server.runsOf(ids[0] ?? "");
    expect(run).toMatchObject({ status: "queued", doing: [{ kind: "queued", at: ts }] });
    expect(await server.ended(run?.id ?? "")).toMatchObject({ status: "completed", output: ts });
    expect(times).toHaveLength(1);
    expect(times[0]).toBeGreaterThanOrEqual(ts);
    expect(times[0]).toBeLessThan(ts + 1_500);
  });

  test("the same id twice is one run, for every function", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "first" }, { event: event("go") }, ({ event: { data } }) => data["n"]),
      define({ id: "second" }, { event: event("go") }, ({ event: { data } }) => data["n"]),
    ]);
    const id = `order-${app.id}`;
    await app.client.send([
      { name: app.event("go"), id, data: { n: 1 } },
      { name: app.event("go"), id, data: { n: 2 } },
    ]);
    await app.client.send({ name: app.event("go"), id, data: { n: 3 } });
    await app.client.send({ name: app.event("go"), id: `${id}-other`, data: { n: 4 } });
    const rows = await server.runs({ event: app.event("go") });
    const runs = await Promise.all(rows.map((row) => server.ended(row.id)));
    const outcomes = runs.map(
      ({ functionSlug, output }) => `${functionSlug.slice(app.id.length + 1)} ${JSON.stringify(output)}`,
    );
    expect(outcomes.toSorted()).toEqual(["first 1", "first 4", "second 1", "second 4"]);
  });

  test("a request that is sent again with its seed gives the same ids and no second run", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "once" }, { event: event("go") }, () => "done"),
    ]);
    const seed = `${Date.now()},${randomBytes(10).toString("base64")}`;
    const events = [{ name: app.event("go") }, { name: app.event("go") }];
    const first = await server.send(events, { seed });
    const second = await server.send(events, { seed });
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(2);
    expect(await server.runs({ event: app.event("go") })).toHaveLength(2);
  });
});
