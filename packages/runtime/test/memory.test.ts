// What the runtime remembers: it follows what is in flight, and nothing of it is left when all is done.
import { expect, it } from "vitest";
import { holdCalls, sleepOnce } from "./flow.ts";
import { createManualClock } from "./manual-clock.ts";
import { openShop } from "./open-runtime.ts";

const nothing = { items: 0, calls: 0, mailboxes: 0, transitions: 0 };

it("counts what is in flight, and nothing when that is over", async () => {
  const held = holdCalls();
  const shop = await openShop([{ name: "pack", handle: held.handle }]);
  const runIds = await Promise.all([1, 2, 3].map(() => shop.start("test/pack")));
  await held.hanging(3);
  expect(shop.runtime.inMemory()).toMatchObject({ items: 3, calls: 3, lanes: 1, cachedRuns: 3 });
  held.letGo();
  for (const runId of runIds) await shop.ended(runId);
  await shop.runtime.idle();
  expect(shop.runtime.inMemory()).toEqual({ ...nothing, lanes: 0, cachedRuns: 0 });
});

it("keeps one time for all the runs that sleep", async () => {
  const shop = await openShop([{ name: "nap", handle: sleepOnce("1h") }], { clock: createManualClock() });
  await Promise.all(Array.from({ length: 40 }, () => shop.start("test/nap")));
  await shop.runtime.idle();
  expect(shop.runtime.inMemory()).toMatchObject({ ...nothing, lanes: 1 });
});
