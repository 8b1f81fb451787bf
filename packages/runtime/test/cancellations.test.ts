// Many runs of a function are cancelled at once.
import { millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import type { CancellationRequest } from "../src/index.ts";
import { createManualClock } from "./manual-clock.ts";
import { addApp, type OpenRuntime, openRuntime, openShop } from "./open-runtime.ts";
import { tempFile } from "./temp-file.ts";
import { done, type Handler, ops } from "./test-app.ts";

const sleeping: Handler = ({ steps }) =>
  "z" in steps ? done() : ops({ op: "Sleep", id: "z", name: "1h", displayName: "z", opts: {} });
const functions = [
  { name: "sleep", handle: sleeping },
  { name: "other", handle: sleeping },
];

const statusesOf = async ({ storage }: OpenRuntime, ids: readonly Parameters<typeof storage.runs.get>[0][]) =>
  Promise.all(ids.map(async (id) => (await storage.runs.get(id))?.status));

describe("a bulk cancellation", () => {
  it("cancels the runs of its function and period that have not ended, whatever they are at, and no others", async () => {
    const clock = createManualClock();
    const shop = await openShop(functions, { clock });
    const early = await shop.start("test/sleep");
    await shop.runtime.idle();
    clock.move(60_000);
    const from = clock.now();
    const inside = [await shop.start("test/sleep"), await shop.start("test/sleep", { ts: from + 600_000 })];
    const other = await shop.start("test/other");
    await shop.runtime.idle();
    clock.move(60_000);
    const before = clock.now();
    clock.move(1);
    const late = await shop.start("test/sleep");
    await shop.runtime.idle();

    const asked: CancellationRequest = {
      functionSlug: "shop-sleep",
      startedAfter: from,
      startedBefore: before,
      if: null,
    };
    const { id } = await shop.runtime.cancellations.ask(asked);
    await shop.runtime.idle();
    expect(await statusesOf(shop, [early, ...inside, other, late])).toEqual([
      "running",
      "cancelled",
      "cancelled",
      "running",
      "running",
    ]);
    expect((await shop.storage.runs.get(inside[0] ?? early))?.error).toBe(
      `{"reason":{"cancellationId":"${id}","kind":"bulk"}}`,
    );
    expect(await shop.storage.cancellations.get(id)).toMatchObject({ cancelled: 2, endedAt: clock.now() });
  });

  it("looks at the run's event where it has a condition, and spares runs for which that fails", async () => {
    const shop = await openShop(functions);
    const ids = [
      await shop.start("test/sleep", { data: { n: 1 } }),
      await shop.start("test/sleep", { data: { n: 2 } }),
      await shop.start("test/sleep"),
    ];
    await shop.runtime.idle();
    const startedBefore = millis(shop.runtime.now());
    const condition = "event.data.n == 1 || event.data.n / 0 == 1";
    await shop.runtime.cancellations.ask({
      functionSlug: "shop-sleep",
      startedAfter: null,
      startedBefore: millis(startedBefore),
      if: condition,
    });
    await shop.runtime.idle();
    expect(await statusesOf(shop, ids)).toEqual(["cancelled", "running", "running"]);
  });

  it("goes on after a restart, piece by piece, and is done with runs that have ended meanwhile", async () => {
    const file = tempFile();
    const clock = createManualClock();
    const first = await openRuntime({ file, clock });
    await addApp(first, "shop", functions);
    const ids = [];
    for (let index = 0; index < 250; index += 1) ids.push(await first.start("test/sleep"));
    await first.runtime.idle();
    clock.move(1_000);
    // The server is killed when the first piece has been noted.
    let pieces = 0;
    const killed = Promise.withResolvers<void>();
    const isClosed = Promise.withResolvers<void>();
    first.storage.beforeCommit = async ({ transitions }) => {
      const isPiece = transitions.some(({ effects }) => effects.some(({ kind }) => kind === "noteCancellation"));
      if (isPiece && (pieces += 1) === 2) {
        killed.resolve();
        await isClosed.promise;
      }
    };
    const { id } = await first.runtime.cancellations.ask({
      functionSlug: "shop-sleep",
      startedAfter: null,
      startedBefore: clock.now(),
      if: null,
    });
    await killed.promise;
    expect(await first.storage.cancellations.get(id)).toMatchObject({ cancelled: 100, endedAt: null });
    await first.storage.close();
    isClosed.resolve();

    const again = await openRuntime({ file, clock });
    await again.runtime.idle();
    expect(new Set(await statusesOf(again, ids))).toEqual(new Set(["cancelled"]));
    const ended = await again.storage.cancellations.get(id);
    expect(ended?.endedAt).not.toBeNull();
    expect((await again.storage.queue.depth()).due).toBe(0);
  });

  it("stops where it is when it is taken back", async () => {
    const shop = await openShop(functions);
    const ids = [];
    for (let index = 0; index < 350; index += 1) ids.push(await shop.start("test/sleep"));
    await shop.runtime.idle();
    const noted = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    shop.storage.beforeCommit = async ({ transitions }) => {
      if (!transitions.some(({ effects }) => effects.some(({ kind }) => kind === "noteCancellation"))) return;
      shop.storage.beforeCommit = () => Promise.resolve();
      noted.resolve();
      await goOn.promise;
    };
    const { cancellations } = shop.runtime;
    const now = shop.runtime.now();
    const { id } = await cancellations.ask({
      functionSlug: "shop-sleep",
      startedAfter: null,
      startedBefore: now,
      if: null,
    });
    await noted.promise;
    const removed = cancellations.remove(id);
    goOn.resolve();
    await removed;
    await shop.runtime.idle();
    const running = (await statusesOf(shop, ids)).filter((status) => status === "running");
    expect(running.length).toBeGreaterThanOrEqual(50);
    expect(await shop.storage.cancellations.get(id)).toBeNull();
    await expect(cancellations.remove(id)).rejects.toMatchObject({ code: "CANCELLATION_NOT_FOUND" });
  });

  it("is refused when it makes no sense", async () => {
    const { runtime } = await openShop(functions);
    const now = runtime.now();
    const ask = (changes: Partial<CancellationRequest>) =>
      runtime.cancellations.ask({
        functionSlug: "shop-sleep",
        startedAfter: null,
        startedBefore: now,
        if: null,
        ...changes,
      });
    await expect(ask({ functionSlug: "nope" })).rejects.toMatchObject({ code: "FUNCTION_NOT_FOUND" });
    await expect(ask({ startedBefore: millis(now + 60_000) })).rejects.toMatchObject({ code: "CANCELLATION_INVALID" });
    await expect(ask({ startedAfter: now })).rejects.toMatchObject({ code: "CANCELLATION_INVALID" });
    await expect(ask({ if: "event.data.x ==" })).rejects.toMatchObject({ code: "EXPRESSION_INVALID" });
  });
});
