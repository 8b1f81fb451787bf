// Apps as a whole: paused and resumed.
import { appIdOf, asAppId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { addApp, incoming, openRuntime, openShop } from "./open-runtime.ts";
import { tempFile } from "./temp-file.ts";
import { type AppAnswer, done, type Handler, ops, stepRun } from "./test-app.ts";

const shopId = appIdOf("shop");

describe("a paused app", () => {
  it("lets calls in flight end, makes no others, skips new runs, and goes on when it is resumed", async () => {
    const first = Promise.withResolvers<AppAnswer>();
    const handle: Handler = ({ steps }) => ("a" in steps ? done("whole") : first.promise);
    const shop = await openShop([
      { name: "two", retries: 0, handle },
      { name: "one", handle: () => done() },
    ]);
    const other = await addApp(shop, "other", [
      { name: "one", triggers: [{ event: "other/one" }], handle: () => done() },
    ]);
    const runId = await shop.start("test/two");
    await shop.app.called(1);
    await shop.runtime.apps.pause(shopId);
    first.resolve(ops(stepRun("a", 1)));
    await shop.runtime.idle();
    expect(shop.app.calls).toHaveLength(1);
    expect((await shop.storage.runs.get(await shop.start("test/one")))?.status).toBe("skipped");
    expect((await shop.ended(await shop.start("other/one"))).status).toBe("completed");
    expect(other.calls).toHaveLength(1);

    await shop.runtime.apps.resume(shopId);
    expect(await shop.ended(runId)).toMatchObject({ status: "completed", output: '"whole"' });
    expect((await shop.ended(await shop.start("test/one"))).status).toBe("completed");
  });

  it("skips a run that is asked for while the pause is on its way to the disk", async () => {
    const shop = await openShop([{ name: "one", handle: () => done() }]);
    const earlier = await shop.start("test/one");
    await shop.runtime.idle();
    const asked: Promise<unknown>[] = [];
    shop.storage.beforeCommit = async ({ transitions }) => {
      if (!transitions.some(({ effects }) => effects.some(({ kind }) => kind === "putApp"))) return;
      shop.storage.beforeCommit = () => Promise.resolve();
      asked.push(shop.runtime.invoke("shop-one", incoming("any")), shop.runtime.rerun(earlier));
      // Both have been decided, and wait for the next commit.
      await shop.runtime.storage.runs.get(earlier);
    };
    await shop.runtime.apps.pause(shopId);
    await Promise.all(asked);
    await shop.runtime.idle();
    const runs = await shop.storage.runs.list({}, { cursor: null, limit: 10 });
    expect(runs.items.map(({ status }) => status)).toEqual(["skipped", "skipped", "completed"]);
  });

  it("stays paused over a restart, and so do functions that it registers meanwhile", async () => {
    const file = tempFile();
    const opened = await openRuntime({ file });
    const one = { name: "one", handle: () => done() };
    await addApp(opened, "shop", [one]);
    await opened.runtime.apps.pause(shopId);
    await opened.runtime.apps.pause(shopId);
    await opened.storage.close();

    const again = await openRuntime({ file });
    await addApp(again, "shop", [one, { name: "new", handle: () => done() }]);
    expect(again.runtime.registry().apps[0]?.pausedAt).not.toBeNull();
    for (const name of ["test/one", "test/new"])
      expect((await again.storage.runs.get(await again.start(name)))?.status).toBe("skipped");
    await again.runtime.apps.resume(shopId);
    expect((await again.ended(await again.start("test/new"))).status).toBe("completed");
  });

  it("calls nothing of a function either that it has taken out, and goes on with its runs when it is resumed", async () => {
    const first = Promise.withResolvers<AppAnswer>();
    const handle: Handler = ({ steps }) => ("a" in steps ? done("whole") : first.promise);
    const kept = { name: "kept", handle: () => done() };
    const shop = await openShop([kept, { name: "out", retries: 0, flow: { concurrency: 1 }, handle }]);
    const [runId, next] = [await shop.start("test/out"), await shop.start("test/out")];
    await shop.app.called(1);
    await addApp(shop, "shop", [kept]);
    await shop.runtime.apps.pause(shopId);
    first.resolve(ops(stepRun("a", 1)));
    await shop.runtime.idle();
    expect(shop.app.calls).toHaveLength(1);
    const again = await shop.runtime.rerun(runId);
    expect((await shop.storage.runs.get(again))?.status).toBe("skipped");

    await shop.runtime.apps.resume(shopId);
    for (const id of [runId, next]) expect(await shop.ended(id)).toMatchObject({ status: "completed" });
  });

  it("leaves functions paused that were so by themselves", async () => {
    const { runtime, storage, start } = await openShop([{ name: "one", handle: () => done() }]);
    await runtime.functions.pause("shop-one");
    await runtime.apps.pause(shopId);
    await runtime.apps.resume(shopId);
    expect((await storage.runs.get(await start("test/one")))?.status).toBe("skipped");
    await expect(runtime.apps.pause(asAppId("nope"))).rejects.toMatchObject({ code: "APP_NOT_FOUND" });
  });
});
