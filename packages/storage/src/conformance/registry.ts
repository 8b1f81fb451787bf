// Apps, functions and cron schedules, and the figures of the store.
import { asFunctionId } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { after, app, appId, fn, functionId, otherAppId } from "./samples.ts";
import { applied, opened, type OpenStorage } from "./subject.ts";

/** Describes the registry. */
export function describeRegistry(open: OpenStorage): void {
  describe("the registry", () => {
    test("is empty at first", async () => {
      const { storage } = await opened(open);
      expect(await storage.registry.load()).toEqual({ version: 0, apps: [], functions: [] });
      expect(await storage.registry.crons()).toEqual([]);
    });

    test("has live apps and functions as they were stored, across boots", async () => {
      const { storage, reopen } = await opened(open);
      const failed = app({
        id: otherAppId(1),
        name: "http://localhost:4000",
        status: "failed",
        checksum: null,
        syncedAt: null,
        pausedAt: after(7),
        env: "branch/one",
        problem: { code: "APP_UNREACHABLE", message: "no", httpStatus: 502, bodyExcerpt: "<html>" },
      });
      await applied(
        storage,
        { kind: "putApp", app: app() },
        { kind: "putApp", app: failed },
        { kind: "putFunction", fn: fn() },
      );
      const loaded = await storage.registry.load();
      expect(loaded.apps.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([app(), failed]);
      expect(loaded.functions).toEqual([fn()]);
      if (reopen === null) return;
      const again = await reopen();
      expect(await again.registry.load()).toEqual(loaded);
      await again.close();
    });

    test("raises its version with every change of either", async () => {
      const { storage } = await opened(open);
      const versions: number[] = [(await storage.registry.load()).version];
      for (const effect of [
        { kind: "putApp", app: app() },
        { kind: "putFunction", fn: fn() },
        { kind: "archiveFunction", functionId, at: after(1) },
        { kind: "removeApp", appId, at: after(1) },
      ] as const) {
        await applied(storage, effect);
        versions.push((await storage.registry.load()).version);
      }
      expect(new Set(versions).size).toBe(5);
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    });

    test("does not raise its version for anything else", async () => {
      const { storage } = await opened(open);
      await applied(storage, {
        kind: "putCron",
        schedule: { functionId, cron: "* * * * *", nextAt: after(1), lastTickAt: null },
      });
      expect((await storage.registry.load()).version).toBe(0);
    });

    test("overwrites an app or a function of the same id", async () => {
      const { storage } = await opened(open);
      await applied(storage, { kind: "putApp", app: app() }, { kind: "putFunction", fn: fn() });
      const changed = fn({
        version: 2,
        slug: "shop-wrap",
        updatedAt: after(5),
        config: { ...fn().config, retries: 0 },
      });
      await applied(storage, { kind: "putApp", app: app({ url: "http://new" }) }, { kind: "putFunction", fn: changed });
      expect(await storage.registry.load()).toMatchObject({ apps: [{ url: "http://new" }], functions: [changed] });
    });

    test("leaves out what was removed or archived, and has it again when it comes back", async () => {
      const { storage } = await opened(open);
      await applied(storage, { kind: "putApp", app: app() }, { kind: "putFunction", fn: fn() });
      await applied(
        storage,
        { kind: "archiveFunction", functionId, at: after(1) },
        { kind: "removeApp", appId, at: after(1) },
      );
      expect(await storage.registry.load()).toMatchObject({ apps: [], functions: [] });
      await applied(storage, { kind: "putApp", app: app() }, { kind: "putFunction", fn: fn({ version: 2 }) });
      expect(await storage.registry.load()).toMatchObject({ apps: [app()], functions: [fn({ version: 2 })] });
    });

    test("finds a function by id, archived or not", async () => {
      const { storage } = await opened(open);
      expect(await storage.registry.functionById(functionId)).toBeNull();
      await applied(storage, { kind: "putFunction", fn: fn() });
      expect(await storage.registry.functionById(functionId)).toEqual(fn());
      await applied(storage, { kind: "archiveFunction", functionId, at: after(1) });
      expect(await storage.registry.functionById(functionId)).toEqual(fn({ archivedAt: after(1) }));
    });

    test("finds the function of an app and slug that was archived last", async () => {
      const { storage } = await opened(open);
      const moved = fn({ id: asFunctionId("moved"), pausedAt: after(1) });
      const archived = () => storage.registry.archivedFunction(appId, fn().slug);
      await applied(storage, { kind: "putFunction", fn: fn() }, { kind: "putFunction", fn: moved });
      expect(await archived()).toBeNull();
      await applied(storage, { kind: "archiveFunction", functionId: moved.id, at: after(3) });
      await applied(storage, { kind: "archiveFunction", functionId, at: after(2) });
      expect(await archived()).toEqual({ ...moved, archivedAt: after(3) });
      expect(await storage.registry.archivedFunction(appId, "shop-other")).toBeNull();
      expect(await storage.registry.archivedFunction(otherAppId(1), fn().slug)).toBeNull();
    });

    test("remembers where each cron chain stands", async () => {
      const { storage } = await opened(open);
      const hourly = { functionId, cron: "0 * * * *", nextAt: after(9), lastTickAt: null };
      const daily = { functionId, cron: "TZ=Asia/Tokyo 0 0 * * *", nextAt: after(99), lastTickAt: after(1) };
      const other = { ...hourly, functionId: asFunctionId("other") };
      await applied(
        storage,
        { kind: "putCron", schedule: hourly },
        { kind: "putCron", schedule: daily },
        { kind: "putCron", schedule: other },
      );
      const moved = { ...hourly, nextAt: null, lastTickAt: after(9) };
      await applied(
        storage,
        { kind: "putCron", schedule: moved },
        { kind: "removeCron", functionId, cron: daily.cron },
        { kind: "removeCron", functionId, cron: "never" },
      );
      expect((await storage.registry.crons()).toSorted((a, b) => (a.functionId < b.functionId ? -1 : 1))).toEqual([
        moved,
        other,
      ]);
    });

    test("the store tells its size and boot", async () => {
      const { storage } = await opened(open);
      const stats = await storage.stats();
      expect(stats.bytes).toBeGreaterThan(0);
      expect(stats.bootEpoch).toBeGreaterThan(0);
      expect(stats.synchronous).toEqual(expect.any(String));
    });
  });
}
