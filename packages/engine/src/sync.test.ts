import { appIdOf, functionIdOf, millis, type Trigger } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, enqueued, noon, sampleApp, sampleConfig } from "../test/sample.ts";
import { cronItemId } from "./cron.ts";
import type { App, FunctionRecord } from "./effects.ts";
import { buildRegistry, type Registry } from "./registry.ts";
import { type CheckedSync, removeApp, syncApp, syncFailed } from "./sync.ts";

const later = millis(noon + 60_000);
const appId = appIdOf("shop");
const known = sampleApp({ id: appId });
const hourly: Trigger = { kind: "cron", cron: "0 * * * *", timeZone: "UTC", text: "0 * * * *", jitterMs: null };
const daily: Trigger = { kind: "cron", cron: "0 9 * * *", timeZone: "UTC", text: "TZ=UTC 0 9 * * *", jitterMs: null };

function registry(functions: readonly FunctionRecord[] = [], apps: readonly App[] = [known]): Registry {
  return buildRegistry({ version: 5, apps, functions });
}

function stored(slug: string, config: Partial<FunctionRecord["config"]> = {}): FunctionRecord {
  const full = sampleConfig({ slug, url: `http://localhost:3000/api/inngest?fnId=${slug}`, ...config });
  return {
    id: functionIdOf(full),
    appId,
    slug,
    version: 4,
    config: full,
    createdAt: noon,
    updatedAt: noon,
    archivedAt: null,
    pausedAt: null,
  };
}

function sync(over: Partial<CheckedSync> = {}): CheckedSync {
  return {
    name: "shop",
    url: known.url,
    sdk: "js:v4.24.0",
    framework: "nodejs",
    appVersion: null,
    checksum: "sum-2",
    functions: [],
    archived: [],
    ...over,
  };
}

function kinds(decision: ReturnType<typeof syncApp>): readonly string[] {
  return decision.transition.effects.map((effect) => effect.kind);
}

describe("an app that registers", () => {
  it("is stored as synced, with its functions at version 1", () => {
    const { config } = stored("shop-a");
    const decision = syncApp(
      registry([], []),
      sync({ functions: [config], appVersion: "v9", env: "branch/one" }),
      later,
    );
    expect(decision).toMatchObject({ appId, isModified: true });
    expect(decision.transition.guards).toEqual([{ kind: "registryVersion", version: 5 }]);
    expect(effectsOf(decision, "putApp")[0]?.app).toEqual({
      ...known,
      checksum: "sum-2",
      appVersion: "v9",
      env: "branch/one",
      createdAt: later,
      syncedAt: later,
      triedAt: later,
    });
    expect(effectsOf(decision, "putFunction")[0]?.fn).toEqual({
      id: functionIdOf(config),
      appId,
      slug: "shop-a",
      version: 1,
      config,
      createdAt: later,
      updatedAt: later,
      archivedAt: null,
      pausedAt: null,
    });
  });

  it("with the same checksum only has its time noted", () => {
    const decision = syncApp(registry([stored("shop-a")]), sync({ checksum: "sum-1" }), later);
    expect(decision.isModified).toBe(false);
    expect(kinds(decision)).toEqual(["putApp"]);
    expect(effectsOf(decision, "putApp")[0]?.app).toMatchObject({ createdAt: noon, syncedAt: later, status: "synced" });
  });

  it("with the same checksum after a failure is synced again", () => {
    const failed = sampleApp({
      id: appId,
      status: "failed",
      problem: { code: "X", message: "m", httpStatus: null, bodyExcerpt: null },
    });
    const decision = syncApp(
      registry([stored("shop-a")], [failed]),
      sync({ checksum: "sum-1", functions: [stored("shop-a").config] }),
      later,
    );
    expect(decision.isModified).toBe(true);
    expect(effectsOf(decision, "putApp")[0]?.app).toMatchObject({ status: "synced", problem: null });
    expect(effectsOf(decision, "putFunction")).toEqual([]);
  });

  it("takes over the row that stood for its URL, and no other", () => {
    const placeholder = sampleApp({ id: appIdOf("by-url"), name: known.url, checksum: null, status: "pending" });
    const elsewhere = sampleApp({ id: appIdOf("else"), url: "http://localhost:4000/", checksum: null });
    const other = sampleApp({ id: appIdOf("other"), checksum: "sum-9" });
    const decision = syncApp(registry([], [placeholder, elsewhere, other]), sync(), later);
    expect(effectsOf(decision, "removeApp")).toEqual([{ kind: "removeApp", appId: placeholder.id, at: later }]);
  });
});

describe("its functions", () => {
  it("keep id and creation when they change, with a new version", () => {
    const before = stored("shop-a");
    const config = { ...before.config, name: "Renamed", retries: 9 };
    const decision = syncApp(registry([before]), sync({ functions: [config] }), later);
    expect(effectsOf(decision, "putFunction")).toEqual([
      { kind: "putFunction", fn: { ...before, version: 5, config, updatedAt: later } },
    ]);
  });

  it("keep their id when the app moves", () => {
    const before = stored("shop-a");
    const config = { ...before.config, url: "http://new:1/api/inngest?fnId=shop-a" };
    const decision = syncApp(registry([before]), sync({ url: "http://new:1/api/inngest", functions: [config] }), later);
    expect(effectsOf(decision, "putApp")[0]?.app.url).toBe("http://new:1/api/inngest");
    expect(effectsOf(decision, "putFunction")[0]?.fn).toMatchObject({
      id: before.id,
      version: 5,
      config: { url: config.url },
    });
  });

  it("are left alone when they are as they were", () => {
    const before = stored("shop-a");
    const decision = syncApp(registry([before]), sync({ functions: [{ ...before.config }] }), later);
    expect(kinds(decision)).toEqual(["putApp"]);
  });

  it("come back as they were: paused, with their id and their versions", () => {
    const before = { ...stored("shop-a", { triggers: [hourly] }), archivedAt: noon, pausedAt: noon };
    const moved = { ...before.config, url: "http://new:1/api/inngest?fnId=shop-a" };
    const back = (config: typeof moved) =>
      syncApp(registry([]), sync({ functions: [config], archived: [before] }), later);
    const same = back(before.config);
    expect(effectsOf(same, "putFunction")[0]?.fn).toEqual({ ...before, archivedAt: null, updatedAt: later });
    expect(enqueued(same)).toEqual([cronItemId(before.id, hourly.text)]);
    expect(effectsOf(back(moved), "putFunction")[0]?.fn).toMatchObject({
      id: before.id,
      version: 5,
      pausedAt: noon,
      archivedAt: null,
    });
  });

  it("leave another app its function of the same name at the same URL", () => {
    const theirs = { ...stored("other-a"), appId: appIdOf("other") };
    const { config } = stored("shop-a", { name: theirs.config.name, url: theirs.config.url });
    const decision = syncApp(registry([theirs]), sync({ functions: [config] }), later);
    const [put] = effectsOf(decision, "putFunction");
    expect(put?.fn).toMatchObject({ slug: "shop-a", appId });
    expect(put?.fn.id).not.toBe(theirs.id);
    // The same at every look.
    expect(effectsOf(syncApp(registry([theirs]), sync({ functions: [config] }), later), "putFunction")[0]).toEqual(put);
  });

  it("are archived when they are gone; another app's are not", () => {
    const gone = stored("shop-a", { triggers: [hourly] });
    const foreign = { ...stored("post-a"), appId: appIdOf("post") };
    const decision = syncApp(registry([gone, foreign]), sync(), later);
    expect(effectsOf(decision, "archiveFunction")).toEqual([
      { kind: "archiveFunction", functionId: gone.id, at: later },
    ]);
    expect(effectsOf(decision, "dequeue")).toEqual([{ kind: "dequeue", itemId: cronItemId(gone.id, hourly.text) }]);
  });
});

describe("its schedules", () => {
  it("start with a new function", () => {
    const { config, id } = stored("shop-a", { triggers: [hourly] });
    const decision = syncApp(registry([], []), sync({ functions: [config] }), later);
    expect(enqueued(decision)).toEqual([cronItemId(id, hourly.text)]);
  });

  it("stop at once when they are replaced, and the new one starts", () => {
    const before = stored("shop-a", { triggers: [hourly] });
    const decision = syncApp(registry([before]), sync({ functions: [{ ...before.config, triggers: [daily] }] }), later);
    expect(effectsOf(decision, "dequeue").map(({ itemId }) => itemId)).toEqual([cronItemId(before.id, hourly.text)]);
    expect(effectsOf(decision, "removeCron").map(({ cron }) => cron)).toEqual([hourly.text]);
    expect(enqueued(decision)).toEqual([cronItemId(before.id, daily.text)]);
  });

  it("go on undisturbed when something else, or their jitter, changes", () => {
    const before = stored("shop-a", { triggers: [hourly] });
    for (const config of [
      { ...before.config, retries: 0 },
      { ...before.config, triggers: [{ ...hourly, jitterMs: 5_000 }] },
    ]) {
      const decision = syncApp(registry([before]), sync({ functions: [config] }), later);
      expect(kinds(decision)).toEqual(["putApp", "putFunction"]);
    }
  });
});

describe("a sync that failed", () => {
  it("keeps the reason and leaves what was registered in force", () => {
    const problem = { code: "APP_UNREACHABLE", message: "refused", httpStatus: null, bodyExcerpt: null };
    expect(syncFailed(registry(), known, problem, later)).toEqual({
      guards: [{ kind: "registryVersion", version: 5 }],
      effects: [{ kind: "putApp", app: { ...known, status: "failed", problem, triedAt: later } }],
    });
  });
});

describe("an app that is removed", () => {
  it("takes its functions and schedules along", () => {
    const fn = stored("shop-a", { triggers: [hourly] });
    expect(removeApp(registry([fn]), appId, later).effects).toEqual([
      { kind: "dequeue", itemId: cronItemId(fn.id, hourly.text) },
      { kind: "removeCron", functionId: fn.id, cron: hourly.text },
      { kind: "archiveFunction", functionId: fn.id, at: later },
      { kind: "removeApp", appId, at: later },
    ]);
  });
});
