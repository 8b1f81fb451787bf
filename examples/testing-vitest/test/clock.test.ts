// The clock: what moves it, and what happens on the way.
import { createTestEngine } from "@stepwright/testing";
import { expect, test, vi } from "vitest";
import { chargeOrder } from "../src/inngest/charge-order.ts";
import { inngest } from "../src/inngest/client.ts";
import { remindOfCart } from "../src/inngest/remind-of-cart.ts";

const cart = { cartId: "c-1", email: "ada@example.com" };
const order = { orderId: "o-1", cartId: "c-1", email: "ada@example.com", amount: 42 };

test("every way to move the clock", async () => {
  await using engine = await createTestEngine({
    client: inngest,
    functions: [remindOfCart, chargeOrder],
    now: "2026-11-21T12:00:00Z",
  });
  await engine.send({ name: "cart/left", data: cart });
  await engine.send({ name: "order/placed", data: { ...order, cartId: "another" } });

  await engine.clock.advance("1h30m"); // every timer within it fires, in order
  await engine.clock.set("2026-11-22T00:00:00Z"); // the same, to a date
  await engine.clock.next(); // to the next timer: three days after the cart was left
  expect(engine.clock.date()).toEqual(new Date("2026-11-24T12:00:00Z"));
  await engine.clock.runUntilIdle(); // until no run is unfinished
  expect(engine.clock.date()).toEqual(new Date("2026-12-05T12:00:00Z"));
});

test("a run that is awaited moves the clock by itself, unless it is told not to", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [remindOfCart], autoAdvance: false });
  const sent = await engine.send({ name: "cart/left", data: cart });
  const run = await sent.run();

  await expect(run.result()).rejects.toThrow("move it with clock.advance()");
  await engine.clock.advance("3d");
  expect(await run.result()).toEqual({ reminded: true });
});

test("Date inside functions follows the clock where the test says so", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const stamp = inngest.createFunction({ id: "stamp", triggers: [{ event: "stamp/wanted" }] }, async ({ step }) => {
      await step.sleep("a-day", "1d");
      return step.run("stamp", () => new Date().toISOString());
    });
    await using engine = await createTestEngine({
      client: inngest,
      functions: [stamp],
      now: "2026-11-21T12:00:00Z",
      onTime: (date) => vi.setSystemTime(date),
    });
    const run = await engine.invoke(stamp);
    expect(await run.result()).toBe("2026-11-22T12:00:00.000Z");
  } finally {
    vi.useRealTimers();
  }
});
