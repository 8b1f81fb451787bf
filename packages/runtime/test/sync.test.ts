// Syncs: who registered, who did not, who moved, and how little is written when nothing changes.
import type { App } from "@stepwright/engine";
import { parseRegister } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { openRuntime, type OpenRuntime } from "./open-runtime.ts";
import { done, registration, startSilentServer, startTestApp, type TestFunction } from "./test-app.ts";

const one: readonly TestFunction[] = [{ name: "one", handle: () => done() }];

function appsOf({ runtime }: OpenRuntime): readonly Pick<App, "name" | "url" | "status">[] {
  return runtime.registry().apps.map(({ name, url, status }) => ({ name, url, status }));
}

function slugsOf({ runtime }: OpenRuntime): readonly string[] {
  return runtime.registry().functions.map((fn) => fn.slug);
}

describe("many apps that register at once", () => {
  it("are all taken, and so are the events that come meanwhile", async () => {
    const { runtime, send } = await openRuntime();
    const requests = Array.from({ length: 100 }, (_, n) => {
      const parsed = parseRegister(registration(`app-${n}`, `http://app-${n}.example/api/inngest`, one));
      if (parsed.kind === "rejected") throw parsed.error;
      return parsed.request;
    });
    const registered = Promise.all(requests.map((request) => runtime.register(request)));
    await Promise.all(Array.from({ length: 20 }, () => send("test/nobody")));
    await registered;
    expect(runtime.registry().apps).toHaveLength(100);
  });
});

describe("an app that registers", () => {
  it("takes the place of the address it was added by", async () => {
    const opened = await openRuntime();
    const shop = await startTestApp("shop", one);
    shop.registersAt(opened.runtime);
    expect(await opened.runtime.apps.add(shop.url)).toMatchObject({ name: "shop", status: "synced" });
    expect(appsOf(opened)).toEqual([{ name: "shop", url: shop.url, status: "synced" }]);
    expect(slugsOf(opened)).toEqual(["shop-one"]);
  });

  it("under another address than it is asked at is found there from then on", async () => {
    const opened = await openRuntime();
    const shop = await startTestApp("shop", one);
    shop.registersAt(opened.runtime, { url: "http://shop.example/api/inngest" });
    expect(await opened.runtime.apps.add(shop.url)).toMatchObject({
      name: "shop",
      url: "http://shop.example/api/inngest",
      status: "synced",
    });
    expect(appsOf(opened)).toHaveLength(1);
  });

  it("from a new address has moved: it is called there, and its old address is no problem of it any more", async () => {
    const opened = await openRuntime();
    const { runtime, start, ended } = opened;
    const before = await startTestApp("shop", one);
    before.registersAt(runtime);
    const { id } = await runtime.apps.add(before.url);
    await before.close();
    expect(await runtime.apps.sync(id)).toMatchObject({ status: "failed", problem: { code: "APP_UNREACHABLE" } });
    expect(slugsOf(opened)).toEqual(["shop-one"]);

    const after = await startTestApp("shop", one);
    after.registersAt(runtime);
    await runtime.apps.add(after.url);
    expect(appsOf(opened)).toEqual([{ name: "shop", url: after.url, status: "synced" }]);
    await ended(await start("test/one"));
    expect(after.calls).toHaveLength(1);
  });

  it("elsewhere while its old address is still being asked is not blamed for that one's silence", async () => {
    const opened = await openRuntime();
    const { runtime } = opened;
    const silent = await startSilentServer();
    const shop = await startTestApp("shop", one);
    shop.registersAt(runtime, { url: silent.url });
    const { id } = await runtime.apps.add(shop.url);
    const asking = runtime.apps.sync(id);
    await silent.asked;
    shop.registersAt(runtime);
    await runtime.apps.add(shop.url);
    silent.hangUp();
    await asking;
    expect(appsOf(opened)).toEqual([{ name: "shop", url: shop.url, status: "synced" }]);
  });

  it("beside others of other names keeps to itself", async () => {
    const opened = await openRuntime();
    const apps = await Promise.all(["shop", "mail"].map((name) => startTestApp(name, one)));
    for (const each of apps) each.registersAt(opened.runtime);
    await Promise.all(apps.map((each) => opened.runtime.apps.add(each.url)));
    expect(slugsOf(opened).toSorted()).toEqual(["mail-one", "shop-one"]);
    await opened.runtime.apps.removeByUrl(apps[0]?.url ?? "");
    expect(slugsOf(opened)).toEqual(["mail-one"]);
  });
});

describe("an app that answers, but registers with another server", () => {
  it("is told so, also while another app registers with us", async () => {
    const opened = await openRuntime();
    const [stray, shop] = [await startTestApp("stray", one), await startTestApp("shop", one)];
    stray.registersAt(null);
    shop.registersAt(opened.runtime);
    const [strayed] = await Promise.all([opened.runtime.apps.add(stray.url), opened.runtime.apps.add(shop.url)]);
    expect(strayed).toMatchObject({ url: stray.url, status: "failed", problem: { code: "APP_HTTP_STATUS" } });
    expect(strayed.problem?.message).toContain("another server");
    expect(appsOf(opened)).toContainEqual({ name: "shop", url: shop.url, status: "synced" });
  });
});

describe("a registration that is refused", () => {
  it("keeps its reason on the app, and what was registered before in force", async () => {
    const clock = createManualClock();
    const opened = await openRuntime({ clock });
    const { runtime, storage, start, ended } = opened;
    const shop = await startTestApp("shop", one);
    shop.registersAt(runtime);
    await runtime.apps.add(shop.url);

    shop.registersAt(runtime, {
      functions: [{ id: "shop-one", name: "one", triggers: [{ cron: "not a cron" }], steps: {} }],
    });
    const [known] = runtime.registry().apps;
    if (known === undefined) throw new Error("the app is there");
    const failed = await runtime.apps.sync(known.id);
    expect(failed).toMatchObject({ status: "failed", problem: { code: "config_invalid" } });
    expect((await ended(await start("test/one"))).status).toBe("completed");

    await runtime.idle();
    const before = storage.commits.length;
    for (let poll = 0; poll < 11; poll += 1) {
      clock.move(5_000);
      await runtime.apps.sync(known.id);
    }
    expect(storage.commits.length).toBe(before);
    expect(opened.complaints).toEqual(["app could not be synced"]);
    // The same problem again is not written down, but whoever asks hears when it was found last.
    expect(opened.runtime.registry().apps).toMatchObject([{ triedAt: clock.now() }]);

    shop.registersAt(runtime);
    expect(await runtime.apps.sync(known.id)).toMatchObject({ status: "synced", problem: null });
  });

  it("at the first sync leaves one app with its name, not a second one with its address", async () => {
    const opened = await openRuntime();
    const shop = await startTestApp("shop", one);
    shop.registersAt(opened.runtime, { functions: [{ id: "shop-one" }] });
    expect(await opened.runtime.apps.add(shop.url)).toMatchObject({
      name: "shop",
      status: "failed",
      problem: { code: "config_invalid" },
    });
    expect(appsOf(opened)).toHaveLength(1);
  });
});

describe("polling", () => {
  it("begins with the apps that are configured", async () => {
    const asked = await startSilentServer();
    const opened = await openRuntime({ settings: { appUrls: [asked.url, "not a url:"] } });
    await asked.asked;
    expect(appsOf(opened)).toEqual([{ name: asked.url, url: asked.url, status: "pending" }]);
    expect(opened.complaints).toEqual(["app could not be added"]);
  });

  it("an app that has not changed every 5 s writes at most once a minute", async () => {
    const clock = createManualClock();
    const { runtime, storage } = await openRuntime({ clock, settings: { pollIntervalMs: 5_000 } });
    const shop = await startTestApp("shop", one);
    shop.registersAt(runtime);
    await runtime.apps.add(shop.url);
    await runtime.idle();
    const before = storage.commits.length;
    const asked = shop.requests.length;
    for (let poll = 0; poll < 36; poll += 1) {
      clock.move(5_000);
      // The next round is slept for when this one is over.
      await clock.asleepUntil(clock.now() + 5_000);
    }
    expect(shop.requests.length - asked).toBe(36);
    expect(storage.commits.length - before).toBe(3);
  });

  it("apps that are down at the same time are complained about once each", async () => {
    const opened = await openRuntime();
    const down = await Promise.all(["a", "b", "c", "d"].map((name) => startTestApp(name, one)));
    await Promise.all(down.map((app) => app.close()));
    await Promise.all(down.map((app) => opened.runtime.apps.add(app.url)));
    expect(opened.complaints).toEqual(down.map(() => "app could not be synced"));
  });

  it("an app that is down is tried again until it is up, and complains once", async () => {
    const clock = createManualClock();
    const reserved = await startTestApp("shop", one);
    await reserved.close();
    const opened = await openRuntime({ clock, settings: { syncRetryMs: 5_000 } });
    expect(await opened.runtime.apps.add(reserved.url)).toMatchObject({
      status: "failed",
      problem: { code: "APP_UNREACHABLE" },
    });
    for (let round = 0; round < 3; round += 1) {
      await clock.asleepUntil(clock.now() + 5_000);
      clock.move(5_000);
    }
    await clock.asleepUntil(clock.now() + 5_000);
    expect(appsOf(opened)).toEqual([{ name: reserved.url, url: reserved.url, status: "failed" }]);
    expect(opened.complaints).toEqual(["app could not be synced"]);

    const shop = await startTestApp("shop", one, reserved.port);
    shop.registersAt(opened.runtime);
    clock.move(5_000);
    await clock.asleepUntil(clock.now() + 5_000);
    expect(appsOf(opened)).toEqual([{ name: "shop", url: shop.url, status: "synced" }]);
  });
});
