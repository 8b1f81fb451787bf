// Apps that change: functions come, change and go, and runs that are under way go on.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { until } from "@stepwright/test-parts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer({ args: ["--poll-interval", "1", "--retry-interval", "0.05"] });

async function functionsOf(
  appId: string,
): Promise<readonly { readonly slug: string; readonly version: number; readonly retries: number }[]> {
  const { json } = await server.request("GET", "/api/functions");
  const { items } = json as {
    readonly items: readonly { slug: string; appName: string; version: number; retries: number }[];
  };
  return items
    .filter(({ appName }) => appName === appId)
    .map(({ slug, version, retries }) => ({ slug: slug.slice(appId.length + 1), version, retries }))
    .toSorted((one, other) => one.slug.localeCompare(other.slug));
}

describe.each(sdks)("SDK $name", (sdk) => {
  test("what the app says about itself is shown", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "one", retries: 2 }, { event: event("go") }, () => 1),
    ]);
    expect(app.synced).toMatchObject({
      name: app.id,
      url: app.url,
      status: "synced",
      problem: null,
      framework: "nodejs",
      functionCount: 1,
      sdk: sdk.version.replace("inngest-js:", "js:"),
    });
    expect(await functionsOf(app.id)).toEqual([{ slug: "one", version: 1, retries: 2 }]);
  });

  test("a function that is added works, one that changed has a new version, one that is gone starts no more runs", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "stays", retries: 1 }, { event: event("go") }, () => "old"),
      define({ id: "goes" }, { event: event("go") }, () => "gone"),
    ]);
    await server.runsOf(await app.send("go"), { count: 2 });
    const { define } = app.client;
    const synced = await app.serve([
      define({ id: "stays", retries: 3 }, { event: app.event("go") }, () => "new"),
      define({ id: "comes" }, { event: app.event("more") }, () => "added"),
    ]);
    expect(synced).toMatchObject({ status: "synced", functionCount: 2 });
    expect(await functionsOf(app.id)).toEqual([
      { slug: "comes", version: 1, retries: 4 },
      { slug: "stays", version: 2, retries: 3 },
    ]);
    const after = await server.runsOf(await app.send("go"));
    expect(after.map(({ functionSlug }) => functionSlug)).toEqual([`${app.id}-stays`]);
    expect(await server.ended(after[0]?.id ?? "")).toMatchObject({ output: "new" });
    expect(await app.runOnce("more")).toMatchObject({ output: "added" });
  });

  test("a change is noticed without anybody asking", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "one" }, { event: event("go") }, () => "old"),
    ]);
    // The same URL serves more from now on; only polling can tell.
    app.change([
      app.client.define({ id: "one" }, { event: app.event("go") }, () => "new"),
      app.client.define({ id: "two" }, { event: app.event("more") }, () => "added"),
    ]);
    await until(async () => (await functionsOf(app.id)).length === 2, {
      describe: () => "the app is polled and its new function found",
    });
    expect(await app.runOnce("go")).toMatchObject({ output: "new" });
    expect(await app.runOnce("more")).toMatchObject({ output: "added" });
  });

  test("a run under way outlives the change of its function", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "long" }, { event: event("go") }, async ({ step }) => {
        await step.run("before", () => "old code");
        await step.sleep("nap", "1s");
        return step.run("after", () => "old code");
      }),
    ]);
    const { id } = await app.start("go");
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
    await app.serve([
      app.client.define({ id: "long", retries: 9 }, { event: app.event("go") }, async ({ step }) => {
        await step.run("before", () => "new code");
        await step.sleep("nap", "1s");
        return step.run("after", () => "new code");
      }),
    ]);
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: "new code", functionVersion: 1 });
  });

  test("a run whose function is gone fails after its retries, with what the app says", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "gone", retries: 1 }, { event: event("go") }, async ({ step }) => step.sleep("nap", "1s")),
      define({ id: "stays" }, { event: event("other") }, () => null),
    ]);
    const { id } = await app.start("go");
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
    await app.serve([app.client.define({ id: "stays" }, { event: app.event("other") }, () => null)]);
    const run = await server.ended(id);
    expect(run.status).toBe("failed");
    expect(run.error?.message).toContain(
      sdk.name === "v3" ? "No function ID found in request" : "was not found in this app; is the app synced correctly?",
    );
  });

  test("an app that is removed starts no more runs, and comes back when it is added again", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "one" }, { event: event("go") }, () => 1),
    ]);
    expect((await server.request("DELETE", `/api/apps/${app.synced.id}`)).status).toBe(204);
    const lost = await app.send("go");
    expect((await server.event(lost)).runs).toEqual([]);
    expect(await server.addApp(app.url)).toMatchObject({ status: "synced" });
    expect(await app.runOnce("go")).toMatchObject({ output: 1 });
  });
});
