// The queue: what waits, what is held back, and what did not start.
import { createTestEngine } from "@stepwright/testing";
import { beforeEach, expect, test } from "vitest";
import { chargeOrder } from "../src/inngest/charge-order.ts";
import { inngest } from "../src/inngest/client.ts";
import { functions } from "../src/inngest/index.ts";
import { remindOfCart } from "../src/inngest/remind-of-cart.ts";
import { outbox } from "../src/mail.ts";

const cart = { cartId: "c-1", email: "ada@example.com" };
const order = { orderId: "o-1", cartId: "c-1", email: "ada@example.com", amount: 42 };

beforeEach(() => {
  outbox.length = 0;
});

test("a paused queue makes runs and calls nothing", async () => {
  await using engine = await createTestEngine({ client: inngest, functions });
  await engine.queue.pause();
  await engine.send([
    { name: "cart/left", data: cart },
    { name: "order/placed", data: order },
  ]);
  expect(await engine.queue.size()).toBe(2);

  await engine.queue.drain({ only: chargeOrder });
  const [run] = await engine.runs({ function: chargeOrder });
  expect(run?.step("charge-card").status).toBe("completed");
  expect(await engine.runs({ function: remindOfCart })).toMatchObject([{ status: "queued" }]);
});

test("what unfinished runs are to do or wait for", async () => {
  await using engine = await createTestEngine({ client: inngest, functions, now: "2026-11-21T12:00:00Z" });
  await engine.send({ name: "cart/left", data: cart });
  expect(await engine.queue.pending()).toMatchObject([
    {
      functionSlug: "shop-remind-of-cart",
      kind: "waitingForEvent",
      step: "wait-for-order",
      event: "order/placed",
      at: Date.parse("2026-11-24T12:00:00Z"),
    },
  ]);

  expect(await engine.queue.clear(remindOfCart)).toBe(1);
  expect(await engine.runs({ status: "cancelled" })).toHaveLength(1);
  expect(await engine.queue.size()).toBe(0);
});

test("an event that starts nothing", async () => {
  await using engine = await createTestEngine({ client: inngest, functions });
  const sent = await engine.send({ name: "cart/looked-at", data: cart });
  expect(await sent.runs()).toEqual([]);
});
